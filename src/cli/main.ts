#!/usr/bin/env node
// The `unrolled` command: the one file that touches the process. Everything else is told what it needs.
import { setFlagsFromString } from "node:v8";
import { libraryVersion } from "../base/version.ts";
import { processTerminal } from "./terminal.ts";

// Node 20 has relaxed SIMD behind a switch for the whole process, which must be set before the first module is
// compiled; later versions have it on.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

const words = process.argv.slice(2);
const terminal = processTerminal();
if (words.length === 1 && ["-v", "--version"].includes(words[0] as string)) {
  // Loading all commands takes longer than anything else that this needs.
  await terminal.out(`${libraryVersion}\n`);
} else {
  const { runCommandLine } = await import("./program.ts");
  process.exitCode = await runCommandLine(words, terminal);
}
