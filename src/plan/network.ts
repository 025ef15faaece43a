// A network as the scheduler takes it: layers of equations joined by name. Plain data; knows no task.
import type { Cell, Period } from "../ir/cell.ts";
import type { Sizes } from "../ir/lower.ts";

export interface NetworkInput {
  readonly name: string;
  /** Elements of a dense input; the number of classes of an index. */
  readonly width: number;
  /** An index stands for a one-hot vector, which is never written out where a product can do without. */
  readonly kind: "dense" | "index";
  readonly per: Period;
}

/** Columns of an input or a layer: `width` of them, the first one being `from`. */
export interface Part {
  readonly of: string;
  readonly from: number;
  readonly width: number;
}

/** What an input of a layer is joined to: an input or a layer before it, a part of one, or several side by side. */
export type Connection = string | Part | readonly (string | Part)[];

export interface NetworkLayer {
  readonly name: string;
  readonly cell: Cell;
  readonly sizes: Sizes;
  /** From the names of the cell's inputs to inputs of the network or to layers before this one. */
  readonly inputs: Readonly<Record<string, Connection>>;
  /**
   * In which order a layer goes through the steps of each row; default `forward`. With `reverse` a row begins at its own
   * last step and ends at its first, where its final states are from; sequences that follow each other in a row stay
   * apart, and no state is carried to the next run. Outputs stand at the steps they are of either way.
   */
  readonly direction?: "forward" | "reverse";
}

/**
 * `cross-entropy`: softmax over the named layer's output against the index input `targets`, weighted by `weights`; a
 * negative target is ignored; `smoothing` is the share of the target that is spread evenly over all classes.
 * `mean`: the mean over tokens, weighted by `weights`, of the named layer's output, which has width 1.
 * Where no token counts there is no mean, and the loss is not a number.
 * `given`: the caller writes the derivative by the named layer's output (`d.<layer>`) and by its final states.
 */
export type Loss =
  | { readonly kind: "cross-entropy"; readonly of: string; readonly smoothing?: number }
  | { readonly kind: "mean"; readonly of: string }
  | { readonly kind: "given"; readonly of: string };

const isList = (connection: Connection): connection is readonly (string | Part)[] =>
  Array.isArray(connection);

/** What a connection is made of, side by side. */
export function partsOf(connection: Connection | undefined): readonly (string | Part)[] {
  if (connection === undefined) return [];
  return isList(connection) ? connection : [connection];
}

/** The input or layer that a part is of. */
export const sourceOf = (part: string | Part): string => (typeof part === "string" ? part : part.of);

export interface Network {
  readonly inputs: readonly NetworkInput[];
  readonly layers: readonly NetworkLayer[];
  readonly loss: Loss;
}
