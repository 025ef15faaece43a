// A cell with sizes becomes the graph of one time step. Layer normalisation and softmax are spelled out here
// in plain operations; products with one argument are made one product. Knows no batch and no steps.
import type { Cell, Expression, Width } from "../language/cell.ts";
import { batchProducts } from "./batch.ts";
import { createGraph, levels, type Graph, type Matrix, type Node } from "./graph.ts";
import type { PointwiseOp } from "./ops.ts";

/** What the widths' symbols stand for: at least `H` and, where the cell has an input `x`, `I`. */
export type Sizes = Readonly<Record<string, number>>;

export interface StepState {
  readonly name: string;
  readonly width: number;
  /** The state before the step (already reset where a sequence starts) and after it. */
  readonly previous: Node;
  readonly next: Node;
}

export interface Step {
  readonly graph: Graph;
  readonly inputs: readonly Node[];
  readonly states: readonly StepState[];
  readonly output: Node;
  /** Every quantity that the equations name: `z`, `h'` (next), `h` (previous). */
  readonly named: ReadonlyMap<string, Node>;
}

/** The number that a width stands for; an error if its symbol was given no size. */
export function sizeOf(width: Width, sizes: Sizes, cell: string): number {
  const size = typeof width === "number" ? width : sizes[width];
  if (size === undefined) {
    throw new Error(
      `${cell}: the width '${width}' has no size; give one, as in { sizes: { ${width}: 64 } }, ` +
        "or write a number in the width clause",
    );
  }
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new Error(`${cell}: the width '${width}' must be a whole number from 1, not ${size}`);
  }
  return size;
}

/** Added to the variance in layer normalisation (Ba et al. 2016; the customary value). */
const normEpsilon = 1e-5;

export interface LowerOptions {
  /** Masks are drawn; otherwise each is its mean. Default true. */
  readonly noise?: boolean;
  /** A new sequence may start at any step. Default true. */
  readonly resets?: boolean;
}

export function lower(cell: Cell, sizes: Sizes, options: LowerOptions = {}): Step {
  checkRequired(cell, sizes);
  return batchProducts(trace(cell, (w) => sizeOf(w, sizes, cell.name), options));
}

function checkRequired(cell: Cell, sizes: Sizes): void {
  for (const [left, right] of cell.requires) {
    const [a, b] = [sizeOf(left, sizes, cell.name), sizeOf(right, sizes, cell.name)];
    if (a !== b) {
      throw new Error(
        `${cell.name}: requires ${left} = ${right}, but ${left} is ${a} and ${right} is ${b}; give both one size`,
      );
    }
  }
}

function trace(cell: Cell, width: (w: Width) => number, options: LowerOptions): Step {
  const { noise = true, resets = true } = options;
  const g = createGraph();
  const named = new Map<string, Node>();
  let masks = 0;

  const inputs = cell.inputs.map((input) => {
    const level = input.per === "step" ? levels.step : levels.sequence;
    return g.add({ op: "input", name: input.name }, [], width(input.width), level);
  });
  for (const [i, input] of cell.inputs.entries()) named.set(input.name, inputs[i] as Node);
  for (const [name, value] of Object.entries(cell.constants)) named.set(name, g.number(value));
  const matrices = new Map<string, Matrix>();
  for (const p of cell.parameters) {
    if (p.kind === "vector") {
      named.set(p.name, g.add({ op: "parameter", name: p.name }, [], width(p.width), levels.fixed));
    } else {
      const [rows, columns] = [width(p.rows), width(p.columns)];
      checkBlocks(cell.name, p.name, rows, columns, p.blocks);
      const drop = noise ? p.drop : 0;
      matrices.set(p.name, { name: p.name, rows, columns, blocks: p.blocks, ...(drop > 0 && { drop }) });
    }
  }

  const value = (name: string): Node => named.get(name) as Node;
  const build = (e: Expression): Node => {
    switch (e.kind) {
      case "number":
        return g.number(e.value);
      case "name":
        return value(e.now ? `${e.name}'` : e.name);
      case "product": {
        const matrix = matrices.get(e.matrix) as Matrix;
        const vector = build(e.vector);
        return e.transposed
          ? g.add({ op: "pullback", matrices: [matrix] }, [g.broadcast(vector, matrix.rows)], matrix.columns)
          : g.slice(g.product([matrix], g.broadcast(vector, matrix.columns)), 0);
      }
      case "mask": {
        if (!noise) return g.number(1 - e.rate);
        const level = e.per === "step" ? levels.step : levels.sequence;
        return g.add({ op: "mask", rate: e.rate, per: e.per, salt: masks++ }, [], width(e.width), level);
      }
      case "pick":
        return g.pick(build(e.vector), value(e.indices));
      case "place": {
        const indices = value(e.indices);
        return g.add({ op: "place" }, [g.broadcast(build(e.vector), indices.width), indices], width(e.width));
      }
      case "norm":
        return normalise(g, build(e.vector), value(e.gain), value(e.shift));
      case "call":
        return call(g, e.name, e.arguments.map(build));
    }
    e satisfies never;
  };

  const reset = g.add({ op: "reset" }, [], 1, levels.step);
  for (const state of cell.states) {
    const lag = g.add({ op: "lag", name: state.name }, [], width(state.width), levels.step);
    named.set(state.name, resets ? g.apply("where", reset, build(state.start), lag) : lag);
  }
  for (const equation of cell.equations) {
    const node = build(equation.expression);
    const declared = equation.next
      ? cell.states.find((s) => s.name === equation.name)
      : cell.locals.find((l) => l.name === equation.name);
    named.set(
      equation.next ? `${equation.name}'` : equation.name,
      g.broadcast(node, width(declared?.width ?? "H")),
    );
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
      return greatest(g, v);
    case "softmax": {
      // Its value does not depend on the shift, so neither does its derivative.
      const powers = g.apply("exp", g.apply("sub", v, g.apply("detach", greatest(g, v))));
      return g.apply("div", powers, g.sum(powers));
    }
    default:
      return g.apply(name as PointwiseOp, ...args);
  }
}

function greatest(g: Graph, v: Node): Node {
  return v.width === 1 ? v : g.add({ op: "greatest" }, [v], 1);
}
