// Which places in memory kernels work on, and the same kernels on other places. Knows no reason to change one.
import type { Access, Kernel, Loop } from "./plan.ts";

/** What a kernel of a layer reads or writes. */
export function accessesOf(kernel: Kernel): Access[] {
  if (kernel.kind === "pointwise") {
    return [
      ...kernel.values.flatMap((v) => (v.op === "load" ? [v.access] : [])),
      ...kernel.passes.flatMap((p) => p.stores.map((s) => s.access)),
    ];
  }
  return Object.values(kernel).filter(isAccess);
}

/** The same work with every access changed. */
export function withAccesses(
  work: readonly (Kernel | Loop)[],
  change: (access: Access) => Access,
): (Kernel | Loop)[] {
  const rewrite = (kernel: Kernel): Kernel => {
    if (kernel.kind !== "pointwise") {
      const parts = Object.entries(kernel).map(([name, part]) => [
        name,
        isAccess(part) ? change(part) : part,
      ]);
      return Object.fromEntries(parts) as Kernel;
    }
    return {
      ...kernel,
      values: kernel.values.map((v) => (v.op === "load" ? { ...v, access: change(v.access) } : v)),
      passes: kernel.passes.map((p) => ({
        ...p,
        stores: p.stores.map((s) => ({ ...s, access: change(s.access) })),
      })),
    };
  };
  return work.map((item) =>
    item.kind === "loop" ? { ...item, body: item.body.map(rewrite) } : rewrite(item),
  );
}

const isAccess = (part: unknown): part is Access =>
  typeof part === "object" && part !== null && "buffer" in part && "at" in part;
