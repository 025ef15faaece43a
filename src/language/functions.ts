// The functions and operators of the equation language: their names and numbers of arguments. What they compute, and
// their derivatives, stands in `graph/`, whose op table has a row for each pointwise one.

/** The name of a pointwise function. */
export type PointwiseFunction =
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
  | "hardtanh";

type OfTwo = "min" | "max";

/** The pointwise functions, each with its number of arguments. */
export const pointwiseFunctions: Readonly<Record<Exclude<PointwiseFunction, OfTwo>, 1> & Record<OfTwo, 2>> = {
  sigmoid: 1,
  tanh: 1,
  relu: 1,
  exp: 1,
  log: 1,
  softplus: 1,
  abs: 1,
  min: 2,
  max: 2,
  sqrt: 1,
  square: 1,
  hardsigmoid: 1,
  hardtanh: 1,
};

/** An operator, as a `call` names it: `+`, `-`, `⊙`, `/`, and `-` before a value. */
export type Operator = "add" | "sub" | "mul" | "div" | "neg";

/** The operators, each with its number of arguments. */
export const operatorArities: Readonly<Record<Exclude<Operator, "neg">, 2> & Record<"neg", 1>> = {
  add: 2,
  sub: 2,
  mul: 2,
  div: 2,
  neg: 1,
};

/** A function that becomes a `call`. */
interface FunctionRow {
  /** Its name in a `call`. */
  readonly op: string;
  readonly arity: number;
  /** True if its value is one number, whatever the width of its argument. */
  readonly reduces: boolean;
}

/** The functions over the width of a vector. */
const overWidth = { softmax: false, sum: true, mean: true, greatest: true } as const;

/** Every function that becomes a call, by each of its spellings. */
export const functions: ReadonlyMap<string, FunctionRow> = new Map<string, FunctionRow>([
  ...Object.entries(pointwiseFunctions).map(([op, arity]) => [op, { op, arity, reduces: false }] as const),
  ...Object.entries(overWidth).map(([op, reduces]) => [op, { op, arity: 1, reduces }] as const),
  ["σ", { op: "sigmoid", arity: 1, reduces: false }],
]);

/** The functions with a syntax of their own: `norm(v)`, `mask(0.1, per step)`, `pick(v, k)`, `place(v, k)`, `transpose(W) v`. */
export const specialFunctions: ReadonlySet<string> = new Set(["norm", "mask", "pick", "place", "transpose"]);

/** All spellings, which no state, local, parameter, input or constant may have as its name. */
export const functionNames: ReadonlySet<string> = new Set([...functions.keys(), ...specialFunctions]);

/** True if the call's value is one number, whatever the width of its argument. */
export function reduces(op: string): boolean {
  return functions.get(op)?.reduces ?? false;
}

/** The spelling that is printed: `σ` for `sigmoid`, otherwise the name itself. */
export function spelling(op: string): string {
  return op === "sigmoid" ? "σ" : op;
}
