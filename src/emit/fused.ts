// Which products of a pointwise kernel become part of a multiply-add. The same choice on every device that has one,
// so that they round alike.
import type { PointwiseKernel } from "../plan/plan.ts";

/** A product used once, by a sum or as what is taken away, is part of a multiply-add. */
export function productsToFuse(kernel: PointwiseKernel): Set<number> {
  const uses = new Map<number, number>();
  const use = (id: number): void => void uses.set(id, (uses.get(id) ?? 0) + 1);
  const ownPass = new Map(kernel.passes.flatMap((p, i) => p.values.map((id) => [id, i] as const)));
  for (const v of kernel.values) if ("arguments" in v) v.arguments.forEach(use);
  for (const p of kernel.passes) for (const s of p.stores) use(s.value);
  const fused = new Set<number>();
  kernel.values.forEach((v, id) => {
    const candidates = v.op === "add" ? v.arguments : v.op === "sub" ? v.arguments.slice(1) : [];
    const found = candidates.find(
      (a) => kernel.values[a]?.op === "mul" && uses.get(a) === 1 && ownPass.get(a) === ownPass.get(id),
    );
    if (found !== undefined) fused.add(found);
  });
  return fused;
}
