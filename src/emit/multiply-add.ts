// The products of a pointwise kernel that become part of a multiply-add, the same on every device that has one.
import type { PointwiseKernel } from "../plan/plan.ts";

/** How often each value of a kernel is used, as an argument or by a store. */
export function countUses({ values, passes }: PointwiseKernel): Map<number, number> {
  const uses = new Map<number, number>();
  const count = (id: number): void => void uses.set(id, (uses.get(id) ?? 0) + 1);
  for (const v of values) if ("arguments" in v) v.arguments.forEach(count);
  for (const p of passes) for (const s of p.stores) count(s.value);
  return uses;
}

/** The pass that each value is computed in, by index; numbers have none. */
export function passIndices({ passes }: PointwiseKernel): Map<number, number> {
  return new Map(passes.flatMap((p, i) => p.values.map((id) => [id, i] as const)));
}

/**
 * The product of each sum or difference that becomes a multiply-add. The product must be used once, in the same pass,
 * and in a difference it must be what is subtracted. Values that are `excluded` are neither sums nor products.
 */
export function productsToFuse(
  kernel: PointwiseKernel,
  excluded: (value: number) => boolean = () => false,
): Map<number, number> {
  const uses = countUses(kernel);
  const passOf = passIndices(kernel);
  const products = new Map<number, number>();
  kernel.values.forEach((v, id) => {
    if (excluded(id)) return;
    const candidates = v.op === "add" ? v.arguments : v.op === "sub" ? v.arguments.slice(1) : [];
    const product = candidates.find(
      (a) =>
        kernel.values[a]?.op === "mul" &&
        uses.get(a) === 1 &&
        passOf.get(a) === passOf.get(id) &&
        !excluded(a),
    );
    if (product !== undefined) products.set(id, product);
  });
  return products;
}
