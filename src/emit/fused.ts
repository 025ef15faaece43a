// Which products of a pointwise kernel become part of a multiply-add, the same on every device that has one.
import type { PointwiseKernel } from "../plan/plan.ts";

/**
 * A product that is used once, by a sum or as what is taken away, is part of a multiply-add: for each such sum or
 * difference its product. Values that are `taken` stay out of it.
 */
export function productsToFuse(
  kernel: PointwiseKernel,
  taken: (value: number) => boolean = () => false,
): Map<number, number> {
  const uses = new Map<number, number>();
  const use = (id: number): void => void uses.set(id, (uses.get(id) ?? 0) + 1);
  const ownPass = new Map(kernel.passes.flatMap((p, i) => p.values.map((id) => [id, i] as const)));
  for (const v of kernel.values) if ("arguments" in v) v.arguments.forEach(use);
  for (const p of kernel.passes) for (const s of p.stores) use(s.value);
  const fused = new Map<number, number>();
  kernel.values.forEach((v, id) => {
    if (taken(id)) return;
    const candidates = v.op === "add" ? v.arguments : v.op === "sub" ? v.arguments.slice(1) : [];
    const isOwn = (a: number): boolean =>
      kernel.values[a]?.op === "mul" && uses.get(a) === 1 && ownPass.get(a) === ownPass.get(id) && !taken(a);
    const found = candidates.find(isOwn);
    if (found !== undefined) fused.set(id, found);
  });
  return fused;
}
