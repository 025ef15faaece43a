// The maths of one time step as a graph of values, and a builder that shares equal ones. Widths are numbers
// here. Knows nothing of batches, of the order of work, or of memory.
import { ops, type PointwiseOp } from "./ops.ts";
import type { Period } from "../language/cell.ts";

/** How often a value changes: never, once per sequence, at every step. */
export const levels = { fixed: 0, sequence: 1, step: 2 } as const;
export type Level = (typeof levels)[keyof typeof levels];

export interface Matrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly blocks: number;
  /** The rate at which its elements are left out, where they are. */
  readonly drop?: number;
}

interface Common {
  /** Creation order: every argument has a smaller id. */
  readonly id: number;
  readonly arguments: readonly Node[];
  readonly width: number;
  readonly level: Level;
}

export type Leaf = Common &
  (
    | { readonly op: "number"; readonly value: number }
    | { readonly op: "parameter"; readonly name: string }
    | { readonly op: "input"; readonly name: string }
    /** A state as the step before left it; where a sequence starts it is replaced (see `reset`). */
    | { readonly op: "lag"; readonly name: string }
    /** 1 where a new sequence starts, 0 where one goes on. */
    | { readonly op: "reset" }
    /** The loss's derivative by the layer's output at this step, from outside. */
    | { readonly op: "gradient" }
    /** The loss's derivative by a state's next value, from the step after. */
    | { readonly op: "carried"; readonly name: string }
    | { readonly op: "mask"; readonly rate: number; readonly per: Period; readonly salt: number }
  );

export type Pointwise = Common & { readonly op: PointwiseOp };
export type Reduction = Common & { readonly op: "sum" | "greatest" };
/** `[M1; M2; …] v`: its parts are read by `slice`. */
export type Product = Common & { readonly op: "product"; readonly matrices: readonly Matrix[] };
/** `M1ᵀ v1 + M2ᵀ v2 + …`, one argument for each matrix. */
export type Pullback = Common & { readonly op: "pullback"; readonly matrices: readonly Matrix[] };
export type Slice = Common & { readonly op: "slice"; readonly index: number; readonly offset: number };
/** Elements of the first argument by the numbers in the second, and what those give back to it. */
export type Pick = Common & { readonly op: "pick" | "place" };
/**
 * Its second argument, which is what the first becomes with mean 0 and variance 1; the third is what it was scaled by.
 * There to have its derivative in short.
 */
export type Standardised = Common & { readonly op: "standardised" };
/** Repeats a value: one of width 1 over a width, one that changes rarely at every step. */
export type Broadcast = Common & { readonly op: "broadcast" };
/** The sum over the steps of a sequence. */
export type StepSum = Common & { readonly op: "sumSteps" };

export type Node =
  Leaf | Pointwise | Reduction | Product | Pullback | Slice | Pick | Standardised | Broadcast | StepSum;
export type NodeOp = Node["op"];

type Payload<N> = N extends Node ? Omit<N, keyof Common> : never;
/** Everything of a node but what the graph fills in. */
export type NodeShape = Payload<Node>;

export interface Graph {
  readonly nodes: readonly Node[];
  number(value: number): Node;
  /** Any node; an equal one that exists is returned instead. */
  add(shape: NodeShape, args: readonly Node[], width: number, level?: Level): Node;
  /** A pointwise operation, with arguments of one width or of width 1, simplified where a number decides it. */
  apply(op: PointwiseOp, ...args: readonly Node[]): Node;
  sum(value: Node): Node;
  pick(vector: Node, indices: Node): Node;
  broadcast(value: Node, width: number, level?: Level): Node;
  /** The matrices, stacked, applied to one vector: as wide as all their rows together. */
  product(matrices: readonly Matrix[], vector: Node): Product;
  /** The part of a product that its matrix number `index` made. */
  slice(product: Product, index: number): Node;
}

const rowsOf = (matrices: readonly Matrix[]): number => matrices.reduce((total, m) => total + m.rows, 0);

export function createGraph(): Graph {
  const nodes: Node[] = [];
  const known = new Map<string, Node>();

  function add(shape: NodeShape, args: readonly Node[], width: number, level?: Level): Node {
    const height = level ?? (Math.max(0, ...args.map((a) => a.level)) as Level);
    const key = JSON.stringify([shape, args.map((a) => a.id), width, height]);
    const found = known.get(key);
    if (found) return found;
    const node = { ...shape, id: nodes.length, arguments: args, width, level: height } as Node;
    nodes.push(node);
    known.set(key, node);
    return node;
  }
  const number = (value: number): Node => add({ op: "number", value }, [], 1, levels.fixed);

  function apply(op: PointwiseOp, ...args: readonly Node[]): Node {
    const values = args.map((a) => (a.op === "number" ? a.value : undefined));
    if (values.every((v) => v !== undefined)) return number(ops[op].value(...values));
    const width = Math.max(...args.map((a) => a.width));
    const [a, b] = args as [Node, Node];
    const wide = (node: Node): boolean => node.width === width;
    if (op === "mul" && values[0] === 1 && wide(b)) return b;
    if (op === "mul" && values[1] === 1 && wide(a)) return a;
    if (op === "mul" && (values[0] === 0 || values[1] === 0)) return broadcast(number(0), width);
    if (op === "mul" && values[0] === -1) return apply("neg", b);
    if ((op === "add" || op === "sub") && values[1] === 0 && wide(a)) return a;
    if (op === "add" && values[0] === 0 && wide(b)) return b;
    if (op === "sub" && values[0] === 0) return apply("neg", b);
    if (op === "div" && values[1] === 1 && wide(a)) return a;
    return add({ op }, args, width);
  }
  const sum = (value: Node): Node => (value.width === 1 ? value : add({ op: "sum" }, [value], 1));
  const pick = (vector: Node, indices: Node): Node => add({ op: "pick" }, [vector, indices], indices.width);
  const broadcast = (value: Node, width: number, level = value.level): Node =>
    value.width === width && value.level === level ? value : add({ op: "broadcast" }, [value], width, level);
  const product = (matrices: readonly Matrix[], vector: Node): Product =>
    add({ op: "product", matrices }, [vector], rowsOf(matrices)) as Product;
  const slice = (of: Product, index: number): Node =>
    add(
      { op: "slice", index, offset: rowsOf(of.matrices.slice(0, index)) },
      [of],
      (of.matrices[index] as Matrix).rows,
    );

  return { nodes, number, add, apply, sum, pick, broadcast, product, slice };
}

/** Everything that the roots are made from, themselves included, arguments first. */
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

/** The nodes of `nodes` (in order) that depend on one for which `isSource` holds, the sources included. */
export function dependents(nodes: readonly Node[], isSource: (node: Node) => boolean): Set<Node> {
  const found = new Set<Node>();
  for (const node of nodes) {
    if (isSource(node) || node.arguments.some((a) => found.has(a))) found.add(node);
  }
  return found;
}

/** What makes a node itself, without what the graph filled in. */
export function shapeOf(node: Node): NodeShape {
  const { id: _id, arguments: _arguments, width: _width, level: _level, ...shape } = node;
  return shape as NodeShape;
}
