// The interface of a device: it holds parameters, compiles plans against them and runs programs. The reference
// and the fast devices implement it alike.
import type { ParameterLayout } from "../plan/parameters.ts";
import type { PhaseName, Plan } from "../plan/plan.ts";

/** Numbers of a device: float32, and float64 on the reference device. */
export type Numbers = Float32Array | Float64Array;
/** Arrays that can be written to a buffer and filled from one. */
export type Writable = Numbers | Int32Array;

/** The part of a plan's capacity that a run uses. */
export interface RunExtent {
  /** Rows of the batch, at most the plan's. */
  readonly rows: number;
  /** Steps, at most the plan's. */
  readonly steps: number;
  /** [rows] steps of each row, longest first; default `steps` for every row. */
  readonly lengths?: Int32Array;
  /** Steps after which the carried state is taken; default all of them. */
  readonly carry?: number;
}

/** The parameters of one model on one device, shared by its programs. */
export interface ParameterStore {
  readonly layout: ParameterLayout;
  /** Writes all parameters in the layout's order, [layout.size]. Throws for another number of values. */
  write(values: Numbers): void;
  /** A copy, [layout.size], after all runs that were started before. */
  read(): Promise<Float64Array>;
  /**
   * Frees the memory, after all runs that were started before. Afterwards the store and the programs that were compiled
   * against it throw; on the native device the programs keep the memory until they are disposed, too. Disposing of a
   * store twice is allowed. A store that is dropped instead is freed when it and its programs have been collected.
   */
  dispose(): void;
}

/** A plan, ready to run. */
export interface Program {
  readonly plan: Plan;
  /**
   * Copies values into the front of a buffer, after all runs that were started before. Throws for an unknown name, too
   * many values, and an array whose memory has been transferred.
   */
  write(buffer: string, values: Writable): void;
  /**
   * Runs a phase; runs, writes and reads happen in the order of the calls. A short run is done when this returns, a long
   * one goes on off the caller's thread. Throws for a phase that the plan does not have and an extent beyond its
   * capacity; an error during the run rejects the next `read`.
   */
  run(phase: PhaseName, extent: RunExtent): void;
  /**
   * Fills `into` with the front of a buffer, or of a view's columns. Rejects for an unknown name, an array with more
   * elements than there are or whose memory has been transferred, and with the error of an earlier run.
   */
  read<A extends Writable>(buffer: string, into: A): Promise<A>;
  /** The time that its runs have spent so far, on a device that was made to measure it. */
  times?(): WorkTimes;
  /** Frees the memory, after all runs that were started before. Afterwards the program throws. */
  dispose(): void;
}

/** Milliseconds of the first thread, by kind of work. */
export interface WorkTimes {
  /** Matrix products, including weight gradients. */
  readonly products: number;
  /** Elementwise work, including the optimiser and the loss. */
  readonly pointwise: number;
  /** Copying weights, and the two sides of weight gradients, into the order in which products read them. */
  readonly packing: number;
  /** Waiting for other threads. */
  readonly waiting: number;
  /** Selecting, copying and summing rows. */
  readonly moving: number;
}

/** The GFLOP/s that a device's threads reach together, which no program on it can exceed. */
export interface Roofline {
  /** Multiply-adds on values in registers. */
  readonly registers: number;
  /** The best matrix product of this device. */
  readonly product: number;
  /** The best matrix product of OpenBLAS, where it is installed. */
  readonly openblas?: number;
}

/**
 * What computes: it holds parameters, compiles plans against them and runs programs. `wasmDevice`,
 * `nativeDevice` and `referenceDevice` make one; whoever writes another finds its types in
 * `unrolled/plan`.
 */
export interface Device {
  /** Which of the devices it is. */
  readonly name: "reference" | "wasm" | "native";
  /** The type of the numbers that it computes with. */
  readonly precision: "float32" | "float64";
  /** Threads that a long run is divided among; any number of them gives the same bits. */
  readonly threads: number;
  /** Memory for the parameters of one model, all 0. */
  parameters(layout: ParameterLayout): ParameterStore;
  /** Rejects for a store that has been disposed, that is another device's or whose parameters are not the plan's. */
  compile(plan: Plan, store: ParameterStore): Promise<Program>;
  /** Measures, for about a second. */
  roofline?(): Promise<Roofline>;
  /**
   * Ends its threads, after all runs that were started before. Afterwards the device, its stores and its programs throw.
   * Disposing of a device twice is allowed.
   */
  dispose(): void;
}
