// The op table: what each operation means and how its derivative is written, one row each. How a device
// spells an operation stands in `emit/`; how the equation language spells it, in `functions.ts`.
import type { Graph, Node, Product, Pullback } from "./graph.ts";

export type PointwiseOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "neg"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "exp"
  | "log"
  | "softplus"
  | "abs"
  | "min"
  | "max"
  | "sqrt"
  | "square"
  | "hardsigmoid"
  | "hardtanh"
  | "greater"
  | "where"
  | "detach";

/** Operations with a derivative that are not pointwise. */
export type StructuralOp =
  "sum" | "greatest" | "broadcast" | "product" | "pullback" | "slice" | "pick" | "place" | "standardised";
export type DifferentiableOp = PointwiseOp | StructuralOp;

/**
 * The derivative of the loss by each argument, given `dy`, that by the value `y`; null where there is none.
 * A product has several values, so it is given a list, `deltas`, of which `dy` is the first.
 */
export type Derivative = (
  g: Graph,
  args: readonly Node[],
  y: Node,
  dy: Node,
  deltas: readonly Node[],
) => readonly (Node | null)[];

export interface PointwiseRow {
  readonly kind: "pointwise";
  readonly arity: 1 | 2 | 3;
  /** Cheap to compute again instead of keeping it for the backward pass. */
  readonly cheap: boolean;
  /** Made by the compiler only: no word of the equation language. */
  readonly internal: boolean;
  readonly value: (...args: number[]) => number;
  readonly derivative: Derivative;
}

function row(
  arity: 1 | 2 | 3,
  cost: "cheap" | "dear",
  value: (a: number, b: number, c: number) => number,
  derivative: Derivative,
  internal: "internal" | "public" = "public",
): PointwiseRow {
  return {
    kind: "pointwise",
    arity,
    cheap: cost === "cheap",
    internal: internal === "internal",
    value: value as (...args: number[]) => number,
    derivative,
  };
}

/** The first, second and third argument of a row: their number is the row's arity. */
const first = (args: readonly Node[]): Node => args[0] as Node;
const second = (args: readonly Node[]): Node => args[1] as Node;
const third = (args: readonly Node[]): Node => args[2] as Node;
const mean = (g: Graph, v: Node): Node => g.apply("mul", g.sum(v), g.number(1 / v.width));
const oneMinus = (g: Graph, a: Node): Node => g.apply("sub", g.number(1), a);
const between = (g: Graph, low: number, y: Node, high: number): Node =>
  g.apply("mul", g.apply("greater", y, g.number(low)), g.apply("greater", g.number(high), y));

export const ops: Readonly<Record<PointwiseOp, PointwiseRow>> = {
  add: row(
    2,
    "cheap",
    (a, b) => a + b,
    (_g, _a, _y, dy) => [dy, dy],
  ),
  sub: row(
    2,
    "cheap",
    (a, b) => a - b,
    (g, _a, _y, dy) => [dy, g.apply("neg", dy)],
  ),
  mul: row(
    2,
    "cheap",
    (a, b) => a * b,
    (g, a, _y, dy) => [g.apply("mul", dy, second(a)), g.apply("mul", dy, first(a))],
  ),
  div: row(
    2,
    "dear",
    (a, b) => a / b,
    (g, a, y, dy) => {
      const da = g.apply("div", dy, second(a));
      return [da, g.apply("neg", g.apply("mul", da, y))];
    },
  ),
  neg: row(
    1,
    "cheap",
    (a) => -a,
    (g, _a, _y, dy) => [g.apply("neg", dy)],
  ),
  sigmoid: row(
    1,
    "dear",
    (a) => (a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a))),
    (g, _a, y, dy) => [g.apply("mul", dy, g.apply("mul", y, oneMinus(g, y)))],
  ),
  tanh: row(1, "dear", Math.tanh, (g, _a, y, dy) => [g.apply("mul", dy, oneMinus(g, g.apply("square", y)))]),
  relu: row(
    1,
    "cheap",
    (a) => (a > 0 ? a : 0),
    (g, _a, y, dy) => [g.apply("mul", dy, g.apply("greater", y, g.number(0)))],
  ),
  exp: row(1, "dear", Math.exp, (g, _a, y, dy) => [g.apply("mul", dy, y)]),
  log: row(1, "dear", Math.log, (g, a, _y, dy) => [g.apply("div", dy, first(a))]),
  softplus: row(
    1,
    "dear",
    (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
    (g, a, _y, dy) => [g.apply("mul", dy, g.apply("sigmoid", first(a)))],
  ),
  abs: row(1, "cheap", Math.abs, (g, a, _y, dy) => {
    const sign = g.apply(
      "sub",
      g.apply("greater", first(a), g.number(0)),
      g.apply("greater", g.number(0), first(a)),
    );
    return [g.apply("mul", dy, sign)];
  }),
  min: row(
    2,
    "cheap",
    (a, b) => (a < b ? a : b),
    (g, a, _y, dy) => {
      const takesFirst = g.apply("greater", second(a), first(a));
      return [g.apply("mul", dy, takesFirst), g.apply("mul", dy, oneMinus(g, takesFirst))];
    },
  ),
  max: row(
    2,
    "cheap",
    (a, b) => (a > b ? a : b),
    (g, a, _y, dy) => {
      const takesFirst = g.apply("greater", first(a), second(a));
      return [g.apply("mul", dy, takesFirst), g.apply("mul", dy, oneMinus(g, takesFirst))];
    },
  ),
  sqrt: row(1, "dear", Math.sqrt, (g, _a, y, dy) => [g.apply("div", g.apply("mul", g.number(0.5), dy), y)]),
  square: row(
    1,
    "cheap",
    (a) => a * a,
    (g, a, _y, dy) => [g.apply("mul", g.apply("mul", g.number(2), first(a)), dy)],
  ),
  // As in ONNX and Keras 2: 0.2 x + 0.5, cut to [0, 1].
  hardsigmoid: row(
    1,
    "cheap",
    (a) => Math.max(0, Math.min(1, 0.2 * a + 0.5)),
    (g, _a, y, dy) => [g.apply("mul", g.apply("mul", g.number(0.2), dy), between(g, 0, y, 1))],
  ),
  hardtanh: row(
    1,
    "cheap",
    (a) => Math.max(-1, Math.min(1, a)),
    (g, _a, y, dy) => [g.apply("mul", dy, between(g, -1, y, 1))],
  ),
  /** 1 where a > b, else 0. */
  greater: row(
    2,
    "cheap",
    (a, b) => (a > b ? 1 : 0),
    () => [null, null],
    "internal",
  ),
  /** b where a > 0, else c. */
  where: row(
    3,
    "cheap",
    (a, b, c) => (a > 0 ? b : c),
    (g, a, _y, dy) => [
      null,
      second(a).op === "number" ? null : g.apply("where", first(a), dy, g.number(0)),
      third(a).op === "number" ? null : g.apply("where", first(a), g.number(0), dy),
    ],
    "internal",
  ),
  /** The value, taken as a constant. */
  detach: row(
    1,
    "cheap",
    (a) => a,
    () => [null],
    "internal",
  ),
};

/**
 * A product's and a pullback's rules give the derivative by their vectors and, after those, what meets the
 * vectors in the derivative by each matrix: `dM = Σ δ vᵀ`, which is taken after the time loop.
 */
export const structural: Readonly<Record<StructuralOp, Derivative>> = {
  sum: (g, a, _y, dy) => [g.broadcast(dy, first(a).width)],
  greatest: (g, a, y, dy) => [g.apply("mul", dy, oneMinus(g, g.apply("greater", y, first(a))))],
  broadcast: (g, a, _y, dy) => [first(a).width === 1 ? g.sum(dy) : dy],
  product: (g, a, y, _dy, deltas) => {
    const { matrices } = y as Product;
    return [g.add({ op: "pullback", matrices }, deltas, first(a).width), ...deltas];
  },
  pullback: (g, a, y, dy) => {
    const { matrices } = y as Pullback;
    const product = g.product(matrices, dy);
    return [...a.map((_, index) => g.slice(product, index)), ...a.map(() => dy)];
  },
  slice: (_g, _a, _y, dy) => [dy],
  standardised: (g, a, y, dy) => {
    const part = g.apply("mul", y, mean(g, g.apply("mul", dy, y)));
    const rest = g.apply("sub", g.apply("sub", dy, mean(g, dy)), part);
    return [g.apply("mul", rest, third(a)), null, null];
  },
  pick: (g, a, _y, dy) => [g.add({ op: "place" }, [dy, second(a)], first(a).width), null],
  place: (g, a, _y, dy) => [g.pick(dy, second(a)), null],
};

export type Derivatives = Readonly<Record<DifferentiableOp, Derivative>>;
const pointwise = Object.fromEntries(Object.entries(ops).map(([name, { derivative }]) => [name, derivative]));
export const derivatives: Derivatives = { ...(pointwise as Record<PointwiseOp, Derivative>), ...structural };
