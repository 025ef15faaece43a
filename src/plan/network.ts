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

export interface NetworkLayer {
  readonly name: string;
  readonly cell: Cell;
  readonly sizes: Sizes;
  /** From the names of the cell's inputs to inputs of the network or to layers before this one. */
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * `cross-entropy`: softmax over the named layer's output against the index input `targets`, weighted by `weights`.
 * `given`: the caller writes the derivative by the named layer's output (`d.<layer>`) and by its final states.
 */
export type Loss =
  { readonly kind: "cross-entropy"; readonly of: string } | { readonly kind: "given"; readonly of: string };

export interface Network {
  readonly inputs: readonly NetworkInput[];
  readonly layers: readonly NetworkLayer[];
  readonly loss: Loss;
}
