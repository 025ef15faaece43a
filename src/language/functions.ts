// How the equation language spells its functions: the pointwise ones from the op table, and those that work
// over a whole width. The only place that knows both spellings; what they compute stands in `ops.ts`.
import { ops } from "../graph/ops.ts";

export interface FunctionRow {
  /** The name in `Expression`: an op, or a function over the width. */
  readonly op: string;
  readonly arity: number;
  /** Whether one number comes out, whatever the width of the argument. */
  readonly reduces: boolean;
}

const operators = new Set(["add", "sub", "mul", "div", "neg"]);

const pointwise = Object.entries(ops)
  .filter(([op, row]) => !row.internal && !operators.has(op))
  .map(([op, row]): [string, FunctionRow] => [op, { op, arity: row.arity, reduces: false }]);

const overWidth: [string, FunctionRow][] = [
  ["softmax", { op: "softmax", arity: 1, reduces: false }],
  ["sum", { op: "sum", arity: 1, reduces: true }],
  ["mean", { op: "mean", arity: 1, reduces: true }],
  ["greatest", { op: "greatest", arity: 1, reduces: true }],
];

/** Every function that becomes a call, by each of its spellings. */
export const functions: ReadonlyMap<string, FunctionRow> = new Map([
  ...pointwise,
  ...overWidth,
  ["σ", { op: "sigmoid", arity: 1, reduces: false }],
]);

/** The functions with a form of their own: `norm(v)`, `mask(0.1, per step)`, `pick(v, k)`, `place(v, k)`, `transpose(W) v`. */
export const specialFunctions: ReadonlySet<string> = new Set(["norm", "mask", "pick", "place", "transpose"]);

/** Names that no state, local, parameter, input or constant may have. */
export const functionNames: ReadonlySet<string> = new Set([...functions.keys(), ...specialFunctions]);

/** Whether an op of `Expression` gives one number for a whole width. */
export function reduces(op: string): boolean {
  return functions.get(op)?.reduces ?? false;
}

/** The spelling that is printed: `σ` for `sigmoid`, otherwise the op's own name. */
export function spelling(op: string): string {
  return op === "sigmoid" ? "σ" : op;
}
