// Which values of a pointwise kernel one instruction makes together: the shapes that gates and their derivatives
// have. Each inner value is used once, so nothing is computed twice, and memory is touched less often.
import type { PointwiseOp } from "../../graph/ops.ts";
import type { PointwiseKernel, Value } from "../../plan/plan.ts";
import { productsToFuse } from "../fused.ts";

/** Instructions beside those of the op table: what they make of their arguments a, b and c. */
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
  /** a · b (1 - b): through a logistic function with value b */
  "dsigmoid",
  /** a · (1 - b²): through a hyperbolic tangent with value b */
  "dtanh",
] as const;
export type FusedOperation = (typeof fusedOperations)[number];

export interface Fused {
  readonly op: FusedOperation;
  /** Values, by index. */
  readonly arguments: readonly number[];
}

export interface Fusion {
  /** What the last value of each shape is made by. */
  readonly made: ReadonlyMap<number, Fused>;
  /** Values that no instruction makes by themselves. */
  readonly inner: ReadonlySet<number>;
}

export function fuseOperations(kernel: PointwiseKernel): Fusion {
  const { values, passes } = kernel;
  const passOf = new Map(passes.flatMap((p, i) => p.values.map((id) => [id, i] as const)));
  const uses = new Map<number, number>();
  const use = (id: number): void => void uses.set(id, (uses.get(id) ?? 0) + 1);
  for (const v of values) if ("arguments" in v) v.arguments.forEach(use);
  for (const p of passes) for (const s of p.stores) use(s.value);

  const made = new Map<number, Fused>();
  const inner = new Set<number>();
  const operation = (id: number, op: PointwiseOp): readonly number[] | undefined => {
    const v = values[id] as Value;
    return v.op === op && "arguments" in v ? v.arguments : undefined;
  };
  /** A value of that operation which only `user` uses, so often. */
  const own = (id: number, user: number, op: PointwiseOp, times = 1): readonly number[] | undefined =>
    uses.get(id) === times && passOf.get(id) === passOf.get(user) && !made.has(id) && !inner.has(id)
      ? operation(id, op)
      : undefined;
  const isOne = (id: number): boolean => {
    const v = values[id] as Value;
    return v.op === "number" && v.value === 1;
  };
  const take = (id: number, fused: Fused, absorbed: readonly number[]): void => {
    made.set(id, fused);
    for (const a of absorbed) inner.add(a);
  };

  /** `1 - b`, as the value that `user` multiplies with b. */
  function complement(id: number, user: number): number | undefined {
    const [one, b] = own(id, user, "sub") ?? [];
    return one !== undefined && b !== undefined && isOne(one) ? b : undefined;
  }
  /** `a · b (1 - b)` or `a · (1 - b²)`. */
  function derivative(id: number): boolean {
    const factors = operation(id, "mul") as readonly [number, number];
    for (const [a, d] of [factors, [factors[1], factors[0]] as const]) {
      const [x, y] = own(d, id, "mul") ?? [];
      if (x !== undefined && y !== undefined) {
        const [b, rest] = complement(y, d) === x ? [x, y] : complement(x, d) === y ? [y, x] : [];
        if (b !== undefined && rest !== undefined) {
          take(id, { op: "dsigmoid", arguments: [a, b] }, [d, rest]);
          return true;
        }
      }
      const square = complement(d, id);
      const [b] = (square !== undefined && own(square, d, "square")) || [];
      if (square !== undefined && b !== undefined) {
        take(id, { op: "dtanh", arguments: [a, b] }, [d, square]);
        return true;
      }
    }
    return false;
  }
  function sum(id: number): void {
    const [left, right] = operation(id, "add") as readonly [number, number];
    const terms = own(left, id, "add");
    // A product among the terms is better part of a multiply-add.
    const isProduct = (term: number): boolean =>
      own(term, left, "mul") !== undefined || own(term, id, "mul") !== undefined;
    if (!terms || [...terms, right].some(isProduct)) return;
    take(id, { op: "sum3", arguments: [...terms, right] }, [left]);
  }
  function activation(id: number, op: "sigmoid" | "tanh"): void {
    const [argument] = operation(id, op) as readonly [number];
    const terms = made.get(argument);
    if (terms?.op !== "sum3" || uses.get(argument) !== 1 || passOf.get(argument) !== passOf.get(id)) return;
    made.delete(argument);
    take(id, { op: op === "sigmoid" ? "sigmoid3" : "tanh3", arguments: terms.arguments }, [argument]);
  }

  values.forEach(({ op, width }, id) => {
    if (width === 1) return;
    if (op === "mul") derivative(id);
    else if (op === "add") sum(id);
    else if (op === "sigmoid" || op === "tanh") activation(id, op);
  });
  for (const [id, product] of productsToFuse(kernel, (value) => made.has(value) || inner.has(value))) {
    const { op, arguments: terms } = values[id] as Extract<Value, { op: PointwiseOp }>;
    const factors = operation(product, "mul") as readonly number[];
    const other = terms.find((t) => t !== product) as number;
    take(id, { op: op === "add" ? "madd" : "nmadd", arguments: [...factors, other] }, [product]);
  }
  return { made, inner };
}
