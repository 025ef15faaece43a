// The kernels of a plan, without the phases and loops around them.
import type { Kernel, Plan } from "../plan/plan.ts";

/** All kernels of a plan, those inside loops too, each once. */
export function planKernels(plan: Plan): Kernel[] {
  const items = Object.values(plan.phases).flat();
  return [...new Set(items.flatMap((item) => (item.kind === "loop" ? item.body : [item])))];
}
