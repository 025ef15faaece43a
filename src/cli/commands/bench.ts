// `unrolled bench`: the speed of training and inference on this machine, and its share of the roofline.
import { cpus } from "node:os";
import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import type { Cell } from "../../language/cell.ts";
import type { Device } from "../../run/device.ts";
import { bench, peakGflops, type BenchResult, type Profile } from "../../measure/bench.ts";
import { configurationNames, configurationsNamed, type Configuration } from "../../measure/configurations.ts";
import { planOf } from "../../measure/workload.ts";
import { cellFromArgument, cellHelp } from "../cell-argument.ts";
import { deviceFields, deviceNamed } from "../devices.ts";
import { asInput, InputError } from "../failure.ts";
import type { CommandContext } from "../context.ts";
import { flag, flags, jsonFlag, positive, whole, type Given } from "../../tasks/shared/flags.ts";
import { addOptions } from "../settings.ts";
import type { StartUp } from "../start-up.ts";
import type { Terminal } from "../terminal.ts";

/** Takes seconds, not minutes. */
const defaultConfigurations = "online,small,charrnn,medium";

const fields = {
  workload: z
    .string()
    .default(defaultConfigurations)
    .describe(`workloads to measure, separated by commas: ${configurationNames.join(", ")}`),
  cell: z.string().default("lstm").describe(cellHelp),
  ...deviceFields,
  profile: flag.describe("also print the time by kind of work"),
  startUp: flag.describe("measure start-up time instead of workloads"),
  seconds: positive.default(2).describe("length of each measurement in seconds, after the warm-up"),
  json: jsonFlag,
};
/** For tests: a number of samples instead of a length of time. */
const hidden = { repetitions: whole(1).optional() };

/** Adds the command to the program. */
export function addBench(program: CommandUnknownOpts, { terminal }: CommandContext): void {
  const command = program
    .command("bench")
    .description("measure the speed of training and inference on this machine");
  addOptions(command, flags(fields, { workload: "names", cell: "cell", device: "name" }));
  command.addOption(new Option("--repetitions <n>").hideHelp());
  command.action(async (options) => {
    const given = options as Given;
    const settings = await asInput(() => flags({ ...fields, ...hidden }).parse(given));
    if (settings.startUp) {
      if (given["workload"] !== undefined)
        throw new InputError("--start-up measures no workload; leave out --workload");
      const { measureStartUp } = await import("../start-up.ts");
      return showStartUp(await measureStartUp(), settings.json, terminal);
    }
    const configurations = await asInput(() => configurationsNamed(settings.workload));
    const cell = await asInput(() => cellFromArgument(settings.cell));
    await asInput(() => configurations.forEach((configuration) => planOf(configuration, cell)));
    await measure(configurations, cell, settings, terminal);
  });
}

type Settings = z.infer<z.ZodObject<typeof fields>> & { readonly repetitions?: number | undefined };

async function measure(
  configurations: readonly Configuration[],
  cell: Cell,
  { device: name, threads, profile, seconds, repetitions, json }: Settings,
  terminal: Terminal,
): Promise<void> {
  const device = await asInput(() => deviceNamed(name, { threads }));
  const profiled = profile ? deviceNamed(name, { threads, profile }) : undefined;
  terminal.say(`${cell.name} on ${titleOf(device)}; ${cpus()[0]?.model}, Node ${process.versions.node}`);
  if (threads !== undefined && threads !== device.threads) {
    terminal.say(`the ${device.name} device uses ${device.threads} of the ${threads} threads asked for`);
  }
  if (!json) await terminal.out(terminal.paint("out", "bold", header));
  const limits = { seconds, ...(repetitions !== undefined && { repetitions }) };
  try {
    for (const configuration of configurations) {
      terminal.status(`${configuration.name} …`);
      const result = await bench(configuration, cell, { device, profiled, limits });
      await terminal.out(json ? `${JSON.stringify(result)}\n` : table(configuration, result));
    }
  } finally {
    device.dispose();
    profiled?.dispose();
  }
}

const titleOf = ({ name, threads }: Device): string =>
  `${name}, ${threads} thread${threads === 1 ? "" : "s"}`;

const header = `${row("config", "work", "median", "minimum", "GFLOP/s", "of roofline")}\n`;

function row(...[name, work, ...numbers]: readonly string[]): string {
  const widths = [10, 10, 9, 11];
  return [
    (name ?? "").padEnd(9),
    (work ?? "").padEnd(32),
    ...numbers.map((n, i) => n.padStart(widths[i] ?? 0)),
  ].join(" ");
}

const workNames = { train: "training", forward: "forward", step: "one step" } as const;

function table({ work, size, layers, batch, steps }: Configuration, result: BenchResult): string {
  const { msPerStep, gflops, rooflineFraction, roofline, profile } = result;
  const sizes = `H ${size}, L ${layers}, B ${batch}, T ${steps}`;
  const lines = [
    row(
      result.config,
      `${workNames[work]}, ${sizes}`,
      milliseconds(msPerStep.median),
      milliseconds(msPerStep.min),
      gflops.toFixed(1),
      rooflineFraction === null ? "unknown" : percent(rooflineFraction),
    ),
    ...(roofline ? [`  roofline ${peakGflops(roofline).toFixed(1)} GFLOP/s: ${ceilings(roofline)}`] : []),
    ...(profile ? [`  ${shares(profile)}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function ceilings({ registers, product, openblas }: NonNullable<BenchResult["roofline"]>): string {
  const blas = openblas === undefined ? "" : `, OpenBLAS ${openblas.toFixed(1)}`;
  return `in registers ${registers.toFixed(1)}, the device's best product ${product.toFixed(1)}${blas}`;
}

/** `products 12.1 ms 83 %, pointwise …`. */
function shares({ total, ...parts }: Profile): string {
  return Object.entries(parts)
    .map(([kind, time]) => `${kind} ${milliseconds(time)} ${percent(time / total)}`)
    .join(", ");
}

const milliseconds = (time: number): string => `${time < 1000 ? time.toPrecision(3) : Math.round(time)} ms`;
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

async function showStartUp(startUp: StartUp, json: boolean, terminal: Terminal): Promise<void> {
  if (json) return terminal.out(`${JSON.stringify(startUp)}\n`);
  const { infoMs, compileMs } = startUp;
  await terminal.out(
    `'unrolled info', the whole process     median ${milliseconds(infoMs.median)}, minimum ${milliseconds(infoMs.min)}\n` +
      `compiling two layers of H 128, wasm  first ${milliseconds(compileMs.first)}, ` +
      `then median ${milliseconds(compileMs.median)}\n`,
  );
}
