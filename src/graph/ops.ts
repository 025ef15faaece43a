// The op table: the meaning and the derivative of each operation, one row per operation. How the equation language spells an
// operation stands in `language/functions.ts`; how a device does, in `emit/`.
import type {
  Operator,
  PointwiseFunction,
  operatorArities,
  pointwiseFunctions,
} from "../language/functions.ts";
import type { Graph, Node, PointwiseOp, Product, TransposedProduct } from "./graph.ts";

/** The names of the rows. */
export type { PointwiseOp } from "./graph.ts";

/** Operations with a derivative that are not pointwise. */
export type StructuralOp =
  | "sum"
  | "greatest"
  | "broadcast"
  | "product"
  | "transposedProduct"
  | "slice"
  | "gather"
  | "scatter"
  | "standardised";
/** Every operation with a derivative. */
export type DifferentiableOp = PointwiseOp | StructuralOp;

/**
 * The derivative of the loss by each argument, or null where it is zero. `y` is the operation's value and `dy` the
 * derivative by it. A product has several values, so it takes a list, `deltas`, of which `dy` is the first.
 */
export type Derivative = (
  g: Graph,
  args: readonly Node[],
  y: Node,
  dy: Node,
  deltas: readonly Node[],
) => readonly (Node | null)[];

type Arity = 1 | 2 | 3;

interface PointwiseRow<A extends Arity = Arity> {
  /** The number of arguments. */
  readonly arity: A;
  /** True if it is cheaper to compute it again than to store it for the backward pass. */
  readonly cheap: boolean;
  /** The value of one element. */
  readonly value: (...args: number[]) => number;
  readonly derivative: Derivative;
}

function row<A extends Arity>(
  arity: A,
  cost: "cheap" | "expensive",
  value: (a: number, b: number, c: number) => number,
  derivative: Derivative,
): PointwiseRow<A> {
  return { arity, cheap: cost === "cheap", value: value as (...args: number[]) => number, derivative };
}

const first = (args: readonly Node[]): Node => args[0] as Node;
const second = (args: readonly Node[]): Node => args[1] as Node;
const third = (args: readonly Node[]): Node => args[2] as Node;
const mean = (g: Graph, v: Node): Node => g.apply("mul", g.sum(v), g.number(1 / v.width));
const oneMinus = (g: Graph, a: Node): Node => g.apply("sub", g.number(1), a);
const between = (g: Graph, low: number, y: Node, high: number): Node =>
  g.apply("mul", g.apply("greater", y, g.number(low)), g.apply("greater", g.number(high), y));

/** An operation of the language takes as many arguments as the language says. */
type ArityOf<Op extends PointwiseOp> = Op extends Operator
  ? (typeof operatorArities)[Op]
  : Op extends PointwiseFunction
    ? (typeof pointwiseFunctions)[Op]
    : Arity;

/** The rows of the pointwise operations. All but `where`, whose first argument is a condition, hand a NaN on. */
export const ops: { readonly [Op in PointwiseOp]: PointwiseRow<ArityOf<Op>> } = {
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
    "expensive",
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
    "expensive",
    (a) => (a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a))),
    (g, _a, y, dy) => [g.apply("mul", dy, g.apply("mul", y, oneMinus(g, y)))],
  ),
  tanh: row(1, "expensive", Math.tanh, (g, _a, y, dy) => [
    g.apply("mul", dy, oneMinus(g, g.apply("square", y))),
  ]),
  relu: row(
    1,
    "cheap",
    (a) => (a < 0 ? 0 : a),
    (g, _a, y, dy) => [g.apply("mul", dy, g.apply("greater", y, g.number(0)))],
  ),
  exp: row(1, "expensive", Math.exp, (g, _a, y, dy) => [g.apply("mul", dy, y)]),
  log: row(1, "expensive", Math.log, (g, a, _y, dy) => [g.apply("div", dy, first(a))]),
  softplus: row(
    1,
    "expensive",
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
    (a, b) => (a < b || a !== a ? a : b),
    (g, a, _y, dy) => {
      const takesFirst = g.apply("greater", second(a), first(a));
      return [g.apply("mul", dy, takesFirst), g.apply("mul", dy, oneMinus(g, takesFirst))];
    },
  ),
  max: row(
    2,
    "cheap",
    (a, b) => (a > b || a !== a ? a : b),
    (g, a, _y, dy) => {
      const takesFirst = g.apply("greater", first(a), second(a));
      return [g.apply("mul", dy, takesFirst), g.apply("mul", dy, oneMinus(g, takesFirst))];
    },
  ),
  sqrt: row(1, "expensive", Math.sqrt, (g, _a, y, dy) => [
    g.apply("div", g.apply("mul", g.number(0.5), dy), y),
  ]),
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
  /** 1 where a > b, 0 where not, NaN where either is: so that a NaN goes through derivatives, too. */
  greater: row(
    2,
    "cheap",
    (a, b) => (a > b ? 1 : a <= b ? 0 : NaN),
    () => [null, null],
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
  ),
  /** The value, treated as a constant. */
  detach: row(
    1,
    "cheap",
    (a) => a,
    () => [null],
  ),
};

/**
 * The rules of the others. Those of products and transposed products return the derivatives by their vectors, followed by
 * one factor of the derivative by each matrix, `dM = Σ δ vᵀ`, which is summed after the time loop: the δ of a product, the
 * v of a transposed product.
 */
const structural: Readonly<Record<StructuralOp, Derivative>> = {
  sum: (g, a, _y, dy) => [g.broadcast(dy, first(a).width)],
  greatest: (g, a, y, dy) => [g.apply("mul", dy, oneMinus(g, g.apply("greater", y, first(a))))],
  broadcast: (g, a, _y, dy) => [first(a).width === 1 ? g.sum(dy) : dy],
  product: (g, a, y, _dy, deltas) => {
    const { matrices } = y as Product;
    return [g.add({ op: "transposedProduct", matrices }, deltas, first(a).width), ...deltas];
  },
  transposedProduct: (g, a, y, dy) => {
    const { matrices } = y as TransposedProduct;
    const product = g.product(matrices, dy);
    return [...a.map((_, index) => g.slice(product, index)), ...a.map(() => dy)];
  },
  slice: (_g, _a, _y, dy) => [dy],
  standardised: (g, a, y, dy) => {
    const part = g.apply("mul", y, mean(g, g.apply("mul", dy, y)));
    const rest = g.apply("sub", g.apply("sub", dy, mean(g, dy)), part);
    return [g.apply("mul", rest, third(a)), null, null];
  },
  gather: (g, a, _y, dy) => [g.add({ op: "scatter" }, [dy, second(a)], first(a).width), null],
  scatter: (g, a, _y, dy) => [g.gather(dy, second(a)), null],
};

/** A derivative for every operation that has one. */
export type Derivatives = Readonly<Record<DifferentiableOp, Derivative>>;
const pointwise = Object.fromEntries(Object.entries(ops).map(([name, { derivative }]) => [name, derivative]));
/** The table that `differentiate` uses. */
export const derivatives: Derivatives = { ...(pointwise as Record<PointwiseOp, Derivative>), ...structural };
