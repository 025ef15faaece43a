// `unrolled info`: the devices of this machine; or a model file's task, network and settings.
import { readFile, stat } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { libraryVersion } from "../../base/version.ts";
import { showBytes } from "../../model/memory.ts";
import { findDevices } from "../devices.ts";
import { readModelFile } from "../../checkpoint/model-files.ts";
import { flagOf, jsonFlag } from "../../tasks/shared/flags.ts";
import type { ModelMetadata } from "../../tasks/task.ts";
import type { CommandContext } from "../context.ts";
import { asInput } from "../failure.ts";
import { duration, grouped, sizesInWords } from "../../tasks/shared/words.ts";
import type { Terminal } from "../terminal.ts";

export function addInfo(program: CommandUnknownOpts, { terminal }: CommandContext): void {
  program
    .command("info")
    .description("show the devices of this machine; or the task, network and settings of a model")
    .argument("[model]", "a model file")
    .option("--json", jsonFlag.description)
    .action(async (model, { json }) => {
      if (model !== undefined) return showModel(model, json === true, terminal);
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
        `  vectors    ${info.instructionSets.join(", ") || "unknown"}`,
        `  memory     ${showBytes(info.memory)}`,
        bold("versions"),
        ...Object.entries(info.versions).map(([name, version]) => `  ${name.padEnd(9)}  ${version}`),
      ];
      await terminal.out(`${lines.join("\n")}\n`);
    });
}

/** Prints a model file's task, network, training and settings. */
async function showModel(path: string, json: boolean, terminal: Terminal): Promise<void> {
  const { spec, network, weights, metadata, training } = await asInput(() => readModelFile(path));
  const { settings, data, cell } = metadata;
  const layers = network.layers.map(({ name, cell: { name: own }, sizes }) => ({ name, cell: own, sizes }));
  const trained = training
    ? { step: training.step, seconds: training.seconds, best: training.best?.loss }
    : metadata.trained && { step: metadata.trained.updates, best: metadata.trained.loss };
  const { size } = await stat(path);
  const info = {
    task: spec.kind,
    parameters: weights.length,
    layers,
    cell,
    settings,
    data,
    training: trained,
    bytes: size,
    resumable: training !== undefined,
  };
  if (json) return terminal.out(`${JSON.stringify(info)}\n`);
  const bold = (text: string): string => terminal.paint("out", "bold", text);
  const shown = (value: unknown): string =>
    typeof value === "object" ? JSON.stringify(value) : String(value);
  const rows = (of: object): string[] =>
    Object.entries(of)
      .filter(([, value]) => value !== undefined && value !== false)
      .map(([name, value]) => `  ${name.padEnd(18)}  ${shown(value)}`);
  const lines = [
    bold("model"),
    ...rows({
      task: spec.kind,
      parameters: grouped(weights.length),
      cell: cell?.name,
      file: `${showBytes(size)}, ${training ? "can be resumed" : "cannot be resumed"}`,
    }),
    bold("layers"),
    ...layers.map(({ name, cell: own, sizes }) => `  ${name.padEnd(18)}  ${own}, ${sizesInWords(sizes)}`),
    ...(trained ? [bold("training"), ...rows(inWords(trained))] : []),
    ...(data ? [bold("data"), ...rows(dataInWords(data))] : []),
    bold("settings"),
    ...rows(Object.fromEntries(Object.entries(settings).map(([name, value]) => [optionName(name), value]))),
  ];
  await terminal.out(`${lines.join("\n")}\n`);
}

const inWords = ({ step, seconds, best }: { step: number; seconds?: number; best?: number | undefined }) => ({
  updates: grouped(step),
  time: seconds === undefined ? undefined : duration(seconds),
  "best loss": best?.toFixed(4),
});

const dataInWords = (data: NonNullable<ModelMetadata["data"]>): object =>
  data.kind === "time"
    ? {
        series: Object.keys(data.series ?? {}).length || undefined,
        "held out from": new Date(data.from).toISOString(),
      }
    : { items: grouped(data.count), split: data.split, seed: data.seed, digest: data.digest };

/** `saveEvery` as it is typed and as a settings file has it: `save-every`. */
const optionName = (name: string): string => flagOf(name).slice(2);

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
