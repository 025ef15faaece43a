// What `scaling.ts` writes and `figures.ts` draws. Plain data.
import type { Configuration } from "../src/measure/configurations.ts";

/** Which of the sizes changes, and over which values. */
export interface Sweep {
  readonly of: "size" | "batch" | "steps" | "layers";
  readonly symbol: string;
  readonly title: string;
  readonly at: readonly number[];
}

export interface TimePoint {
  readonly value: number;
  /** Floating-point operations of a step. */
  readonly work: number;
  /** Milliseconds of a step. */
  readonly median: number;
  readonly min: number;
  readonly gflops: number;
}

export interface MemoryPoint {
  /** Of the configuration. */
  readonly name: string;
  /** Bytes of resident memory that a program added. */
  readonly resident: number;
  /** Bytes that its plan says it needs. */
  readonly plan: number;
}

export interface Scaling {
  readonly machine: { readonly cpu: string; readonly node: string };
  readonly cell: string;
  readonly device: string;
  readonly threads: number;
  /** What the sizes are that a sweep does not change. */
  readonly base: Configuration;
  readonly sweeps: (Sweep & { readonly points: readonly TimePoint[] })[];
  readonly memory: MemoryPoint[];
}
