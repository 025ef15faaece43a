// One configuration of a cell, measured on a device: time, operations a second, and which share that is of what the
// machine can do. Prints nothing.
import type { Cell } from "../language/cell.ts";
import type { Device, Roofline, WorkTimes } from "../run/device.ts";
import type { Configuration } from "./configurations.ts";
import { timeCalls, type TimingLimits } from "./timing.ts";
import { openWorkload } from "./workload.ts";

/** Plain data; numbers with four digits that count. */
export interface BenchResult {
  readonly config: string;
  readonly cell: string;
  readonly device: Device["name"];
  readonly threads: number;
  /** Of one call into the device: a step of training, or a forward pass. */
  readonly msPerStep: { readonly median: number; readonly min: number };
  /** From the median. */
  readonly gflops: number;
  /** `gflops` over the greatest number of the roofline; null where the device measures none. */
  readonly rooflineFraction: number | null;
  /** GFLOP/s, measured just before. */
  readonly roofline: Roofline | null;
  /** Where the time of a call goes, milliseconds; only if it was asked for. */
  readonly profile?: Profile;
}

export interface Profile extends WorkTimes {
  /** Of a call while account was kept, which costs a little itself; the mean. */
  readonly total: number;
  /** What is in no other number: the call itself, and what goes in and out. */
  readonly other: number;
}

export interface BenchSettings {
  readonly device: Device;
  /** The same device made to keep account of its time; it gives the profile. */
  readonly profiled?: Device | undefined;
  readonly limits?: TimingLimits;
}

/** Throws where the cell does not fit the sizes, and where `profiled` keeps no account of its time. */
export async function bench(
  configuration: Configuration,
  cell: Cell,
  { device, profiled, limits = {} }: BenchSettings,
): Promise<BenchResult> {
  const profile = profiled && (await profileOf(configuration, cell, profiled, limits));
  const roofline = (await device.roofline?.()) ?? null;
  const workload = await openWorkload(configuration, cell, device);
  const { median, min } = await timeCalls(workload.call, limits);
  workload.dispose();
  const gflops = workload.work / median / 1e6;
  return {
    config: configuration.name,
    cell: cell.name,
    device: device.name,
    threads: device.threads,
    msPerStep: { median: rounded(median), min: rounded(min) },
    gflops: rounded(gflops),
    rooflineFraction: roofline && rounded(gflops / greatest(roofline)),
    roofline: roofline && mapped(roofline, rounded),
    ...(profile && { profile: mapped(profile, rounded) }),
  };
}

/** What no program of the device can pass. */
export function greatest({ registers, product, openblas = 0 }: Roofline): number {
  return Math.max(registers, product, openblas);
}

async function profileOf(
  configuration: Configuration,
  cell: Cell,
  device: Device,
  { seconds = 2, repetitions = 3 }: TimingLimits,
): Promise<Profile> {
  const { call, program, dispose } = await openWorkload(configuration, cell, device);
  if (!program.times) {
    throw new Error(
      `the ${device.name} device keeps no account of its time; leave out the profile (--profile)`,
    );
  }
  for (let n = 0; n < repetitions; n++) await call();
  const before = program.times();
  const start = performance.now();
  let calls = 0;
  for (; calls < repetitions || performance.now() - start < 500 * seconds; calls++) await call();
  const total = (performance.now() - start) / calls;
  const after = program.times();
  dispose();
  const kinds = Object.keys(after) as (keyof WorkTimes)[];
  const perCall = Object.fromEntries(kinds.map((kind) => [kind, (after[kind] - before[kind]) / calls]));
  const known = Object.values(perCall).reduce((sum, time) => sum + time, 0);
  return { ...(perCall as unknown as WorkTimes), total, other: Math.max(0, total - known) };
}

const rounded = (value: number): number => Number(value.toPrecision(4));

function mapped<T extends object>(numbers: T, change: (value: number) => number): T {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, change(value)])) as T;
}
