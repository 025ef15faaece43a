// The values of a pointwise kernel that one instruction computes together: the shapes that gates and their derivatives
// have. Each inner value is used once, so nothing is computed twice, and memory is touched less often.
import type { PointwiseOp } from "../../graph/ops.ts";
import type { PointwiseKernel, Value } from "../../plan/plan.ts";
import { countUses, passIndices, productsToFuse } from "../multiply-add.ts";

/** Instructions in addition to those of the op table, with arguments a, b and c. */
export const fusedOperations = [
  /** a·b + c */
  "madd",
  /** c - a·b */
  "nmadd",
  /** a + b + c */
  "sum3",
  /** σ(a + b + c) */
  "sigmoid3",
  /** tanh(a + b + c) */
  "tanh3",
  /** a · b (1 - b): the derivative through a logistic function with value b */
  "dsigmoid",
  /** a · (1 - b²): the derivative through a hyperbolic tangent with value b */
  "dtanh",
] as const;
export type FusedOperation = (typeof fusedOperations)[number];

export interface Fused {
  readonly op: FusedOperation;
  /** Values, by index. */
  readonly arguments: readonly number[];
}

export interface Fusion {
  /** The instruction of each value that stands for several. */
  readonly fused: ReadonlyMap<number, Fused>;
  /** Values that are part of such an instruction and have none of their own. */
  readonly inner: ReadonlySet<number>;
}

/** A fusion in progress. */
interface Draft {
  readonly values: readonly Value[];
  readonly uses: ReadonlyMap<number, number>;
  readonly passOf: ReadonlyMap<number, number>;
  readonly fused: Map<number, Fused>;
  readonly inner: Set<number>;
}

export function fuseOperations(kernel: PointwiseKernel): Fusion {
  const { values } = kernel;
  const [uses, passOf] = [countUses(kernel), passIndices(kernel)];
  const draft: Draft = { values, uses, passOf, fused: new Map(), inner: new Set() };
  values.forEach(({ op, width }, id) => {
    if (width === 1) return;
    if (op === "mul") fuseDerivative(draft, id);
    else if (op === "add") fuseSum(draft, id);
    else if (op === "sigmoid" || op === "tanh") fuseActivation(draft, id, op);
  });
  const isTaken = (value: number): boolean => draft.fused.has(value) || draft.inner.has(value);
  for (const [id, product] of productsToFuse(kernel, isTaken)) {
    const { op, arguments: terms } = values[id] as Extract<Value, { op: PointwiseOp }>;
    const factors = argumentsOf(draft, product, "mul") as readonly number[];
    const other = terms.find((t) => t !== product) as number;
    fuse(draft, id, { op: op === "add" ? "madd" : "nmadd", arguments: [...factors, other] }, [product]);
  }
  return draft;
}

function fuse({ fused, inner }: Draft, id: number, instruction: Fused, absorbed: readonly number[]): void {
  fused.set(id, instruction);
  for (const a of absorbed) inner.add(a);
}

/** The arguments of a value, if it is of that operation. */
function argumentsOf({ values }: Draft, id: number, op: PointwiseOp): readonly number[] | undefined {
  const v = values[id] as Value;
  return v.op === op && "arguments" in v ? v.arguments : undefined;
}

/** The same for a value that no other than `user` uses, in the same pass, and that may still be absorbed. */
function argumentsOfOnly(
  draft: Draft,
  id: number,
  user: number,
  op: PointwiseOp,
): readonly number[] | undefined {
  const { uses, passOf, fused, inner } = draft;
  const isOnly = uses.get(id) === 1 && passOf.get(id) === passOf.get(user);
  return isOnly && !fused.has(id) && !inner.has(id) ? argumentsOf(draft, id, op) : undefined;
}

/** The b of `1 - b`, where that value is used by `user` only. */
function complement(draft: Draft, id: number, user: number): number | undefined {
  const [one, b] = argumentsOfOnly(draft, id, user, "sub") ?? [];
  const minuend = one === undefined ? undefined : draft.values[one];
  return minuend?.op === "number" && minuend.value === 1 ? b : undefined;
}

/** `a · b (1 - b)` or `a · (1 - b²)`, with the factors in either order. */
function fuseDerivative(draft: Draft, id: number): void {
  const [left, right] = argumentsOf(draft, id, "mul") as readonly [number, number];
  for (const [a, d] of [
    [left, right],
    [right, left],
  ] as const) {
    const [x, y] = argumentsOfOnly(draft, d, id, "mul") ?? [];
    if (x !== undefined && y !== undefined) {
      const [b, rest] = complement(draft, y, d) === x ? [x, y] : complement(draft, x, d) === y ? [y, x] : [];
      if (b !== undefined && rest !== undefined) {
        return fuse(draft, id, { op: "dsigmoid", arguments: [a, b] }, [d, rest]);
      }
    }
    const square = complement(draft, d, id);
    const [b] = (square !== undefined && argumentsOfOnly(draft, square, d, "square")) || [];
    if (square !== undefined && b !== undefined) {
      return fuse(draft, id, { op: "dtanh", arguments: [a, b] }, [d, square]);
    }
  }
}

/** `a + b + c`, unless one of them is a product, which is better part of a multiply-add. */
function fuseSum(draft: Draft, id: number): void {
  const [left, right] = argumentsOf(draft, id, "add") as readonly [number, number];
  const terms = argumentsOfOnly(draft, left, id, "add");
  const isProduct = (term: number): boolean =>
    argumentsOfOnly(draft, term, left, "mul") !== undefined ||
    argumentsOfOnly(draft, term, id, "mul") !== undefined;
  if (!terms || [...terms, right].some(isProduct)) return;
  fuse(draft, id, { op: "sum3", arguments: [...terms, right] }, [left]);
}

/** An activation of `a + b + c`. */
function fuseActivation(draft: Draft, id: number, op: "sigmoid" | "tanh"): void {
  const { uses, passOf, fused } = draft;
  const [argument] = argumentsOf(draft, id, op) as readonly [number];
  const terms = fused.get(argument);
  if (terms?.op !== "sum3" || uses.get(argument) !== 1 || passOf.get(argument) !== passOf.get(id)) return;
  fused.delete(argument);
  fuse(draft, id, { op: op === "sigmoid" ? "sigmoid3" : "tanh3", arguments: terms.arguments }, [argument]);
}
