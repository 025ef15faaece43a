// Turns a cell with sizes into the graph of one time step. Layer normalisation and softmax are spelled out in plain
// operations; the matrices applied to one vector are joined.
import type { Cell, Expression, Width } from "../language/cell.ts";
import { batchProducts } from "./batch.ts";
import { createGraph } from "./builder.ts";
import { levels, type Graph, type Matrix, type Node, type PointwiseOp } from "./graph.ts";
import type { Step } from "./step.ts";

/** The numbers that widths stand for: at least `H` and, if the cell has an input `x`, `I`. */
export type Sizes = Readonly<Record<string, number>>;

/** The number that a width stands for. Throws if its symbol has no size, or one that is not a whole number from 1. */
export function sizeOf(width: Width, sizes: Sizes, cell: string): number {
  const size = typeof width === "number" ? width : sizes[width];
  if (size === undefined) {
    throw new Error(
      `${cell}: the width '${width}' has no size; add one, as in { sizes: { ${width}: 64 } }, ` +
        "or write a number in the width clause",
    );
  }
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new Error(`${cell}: the width '${width}' must be a whole number from 1, got ${size}`);
  }
  return size;
}

/** Added to the variance in layer normalisation (Ba et al. 2016; the customary value). */
const normEpsilon = 1e-5;

interface LowerOptions {
  /** If false, each mask is its mean and no element of a matrix is dropped. Default true. */
  readonly noise?: boolean;
  /** If false, no sequence starts at a later step of a run. Default true. */
  readonly resets?: boolean;
}

/** Throws where sizes are missing, or do not satisfy the cell's `requires` and `blocks` clauses. */
export function lower(cell: Cell, sizes: Sizes, options: LowerOptions = {}): Step {
  checkRequired(cell, sizes);
  return batchProducts(trace(cell, (w) => sizeOf(w, sizes, cell.name), options));
}

function checkRequired(cell: Cell, sizes: Sizes): void {
  for (const [left, right] of cell.requires) {
    const [a, b] = [sizeOf(left, sizes, cell.name), sizeOf(right, sizes, cell.name)];
    if (a !== b) {
      throw new Error(
        `${cell.name}: requires ${left} = ${right}, but ${left} is ${a} and ${right} is ${b}; use one size for both`,
      );
    }
  }
}

/** The state of a trace: the nodes named so far. */
interface Trace {
  readonly g: Graph;
  readonly width: (w: Width) => number;
  readonly noise: boolean;
  readonly named: Map<string, Node>;
  readonly matrices: Map<string, Matrix>;
  masks: number;
}

/** Evaluates the equations once, with nodes as values. */
function trace(cell: Cell, width: (w: Width) => number, options: LowerOptions): Step {
  const { noise = true, resets = true } = options;
  const g = createGraph();
  const named = new Map<string, Node>();
  const t: Trace = { g, width, noise, named, matrices: new Map(), masks: 0 };
  const value = (name: string): Node => named.get(name) as Node;

  const inputs = traceInputs(t, cell);
  for (const [name, number] of Object.entries(cell.constants)) named.set(name, g.number(number));
  traceParameters(t, cell);
  const reset = g.add({ op: "reset" }, [], 1, levels.step);
  for (const state of cell.states) {
    const lag = g.add({ op: "lag", name: state.name }, [], width(state.width), levels.step);
    named.set(state.name, resets ? g.apply("where", reset, build(t, state.start), lag) : lag);
  }
  for (const { name, next, expression } of cell.equations) {
    const node = build(t, expression);
    const declared = (next ? cell.states : cell.locals).find((s) => s.name === name);
    named.set(next ? `${name}'` : name, g.broadcast(node, width(declared?.width ?? "H")));
  }
  const everyStep = (node: Node): Node => g.broadcast(node, node.width, levels.step);
  const isState = cell.states.some((s) => s.name === cell.output);
  return {
    graph: g,
    inputs,
    states: cell.states.map((state) => ({
      name: state.name,
      width: width(state.width),
      previous: value(state.name),
      next: everyStep(value(`${state.name}'`)),
    })),
    output: everyStep(value(isState ? `${cell.output}'` : cell.output)),
    named,
  };
}

function traceInputs({ g, width, named }: Trace, cell: Cell): Node[] {
  const inputs = cell.inputs.map((input) => {
    const level = input.per === "step" ? levels.step : levels.sequence;
    return g.add({ op: "input", name: input.name }, [], width(input.width), level);
  });
  for (const [i, input] of cell.inputs.entries()) named.set(input.name, inputs[i] as Node);
  return inputs;
}

function traceParameters({ g, width, noise, named, matrices }: Trace, cell: Cell): void {
  for (const p of cell.parameters) {
    if (p.kind === "vector") {
      named.set(p.name, g.add({ op: "parameter", name: p.name }, [], width(p.width), levels.fixed));
      continue;
    }
    const [rows, columns] = [width(p.rows), width(p.columns)];
    checkBlocks(cell.name, p.name, rows, columns, p.blocks);
    const drop = noise ? p.drop : 0;
    matrices.set(p.name, { name: p.name, rows, columns, blocks: p.blocks, ...(drop > 0 && { drop }) });
  }
}

function build(t: Trace, e: Expression): Node {
  const { g, width, named } = t;
  const value = (name: string): Node => named.get(name) as Node;
  switch (e.kind) {
    case "number":
      return g.number(e.value);
    case "name":
      return value(e.now ? `${e.name}'` : e.name);
    case "product": {
      const matrix = t.matrices.get(e.matrix) as Matrix;
      const vector = build(t, e.vector);
      if (!e.transposed) return g.slice(g.product([matrix], g.broadcast(vector, matrix.columns)), 0);
      const shape = { op: "transposedProduct", matrices: [matrix] } as const;
      return g.add(shape, [g.broadcast(vector, matrix.rows)], matrix.columns);
    }
    case "mask": {
      if (!t.noise) return g.number(1 - e.rate);
      const level = e.per === "step" ? levels.step : levels.sequence;
      return g.add({ op: "mask", rate: e.rate, per: e.per, salt: t.masks++ }, [], width(e.width), level);
    }
    case "pick":
      return g.gather(build(t, e.vector), value(e.indices));
    case "place": {
      const indices = value(e.indices);
      const vector = g.broadcast(build(t, e.vector), indices.width);
      return g.add({ op: "scatter" }, [vector, indices], width(e.width));
    }
    case "norm":
      return normalise(g, build(t, e.vector), value(e.gain), value(e.shift));
    case "call":
      return call(
        g,
        e.name,
        e.arguments.map((argument) => build(t, argument)),
      );
  }
  return e satisfies never;
}

function checkBlocks(cell: string, name: string, rows: number, columns: number, blocks: number): void {
  if (rows % blocks !== 0 || columns % blocks !== 0) {
    throw new Error(
      `${cell}: 'blocks ${name} = ${blocks}' does not divide its ${rows} rows and ${columns} columns; ` +
        `choose sizes that are multiples of ${blocks}`,
    );
  }
}

function mean(g: Graph, v: Node): Node {
  return g.apply("mul", g.sum(v), g.number(1 / v.width));
}

function normalise(g: Graph, v: Node, gain: Node, shift: Node): Node {
  const centred = g.apply("sub", v, mean(g, v));
  const variance = mean(g, g.apply("square", centred));
  const scale = g.apply("div", g.number(1), g.apply("sqrt", g.apply("add", variance, g.number(normEpsilon))));
  const standard = g.add({ op: "standardised" }, [v, g.apply("mul", centred, scale), scale], v.width);
  return g.apply("add", g.apply("mul", gain, standard), shift);
}

function call(g: Graph, name: string, args: readonly Node[]): Node {
  const v = args[0] as Node;
  switch (name) {
    case "sum":
      return g.sum(v);
    case "mean":
      return mean(g, v);
    case "greatest":
      return maximum(g, v);
    case "softmax": {
      // Its value does not depend on the shift, so neither does its derivative.
      const powers = g.apply("exp", g.apply("sub", v, g.apply("detach", maximum(g, v))));
      return g.apply("div", powers, g.sum(powers));
    }
    default:
      return g.apply(name as PointwiseOp, ...args);
  }
}

function maximum(g: Graph, v: Node): Node {
  return v.width === 1 ? v : g.add({ op: "greatest" }, [v], 1);
}
