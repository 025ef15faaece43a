// The maths of one time step as a graph of values, whose widths are numbers. Batches, the order of work
// and memory come later, in `plan/`. Graphs are built in `builder.ts`.
import type { Period } from "../language/cell.ts";
import type { Operator, PointwiseFunction } from "../language/functions.ts";

/** How often a value changes: never, once per sequence, at every step. */
export const levels = { fixed: 0, sequence: 1, step: 2 } as const;
/** One of `levels`; a value has at least the level of its arguments. */
export type Level = (typeof levels)[keyof typeof levels];

/** The elementwise operations: those of the equation language, and three that only the compiler makes. */
export type PointwiseOp = Operator | PointwiseFunction | "greater" | "where" | "detach";

/** A matrix of a cell with its size; with `blocks` on the diagonal it is stored as [rows, columns / blocks]. */
export interface Matrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly blocks: number;
  /** The probability that an element is zeroed in training; absent if none is. */
  readonly drop?: number;
}

interface Common {
  /** Creation order: every argument has a smaller id. */
  readonly id: number;
  readonly arguments: readonly Node[];
  readonly width: number;
  readonly level: Level;
}

type Leaf = Common &
  (
    | { readonly op: "number"; readonly value: number }
    | { readonly op: "parameter"; readonly name: string }
    | { readonly op: "input"; readonly name: string }
    /** A state after the previous step; `where` replaces it at the start of a sequence (see `reset`). */
    | { readonly op: "lag"; readonly name: string }
    /** 1 where a new sequence starts, else 0. */
    | { readonly op: "reset" }
    /** The derivative of the loss by the layer's output at this step, from outside the layer. */
    | { readonly op: "gradient" }
    /** The derivative of the loss by a state's next value, from the step after. */
    | { readonly op: "carried"; readonly name: string }
    /** `salt` numbers the masks of a cell, so that each draws its own random numbers. */
    | { readonly op: "mask"; readonly rate: number; readonly per: Period; readonly salt: number }
  );

/** An elementwise operation; arguments of width 1 are repeated. */
export type Pointwise = Common & { readonly op: PointwiseOp };
/** One number: the sum or the maximum over the width. */
type Reduction = Common & { readonly op: "sum" | "greatest" };
/** `[M1; M2; …] v`: the stacked matrices applied to one vector; `slice` reads the parts. */
export type Product = Common & { readonly op: "product"; readonly matrices: readonly Matrix[] };
/** `M1ᵀ v1 + M2ᵀ v2 + …`, with an argument per matrix. */
export type TransposedProduct = Common & {
  readonly op: "transposedProduct";
  readonly matrices: readonly Matrix[];
};
/** The rows of a product that its matrix number `index` made; they begin at `offset`. */
type Slice = Common & { readonly op: "slice"; readonly index: number; readonly offset: number };
/** `gather`: the elements of the first argument at the indices in the second. `scatter`: its transpose, a scatter-add. */
type Indexed = Common & { readonly op: "gather" | "scatter" };
/**
 * The second argument, which is the first with mean 0 and variance 1; the third is the scale. The node exists because
 * the derivative of all three together is short.
 */
type Standardised = Common & { readonly op: "standardised" };
/** A value repeated: one of width 1 over a width, or one that changes rarely at every step. */
type Broadcast = Common & { readonly op: "broadcast" };
/** The sum over the steps of a sequence. */
type StepSum = Common & { readonly op: "sumSteps" };

/** A value: an operation on other values, or a leaf. */
export type Node =
  | Leaf
  | Pointwise
  | Reduction
  | Product
  | TransposedProduct
  | Slice
  | Indexed
  | Standardised
  | Broadcast
  | StepSum;

type Payload<N> = N extends Node ? Omit<N, keyof Common> : never;
/** A node without the fields that the graph fills in. */
export type NodeShape = Payload<Node>;

/** A growing graph. Its methods return an existing node where an equal one exists. */
export interface Graph {
  /** In the order of their ids. */
  readonly nodes: readonly Node[];
  number(value: number): Node;
  /** Any node; `level` is by default the highest level of the arguments. */
  add(shape: NodeShape, args: readonly Node[], width: number, level?: Level): Node;
  /** A pointwise operation on arguments of one width or of width 1, simplified where a number allows it. */
  apply(op: PointwiseOp, ...args: readonly Node[]): Node;
  sum(value: Node): Node;
  gather(vector: Node, indices: Node): Node;
  broadcast(value: Node, width: number, level?: Level): Node;
  /** As wide as the rows of all matrices together. */
  product(matrices: readonly Matrix[], vector: Node): Product;
  slice(product: Product, index: number): Node;
}

/** The roots and all their direct and indirect arguments, arguments first. */
export function reachable(roots: Iterable<Node>): Node[] {
  const seen = new Set<Node>();
  const pending = [...roots];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    pending.push(...node.arguments);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** Those of `nodes`, which are in order, for which `isSource` holds or that depend on such a node. */
export function dependents(nodes: readonly Node[], isSource: (node: Node) => boolean): Set<Node> {
  const dependent = new Set<Node>();
  for (const node of nodes) {
    if (isSource(node) || node.arguments.some((a) => dependent.has(a))) dependent.add(node);
  }
  return dependent;
}

/** A node without the fields that the graph filled in. */
export function shapeOf(node: Node): NodeShape {
  const { id: _id, arguments: _arguments, width: _width, level: _level, ...shape } = node;
  return shape as NodeShape;
}
