// A plan: everything a device does for one model, as plain data. Buffers with shapes, kernels, and phases with
// loops over time. `B` rows and `T` steps are capacities; a run says how many of them it uses. Knows no device.
import type { PointwiseOp } from "../graph/ops.ts";
import type { Period } from "../language/cell.ts";
import type { ParameterLayout } from "./parameters.ts";

/**
 * How many rows a buffer has. A token is one row at one step; step t's tokens begin at `offsets[t]`.
 * `tokens` [T·B, width]; `states` [B + T·B, width], the rows before the first step and then one for each token;
 * `rows` [B, width]; `once` [width].
 */
export type Extent = "tokens" | "states" | "rows" | "once";

export interface Buffer {
  readonly id: number;
  readonly name: string;
  readonly type: "float" | "integer";
  readonly extent: Extent;
  readonly width: number;
  /** Parameters live in the store that the plans of one model share; all else in the plan's own arena. */
  readonly space: "parameters" | "arena";
  /** Its place in that space, in elements of four bytes. */
  readonly offset: number;
  /** Elements in all, at full capacity. */
  readonly size: number;
}

/**
 * Columns of a buffer, from `column` on. In a `states` buffer a step's own rows are `now`, those that the step
 * before left are `lag`, and those before the first step are `initial`.
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

/** One sweep over a row's columns: compute `values` in order, then store; reductions end with the sweep. */
export interface Pass {
  readonly width: number;
  readonly values: readonly number[];
  readonly stores: readonly { readonly value: number; readonly access: Access }[];
}

export interface PointwiseKernel {
  readonly kind: "pointwise";
  readonly over: Over;
  readonly values: readonly Value[];
  readonly passes: readonly Pass[];
}

/** A matrix [rows, columns], row-major: in the parameters, or in what the `prepare` phase makes of them. */
export interface MatrixPlace {
  readonly buffer: Buffer;
  /** Elements from the buffer's first. */
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
}

/** The kernels that are neither pointwise nor about the loss: products, and what moves whole rows. */
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
  /** `into[i] = from[indices[i]]`: columns by their numbers, which are floats; beyond the ends the nearest one. */
  | {
      readonly kind: "pick";
      readonly over: "step" | "tokens" | "rows";
      readonly from: Access;
      readonly width: number;
      readonly indices: Access;
      readonly count: number;
      readonly into: Access;
    }
  /** `into[indices[i]] += from[i]`, on rows of zeros [width]: what `pick` gives back. */
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
   * Each row's steps in the opposite order. `values` turn about; `starts` mark a first step, so that in the opposite
   * order the mark of a step stands one later, and that of a row's first step stays.
   */
  | {
      readonly kind: "reverse";
      readonly of: "values" | "starts";
      readonly from: Access;
      readonly into: Access;
      readonly width: number;
    }
  /** Dense one-hot rows of an index, for equations that use it other than in a product. */
  | { readonly kind: "oneHot"; readonly indices: Access; readonly into: Access; readonly width: number }
  /** Copies between the rows that end each sequence (`now` of `tokens`) and one row per sequence. */
  | {
      readonly kind: "finals";
      readonly direction: "collect" | "spread";
      /** After the steps that the run carries on from, instead of after all. */
      readonly carried: boolean;
      readonly tokens: Access;
      readonly rows: Access;
      readonly width: number;
    }
  | { readonly kind: "copyRows"; readonly from: Access; readonly into: Access; readonly width: number }
  /**
   * Softmax and cross-entropy, `loss = Σ weight·nats / Σ weight`; with its derivative where there is `gradient`. A
   * negative target counts nothing; `smoothing` is the target's share that all classes have alike.
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
  /** Ends the phase where a value is not finite, and writes 1 to `status`; else writes 0 and goes on. */
  | { readonly kind: "guard"; readonly values: readonly Access[]; readonly status: Access };

export interface View {
  readonly access: Access;
  readonly width: number;
}

export interface Loop {
  readonly kind: "loop";
  readonly direction: "forward" | "backward";
  readonly body: readonly Kernel[];
}

/**
 * `forward` … as named; `train` is forward, backward, update and carry in one call. `prepare`, where there is one, a
 * device does by itself before it reads matrices for `forward` or `train`.
 */
export type PhaseName = "forward" | "backward" | "update" | "carry" | "train" | "prepare";
export type Mode = "train" | "evaluate" | "step";

export interface Plan {
  readonly mode: Mode;
  /** Capacity: B. */
  readonly rows: number;
  /** Capacity: T. */
  readonly steps: number;
  readonly parameters: ParameterLayout;
  /** Elements of the arena. */
  readonly arena: number;
  readonly buffers: readonly Buffer[];
  /** Parts of buffers that can be read by name: `output.<layer>`, `d.<input>`. */
  readonly views: Readonly<Record<string, View>>;
  readonly phases: Readonly<Partial<Record<PhaseName, readonly (Kernel | Loop)[]>>>;
}

/** The shape of a buffer at full capacity, axes slowest first. */
export function shapeOfBuffer(plan: Pick<Plan, "rows" | "steps">, buffer: Buffer): number[] {
  const { rows, steps } = plan;
  switch (buffer.extent) {
    case "tokens":
      return [steps, rows, buffer.width];
    case "states":
      return [steps + 1, rows, buffer.width];
    case "rows":
      return [rows, buffer.width];
    case "once":
      return [buffer.width];
  }
}
