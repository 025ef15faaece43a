// The measurements that `scaling.ts` writes and `figures.ts` draws, as plain data.
import type { Configuration } from "../src/measure/configurations.ts";

/** The size that changes, and its values. */
export interface Sweep {
  readonly of: "size" | "batch" | "steps" | "layers";
  readonly symbol: string;
  readonly title: string;
  readonly at: readonly number[];
}

/** The time of one size. */
export interface TimePoint {
  readonly value: number;
  /** Floating-point operations per step. */
  readonly work: number;
  /** Milliseconds per step. */
  readonly median: number;
  readonly min: number;
  readonly gflops: number;
}

/** The memory of one configuration. */
export interface MemoryPoint {
  /** The configuration's name. */
  readonly name: string;
  /** Bytes of resident memory that the program adds. */
  readonly resident: number;
  /** Bytes in its plan. */
  readonly plan: number;
}

/** The content of `scaling.json`. */
export interface Scaling {
  readonly machine: { readonly cpu: string; readonly node: string };
  readonly cell: string;
  readonly device: string;
  readonly threads: number;
  /** The sizes that a sweep does not change. */
  readonly base: Configuration;
  readonly sweeps: (Sweep & { readonly points: readonly TimePoint[] })[];
  readonly memory: MemoryPoint[];
}
