// Measures one configuration of a cell on a device: time per step, operations per second, and their share of the
// roofline.
import type { Cell } from "../language/cell.ts";
import type { Device, Roofline, WorkTimes } from "../run/device.ts";
import type { Configuration } from "./configurations.ts";
import { timeCalls, type TimingLimits } from "./timing.ts";
import { openWorkload } from "./workload.ts";

/** Plain data; numbers are rounded to four significant digits. */
export interface BenchResult {
  readonly config: string;
  readonly cell: string;
  readonly device: Device["name"];
  readonly threads: number;
  /** Milliseconds per call into the device: a training step, or a forward pass. */
  readonly msPerStep: { readonly median: number; readonly min: number };
  /** Operations of matrix products per second, in 10⁹, at the median time. */
  readonly gflops: number;
  /** `gflops` over the roofline's peak; null on devices that measure no roofline. */
  readonly rooflineFraction: number | null;
  /** GFLOP/s, measured just before; null on devices that measure none. */
  readonly roofline: Roofline | null;
  /** Only if a profiling device was given. */
  readonly profile?: Profile;
}

/** Milliseconds per call by kind of work. */
export interface Profile extends WorkTimes {
  /** The mean of a call on the profiling device, which is slightly slower. */
  readonly total: number;
  /** The rest of `total`: the call itself, its inputs and outputs. */
  readonly other: number;
}

/** The device, and how long to measure. */
export interface BenchSettings {
  readonly device: Device;
  /** The same device made with `profile: true`, for the profile. */
  readonly profiled?: Device | undefined;
  readonly limits?: TimingLimits;
}

/**
 * Measures a configuration of a cell on a device, after a warm-up. Throws where the cell does not fit the sizes, and where
 * `profiled` does not record its times.
 */
export async function bench(
  configuration: Configuration,
  cell: Cell,
  { device, profiled, limits = {} }: BenchSettings,
): Promise<BenchResult> {
  const profile = profiled && (await measureProfile(configuration, cell, profiled, limits));
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
    msPerStep: { median: fourDigits(median), min: fourDigits(min) },
    gflops: fourDigits(gflops),
    rooflineFraction: roofline && fourDigits(gflops / peakGflops(roofline)),
    roofline: roofline && mapValues(roofline, fourDigits),
    ...(profile && { profile: mapValues(profile, fourDigits) }),
  };
}

/** The highest of a roofline's measurements, which no program on the device exceeds. */
export function peakGflops({ registers, product, openblas = 0 }: Roofline): number {
  return Math.max(registers, product, openblas);
}

async function measureProfile(
  configuration: Configuration,
  cell: Cell,
  device: Device,
  { seconds = 2, repetitions = 3 }: TimingLimits,
): Promise<Profile> {
  const { call, program, dispose } = await openWorkload(configuration, cell, device);
  if (!program.times) {
    throw new Error(`the ${device.name} device does not record where its time goes; leave out --profile`);
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
  const recorded = Object.values(perCall).reduce((sum, time) => sum + time, 0);
  return { ...(perCall as unknown as WorkTimes), total, other: Math.max(0, total - recorded) };
}

const fourDigits = (value: number): number => Number(value.toPrecision(4));

function mapValues<T extends object>(numbers: T, change: (value: number) => number): T {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, change(value)])) as T;
}
