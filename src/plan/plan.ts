// A plan: everything a device does for one model, as plain data. Buffers with shapes, kernels, and phases with loops
// over time. `B` rows and `T` steps are capacities; a run says how many of them it uses. Independent of devices.
import type { PointwiseOp } from "../graph/ops.ts";
import type { Period } from "../language/cell.ts";
import type { ParameterLayout } from "./parameters.ts";

/**
 * How many rows a buffer has. A token is one row at one step; step t's tokens begin at `offsets[t]`.
 * `tokens` [T·B, width]; `states` [B + T·B, width], the rows before the first step and then one for each token;
 * `rows` [B, width]; `once` [width].
 */
export type Extent = "tokens" | "states" | "rows" | "once";

/** A block of numbers that kernels read and write. */
export interface Buffer {
  readonly id: number;
  /** Unique in a plan; `Program.read` and `write` accept it where it is a port or a view. */
  readonly name: string;
  readonly type: "float" | "integer";
  /** How many rows it has. */
  readonly extent: Extent;
  /** Elements of a row. */
  readonly width: number;
  /** Parameters are in the store that the plans of one model share, everything else in the plan's own arena. */
  readonly space: "parameters" | "arena";
  /** From the start of that space, in elements of four bytes. */
  readonly offset: number;
  /** Number of elements at full capacity. */
  readonly size: number;
}

/**
 * Columns of a buffer, from `column` on. In a `states` buffer `now` are the rows after the current step, `lag` those
 * after the step before it, and `initial` those before the first step.
 */
export interface Access {
  readonly buffer: Buffer;
  readonly column: number;
  readonly at: "now" | "lag" | "initial";
}

/** What a kernel runs over: the rows alive at one step (inside a loop), all tokens, all rows, or one row. */
export type Over = "step" | "tokens" | "rows" | "once";

/** One value of a pointwise kernel; arguments are indices of earlier values. */
export type Value =
  | { readonly op: "load"; readonly access: Access; readonly width: number }
  | { readonly op: "number"; readonly value: number; readonly width: 1 }
  | {
      readonly op: "mask";
      readonly rate: number;
      readonly per: Period;
      readonly salt: number;
      readonly width: number;
    }
  | { readonly op: PointwiseOp; readonly arguments: readonly number[]; readonly width: number }
  | { readonly op: "sum" | "greatest"; readonly arguments: readonly [number]; readonly width: 1 };

/** One pass over a row's columns: compute `values` in order, then store. The result of a reduction is there afterwards. */
export interface Pass {
  /** Columns that it runs over. */
  readonly width: number;
  /** Indices into the kernel's values, in order. */
  readonly values: readonly number[];
  readonly stores: readonly { readonly value: number; readonly access: Access }[];
}

/** A kernel of pointwise values, computed in passes over the columns of each row. */
export interface PointwiseKernel {
  readonly kind: "pointwise";
  readonly over: Over;
  readonly values: readonly Value[];
  readonly passes: readonly Pass[];
}

/** A matrix [rows, columns], row-major: in the parameters, or in a copy that the `prepare` phase makes. */
export interface MatrixPlace {
  readonly buffer: Buffer;
  /** From the start of the buffer, in elements. */
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
}

/** All kernels: pointwise ones, products, those that move rows, the loss, and the guard of an update. */
export type Kernel =
  | PointwiseKernel
  /** `into = from · [M1; M2; …]ᵀ`, or with `transposed` `into = from · [M1; M2; …]`. */
  | {
      readonly kind: "matmul";
      readonly over: Over;
      readonly from: Access;
      readonly into: Access;
      readonly matrices: readonly MatrixPlace[];
      readonly transposed: boolean;
    }
  /** The product with a one-hot vector: `into[r] = [M1; M2; …][:, index[r]]`. */
  | {
      readonly kind: "gather";
      readonly over: "step" | "tokens" | "rows";
      readonly indices: Access;
      readonly into: Access;
      readonly matrices: readonly MatrixPlace[];
    }
  /** `into[m, n] (+)= Σ over tokens of rows[m] vector[n]`: a weight gradient; `into` is [m, n], row-major. */
  | {
      readonly kind: "outer";
      readonly over: "tokens" | "rows";
      readonly rows: Access;
      readonly m: number;
      readonly vector: Access;
      readonly n: number;
      readonly into: Access;
      readonly accumulate: boolean;
    }
  /** The same with a one-hot vector: `into[m, index] (+)= Σ rows[m]`. */
  | {
      readonly kind: "scatter";
      readonly over: "tokens" | "rows";
      readonly rows: Access;
      readonly m: number;
      readonly indices: Access;
      readonly n: number;
      readonly into: Access;
      readonly accumulate: boolean;
    }
  /** `into[n] (+)= Σ over tokens of from[n]`: a bias gradient. */
  | {
      readonly kind: "columnSums";
      readonly over: "tokens" | "rows";
      readonly from: Access;
      readonly width: number;
      readonly into: Access;
      readonly accumulate: boolean;
    }
  /** `into[row] = Σ over its steps of from[token]`. */
  | { readonly kind: "stepSums"; readonly from: Access; readonly into: Access; readonly width: number }
  /** `into[i] = from[indices[i]]`: gathers columns; `indices` are floats, clamped to the columns that there are. */
  | {
      readonly kind: "pick";
      readonly over: "step" | "tokens" | "rows";
      readonly from: Access;
      readonly width: number;
      readonly indices: Access;
      readonly count: number;
      readonly into: Access;
    }
  /** `into[indices[i]] += from[i]`, on rows of zeros [width]: scatters columns, the derivative of `pick`. */
  | {
      readonly kind: "place";
      readonly over: "step" | "tokens" | "rows";
      readonly from: Access;
      readonly count: number;
      readonly indices: Access;
      readonly into: Access;
      readonly width: number;
    }
  /**
   * Each row's steps in the opposite order. `values` are reversed as they are. `starts` mark the first step of a sequence,
   * which in the opposite order is its last: each mark moves one step further, and that of a row's first step stays.
   */
  | {
      readonly kind: "reverse";
      readonly of: "values" | "starts";
      readonly from: Access;
      readonly into: Access;
      readonly width: number;
    }
  /** Dense one-hot rows of an index, for equations that use it outside products. */
  | { readonly kind: "oneHot"; readonly indices: Access; readonly into: Access; readonly width: number }
  /** Copies between the last step of each sequence (`now` of `tokens`) and one row per sequence. */
  | {
      readonly kind: "finals";
      readonly direction: "collect" | "spread";
      /** The step at which the run takes the carried state, instead of the last one. */
      readonly carried: boolean;
      readonly tokens: Access;
      readonly rows: Access;
      readonly width: number;
    }
  | { readonly kind: "copyRows"; readonly from: Access; readonly into: Access; readonly width: number }
  /**
   * Softmax and cross-entropy, `loss = Σ weight·nats / Σ weight`, and its derivative if there is `gradient`. Tokens with a
   * negative target are ignored; `smoothing` is the share of the target that is spread evenly over all classes.
   */
  | {
      readonly kind: "crossEntropy";
      readonly logits: Access;
      readonly classes: number;
      readonly targets: Access;
      readonly weights: Access;
      readonly smoothing: number;
      readonly loss: Access;
      readonly gradient?: Access;
    }
  /** The Euclidean norm of a block. */
  | { readonly kind: "norm"; readonly of: Access; readonly width: number; readonly into: Access }
  /** If a value is not finite, writes 1 to `status` and ends the phase; otherwise writes 0. */
  | { readonly kind: "guard"; readonly values: readonly Access[]; readonly status: Access };

/** Columns of a buffer that can be read by name. */
export interface View {
  readonly access: Access;
  readonly width: number;
}

/** Kernels that run once per step, forward or backward in time. */
export interface Loop {
  readonly kind: "loop";
  readonly direction: "forward" | "backward";
  /** In order, at every step. */
  readonly body: readonly Kernel[];
}

/**
 * `train` is forward, backward, update and carry in one call; `carry` makes the states after a run those before the next
 * one. `prepare`, if there is one, a device runs by itself before `forward` and `train`.
 */
export type PhaseName = "forward" | "backward" | "update" | "carry" | "train" | "prepare";
/**
 * What a plan is for: `train` has a backward pass, `evaluate` runs forward without noise, `step` goes one
 * step at a time.
 */
export type Mode = "train" | "evaluate" | "step";

/** The buffers of one state of a layer, [B, width] each. */
export interface StatePorts {
  readonly layer: string;
  readonly state: string;
  /** Elements of the state per row. */
  readonly width: number;
  /** Before the first step: written by the caller or by `carry`, 0 until then. */
  readonly initial: string;
  /** After each sequence's last step. */
  readonly final: string;
  /** In training: the derivative by `initial`, after `backward`. */
  readonly dinitial?: string;
  /** In training: the derivative by `final`, which the caller may write before `backward`; 0 if it never does. */
  readonly dfinal?: string;
}

/** The names under which the caller reads and writes what a plan works on; `Program.read` and `write` accept them. */
export interface Ports {
  /** By input of the network: [T·B, width] or [B, width], to be written; of an index [T·B] or [B], integers. */
  readonly inputs: Readonly<Record<string, string>>;
  /** By layer: its output, [T·B, width]. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Layer by layer, in the network's order. */
  readonly states: readonly StatePorts[];
  /** Quantities that were asked for by name. */
  readonly kept: readonly string[];
  /** To be written: [T·B], 1 where a sequence starts. */
  readonly resets: string;
  /** Of a cross-entropy, to be written: [T·B], integers. */
  readonly targets?: string;
  /** Of a loss other than `given`, to be written: [T·B]. */
  readonly weights?: string;
  /** Of a loss other than `given`: one number, after `forward`. */
  readonly loss?: string;
  /** In training, to be written: one integer each, from which noise is drawn. */
  readonly seed?: string;
  readonly step?: string;
  /** In training: the derivatives by the trained parameters, in the layout's order, after `backward`. */
  readonly gradients?: string;
  /** In training with a `given` loss, to be written before `backward`: the derivative by the loss's layer, [T·B, width]. */
  readonly outputGradient?: string;
  /** In training, by input of the network: the derivative by it, if one is computed, as large as the input. */
  readonly inputGradients: Readonly<Record<string, string>>;
  /** With an update rule: the norm of all gradients, before clipping, after `update`. */
  readonly norm?: string;
  /** With an update rule: 1 if `update` left the parameters as they were because a number was not finite, otherwise 0. */
  readonly status?: string;
  /** What the optimiser keeps from update to update, by its states: as large as the gradients, 0 at first. */
  readonly optimizer: Readonly<Record<string, string>>;
  /** The numbers of the update rule, by its inputs, to be written before `update`. */
  readonly numbers: Readonly<Record<string, string>>;
}

/** A network as kernels over buffers: everything that a device needs to run it, as plain data. */
export interface Plan {
  readonly mode: Mode;
  /** Capacity: B. */
  readonly rows: number;
  /** Capacity: T. */
  readonly steps: number;
  readonly parameters: ParameterLayout;
  /** Size of the arena in elements. */
  readonly arena: number;
  readonly buffers: readonly Buffer[];
  /** Parts of buffers that can be read by name: `output.<layer>`, `d.<input>`. */
  readonly views: Readonly<Record<string, View>>;
  readonly ports: Ports;
  /** What runs, by phase, in order. */
  readonly phases: Readonly<Partial<Record<PhaseName, readonly (Kernel | Loop)[]>>>;
}
