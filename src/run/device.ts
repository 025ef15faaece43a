// What a device is: it holds parameters, compiles plans against them and runs programs. Knows no maths and no
// task; `reference` and the fast devices implement it alike.
import type { ParameterLayout } from "../plan/parameters.ts";
import type { Buffer, PhaseName, Plan, View } from "../plan/plan.ts";

export type Numbers = Float32Array | Float64Array;
export type Writable = Numbers | Int32Array;

/** How much of the capacity a run uses. */
export interface RunExtent {
  /** Rows of the batch, at most the plan's. */
  readonly rows: number;
  /** Steps, at most the plan's. */
  readonly steps: number;
  /** Steps of each row, longest first; without it every row has `steps`. */
  readonly lengths?: Int32Array;
  /** Steps after which the carried state is taken; all of them if not given. */
  readonly carry?: number;
}

/** The parameters of one model, on one device, shared by its programs. */
export interface ParameterStore {
  readonly layout: ParameterLayout;
  /** All parameters in the layout's order, [layout.size]. Throws for another number of values. */
  write(values: Numbers): void;
  /** A copy, after all runs that were started before. */
  read(): Promise<Float64Array>;
}

export interface Program {
  readonly plan: Plan;
  /** Copies values into the front of a buffer. Throws for an unknown name or too many values. */
  write(buffer: string, values: Writable): void;
  /**
   * Runs a phase; work is done in the order of the calls. A short one is done when this returns, a long one goes
   * on beside the caller. An error while it runs rejects the next `read`.
   */
  run(phase: PhaseName, extent: RunExtent): void;
  /** Fills `into` with the front of a buffer, or of a view's columns. */
  read<A extends Writable>(buffer: string, into: A): Promise<A>;
  /** Where the time of its runs went so far, if the device was made to keep account of it. */
  times?(): WorkTimes;
  dispose(): void;
}

/** Milliseconds of the first thread, by kind of work. */
export interface WorkTimes {
  /** Matrix products, weight gradients among them. */
  readonly products: number;
  /** Elementwise work, the optimiser and the loss. */
  readonly pointwise: number;
  /** Bringing weights and gradients' factors into the order that products read them in. */
  readonly packing: number;
  /** For other threads. */
  readonly waiting: number;
  /** Selecting, copying and summing rows. */
  readonly moving: number;
}

/** GFLOP/s that the device's threads reach together: what no program of it can pass. */
export interface Roofline {
  /** Multiply-adds on values in registers. */
  readonly registers: number;
  /** The best matrix product of this device. */
  readonly product: number;
  /** The best matrix product of OpenBLAS, where it is installed. */
  readonly openblas?: number;
}

export interface Device {
  readonly name: "reference" | "wasm" | "native" | "webgpu";
  /** Threads that a long run is divided among; any number of them gives the same bits. */
  readonly threads: number;
  parameters(layout: ParameterLayout): ParameterStore;
  compile(plan: Plan, store: ParameterStore): Promise<Program>;
  /** Measured at the call, in about a second. */
  roofline?(): Promise<Roofline>;
  dispose(): void;
}

/** A batch's shape in memory: step t's tokens are `offsets[t] … offsets[t] + alive[t]`. */
export interface TokenTables {
  /** [steps] rows alive at each step, never growing. */
  readonly alive: Int32Array;
  /** [steps + 1] */
  readonly offsets: Int32Array;
}

export function tokenTables(plan: Plan, extent: RunExtent): TokenTables {
  const { rows, steps, lengths } = extent;
  checkExtent(plan, extent);
  const alive = new Int32Array(steps);
  const offsets = new Int32Array(steps + 1);
  for (let t = 0, row = rows; t < steps; t++) {
    while (lengths && row > 0 && (lengths[row - 1] as number) <= t) row--;
    alive[t] = row;
    offsets[t + 1] = (offsets[t] as number) + row;
  }
  return { alive, offsets };
}

function checkExtent(plan: Plan, { rows, steps, lengths, carry }: RunExtent): void {
  const inRange = (value: number, high: number): boolean =>
    Number.isInteger(value) && value >= 1 && value <= high;
  if (!inRange(rows, plan.rows))
    throw new Error(`rows must be from 1 to ${plan.rows}, the plan's capacity, not ${rows}`);
  if (!inRange(steps, plan.steps)) {
    throw new Error(`steps must be from 1 to ${plan.steps}, the plan's capacity, not ${steps}`);
  }
  if (carry !== undefined && !inRange(carry, steps)) {
    throw new Error(`carry must be from 1 to ${steps}, the steps of the run, not ${carry}`);
  }
  if (!lengths) return;
  if (lengths.length !== rows)
    throw new Error(`lengths must have ${rows} entries, one a row, not ${lengths.length}`);
  for (let b = 0; b < rows; b++) {
    const length = lengths[b] as number;
    if (!inRange(length, steps)) throw new Error(`lengths[${b}] must be from 1 to ${steps}, not ${length}`);
    if (b > 0 && length > (lengths[b - 1] as number)) {
      throw new Error(`rows must be sorted by length, longest first, but lengths[${b}] is ${length}`);
    }
  }
}

/** Where a readable name stands: a buffer, or a view of one. */
export function viewNamed(plan: Plan, name: string): View {
  const view = plan.views[name];
  if (view) return view;
  const buffer = bufferNamed(plan, name);
  return {
    access: { buffer, column: 0, at: buffer.extent === "states" ? "initial" : "now" },
    width: buffer.width,
  };
}

export function bufferNamed(plan: Plan, name: string): Buffer {
  const buffer = plan.buffers.find((b) => b.name === name);
  if (!buffer) {
    const known = plan.buffers.map((b) => b.name).filter((n) => !n.includes("/"));
    throw new Error(
      `the plan has no buffer '${name}'; it has ${[...known, ...Object.keys(plan.views)].join(", ")}`,
    );
  }
  return buffer;
}

export function checkWrite(buffer: Buffer, count: number): void {
  if (count > buffer.size) {
    throw new Error(`buffer '${buffer.name}' holds ${buffer.size} values; ${count} were written`);
  }
}

export function checkParameters(layout: ParameterLayout, count: number): void {
  if (count !== layout.size)
    throw new Error(`the parameters are ${layout.size} values; ${count} were written`);
}
