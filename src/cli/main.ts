#!/usr/bin/env node
// The `unrolled` command: the one file that touches the process. Everything else is told what it needs.
import { setFlagsFromString } from "node:v8";
import { runCommandLine } from "./program.ts";
import { processTerminal } from "./terminal.ts";

// Node 20 has relaxed SIMD behind a switch for the whole process, which must be set before the first module is
// compiled; later versions have it on.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
