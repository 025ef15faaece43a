// `unrolled info`: what this machine has for it.
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { libraryVersion } from "../../base/version.ts";
import { showBytes } from "../../model/memory.ts";
import { findDevices } from "../devices.ts";
import type { CommandContext } from "../program.ts";

export function addInfo(program: CommandUnknownOpts, { terminal }: CommandContext): void {
  program
    .command("info")
    .description("what this machine has: devices, threads, instruction sets, versions")
    .option("--json", "one JSON object a line")
    .action(async ({ json }) => {
      const info = await gather();
      if (json) return terminal.out(`${JSON.stringify(info)}\n`);
      const bold = (text: string): string => terminal.paint("out", "bold", text);
      const lines = [
        bold("devices"),
        ...info.devices.map(({ name, found, note }) => {
          const mark = found ? terminal.paint("out", "green", "yes") : terminal.paint("out", "dim", "no ");
          return `  ${name.padEnd(9)}  ${mark}  ${note}`;
        }),
        bold("machine"),
        `  processor  ${info.cpu}`,
        `  threads    ${info.threads}`,
        `  vectors    ${info.instructionSets.join(", ") || "not told by this system"}`,
        `  memory     ${showBytes(info.memory)}`,
        bold("versions"),
        ...Object.entries(info.versions).map(([name, version]) => `  ${name.padEnd(9)}  ${version}`),
      ];
      await terminal.out(`${lines.join("\n")}\n`);
    });
}

async function gather() {
  return {
    devices: findDevices(),
    threads: availableParallelism(),
    cpu: cpus()[0]?.model ?? "unknown",
    instructionSets: await instructionSets(),
    memory: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    versions: { unrolled: libraryVersion, node: process.versions.node, v8: process.versions.v8 },
  };
}

const known = [
  "sse4_1",
  "sse4_2",
  "avx",
  "f16c",
  "fma",
  "avx2",
  "avx512f",
  "avx512vl",
  "avx512_vnni",
  "asimd",
  "sve",
];

/** Those with vectors, where the system tells; every ARM of 64 bits has NEON. */
async function instructionSets(): Promise<string[]> {
  if (process.arch === "arm64") return ["neon"];
  const text = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  const flags = new Set(/^(?:flags|Features)\s*:(.*)$/mu.exec(text)?.[1]?.trim().split(/\s+/u));
  return known.filter((name) => flags.has(name));
}
