// The growth of a training step's time with each size, and its resident memory relative to its plan's. Writes
// `scaling.json`, which `figures.ts` draws. Run: `npm run bench:scaling -- --device native`.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { cellNamed } from "../src/cells/index.ts";
import { deviceNamed, type DeviceChoice } from "../src/cli/devices.ts";
import { planBytes } from "../src/plan/print.ts";
import { configurations, type Configuration } from "../src/measure/configurations.ts";
import { timeCalls } from "../src/measure/timing.ts";
import { openWorkload, planOf } from "../src/measure/workload.ts";
import type { MemoryPoint, Scaling, Sweep, TimePoint } from "./scaling-data.ts";

const { values: options } = parseArgs({
  options: {
    cell: { type: "string", default: "lstm" },
    device: { type: "string", default: "auto" },
    threads: { type: "string" },
    /** Seconds of samples per point. */
    seconds: { type: "string", default: "2" },
    /** A sweep ends before the first step that is expected to take longer than this, in milliseconds. */
    limit: { type: "string", default: "10000" },
    out: { type: "string", default: "docs/performance" },
    /** A configuration's name: measures its memory in this process and prints it. */
    memory: { type: "string" },
  },
});
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
const cell = cellNamed(options.cell);
const threads = options.threads === undefined ? {} : { threads: Number(options.threads) };
const makeDevice = (): ReturnType<typeof deviceNamed> => deviceNamed(options.device as DeviceChoice, threads);
/** Bytes of the largest plan: WebAssembly can address 4 GiB, of which some is left free. */
const maximumBytes = 3e9;

const base: Configuration = { name: "base", work: "train", size: 128, layers: 1, batch: 32, steps: 50 };
const powers = (from: number, to: number): number[] => (from > to ? [] : [from, ...powers(2 * from, to)]);
const sweeps: readonly Sweep[] = [
  { of: "size", symbol: "H", title: "hidden values", at: powers(64, 2048) },
  { of: "batch", symbol: "B", title: "rows", at: powers(1, 256) },
  { of: "steps", symbol: "T", title: "steps", at: powers(8, 1024) },
  { of: "layers", symbol: "L", title: "layers", at: [1, 2, 3, 4, 6, 8] },
];

async function timesOf(sweep: Sweep): Promise<TimePoint[]> {
  const points: TimePoint[] = [];
  for (const value of sweep.at) {
    const configuration = { ...base, [sweep.of]: value };
    const label = `${sweep.symbol} ${value}`;
    if (planBytes(planOf(configuration, cell)).total > maximumBytes) {
      console.error(`${label}: the plan is larger than ${maximumBytes / 1e9} GB; the sweep ends`);
      break;
    }
    const device = makeDevice();
    const { call, work, dispose } = await openWorkload(configuration, cell, device);
    const last = points.at(-1);
    const expected = last === undefined ? 0 : (last.median * work) / last.work;
    if (expected > Number(options.limit)) {
      console.error(`${label}: a step is expected to take ${expected.toFixed(0)} ms; the sweep ends`);
      dispose();
      device.dispose();
      break;
    }
    const { median, min } = await timeCalls(call, { seconds: Number(options.seconds) });
    dispose();
    device.dispose();
    points.push({ value, work, median, min, gflops: work / median / 1e6 });
    console.error(`${label}: ${median.toPrecision(3)} ms, ${(work / median / 1e6).toFixed(1)} GFLOP/s`);
  }
  return points;
}

/** Measures in a process of its own, since a process does not return all of its memory. */
function memoryOf(name: string): MemoryPoint {
  const words = [
    process.argv[1] as string,
    "--memory",
    name,
    "--device",
    options.device,
    "--cell",
    options.cell,
  ];
  if (options.threads !== undefined) words.push("--threads", options.threads);
  const point = JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" })) as MemoryPoint;
  console.error(`${name}: ${(point.resident / 1e6).toFixed(1)} MB, plan ${(point.plan / 1e6).toFixed(1)} MB`);
  return point;
}

/**
 * Resident memory that compiling and three steps add to a process. The same work at a small size comes first, so that the
 * memory of JavaScript itself has grown before.
 */
async function measureMemory(configuration: Configuration): Promise<MemoryPoint> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const device = makeDevice();
  const resident = (): number => {
    for (let i = 0; i < 3; i++) collect();
    return process.memoryUsage.rss();
  };
  for (let n = 0; n < 5; n++) {
    const warmUp = await openWorkload({ ...configuration, size: 8, batch: 1, steps: 2 }, cell, device);
    for (let i = 0; i < 3; i++) await warmUp.call();
    warmUp.dispose();
  }
  const before = resident();
  const { call, program, dispose } = await openWorkload(configuration, cell, device);
  for (let n = 0; n < 3; n++) await call();
  const point = {
    name: configuration.name,
    resident: resident() - before,
    plan: planBytes(program.plan).total,
  };
  dispose();
  device.dispose();
  return point;
}

const training = configurations.filter(({ work }) => work === "train");

if (options.memory !== undefined) {
  const configuration = training.find(({ name }) => name === options.memory) as Configuration;
  console.log(JSON.stringify(await measureMemory(configuration)));
} else {
  const device = makeDevice();
  device.dispose();
  const scaling: Scaling = {
    machine: { cpu: cpus()[0]?.model ?? "unknown", node: process.versions.node },
    cell: cell.name,
    device: device.name,
    threads: device.threads,
    base,
    sweeps: [],
    memory: [],
  };
  for (const sweep of sweeps) scaling.sweeps.push({ ...sweep, points: await timesOf(sweep) });
  for (const configuration of training) scaling.memory.push(memoryOf(configuration.name));
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, "scaling.json"), `${JSON.stringify(scaling, null, 2)}\n`);
}
