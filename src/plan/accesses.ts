// The accesses of kernels, and the same kernels with other accesses.
import type { Access, Kernel, Loop, PointwiseKernel } from "./plan.ts";

export type Work = readonly (Kernel | Loop)[];

/** The kernels of a phase in order, those inside loops included. */
export const kernelsOf = (work: Work): Kernel[] =>
  work.flatMap((item) => (item.kind === "loop" ? item.body : [item]));

/** Everything that a kernel reads or writes, apart from matrices. */
export function accessesOf(kernel: Kernel): Access[] {
  if (kernel.kind === "pointwise") {
    return [...loadsOf(kernel), ...storesOf(kernel)].map((columns) => columns.access);
  }
  return Object.values(kernel).flat().filter(isAccess);
}

/** Columns that one pass of a pointwise kernel loads or stores. */
export interface PassAccess {
  readonly access: Access;
  readonly width: number;
  readonly pass: number;
}

export const loadsOf = ({ values, passes }: PointwiseKernel): PassAccess[] =>
  passes.flatMap((p, pass) =>
    p.values.flatMap((id) => {
      const value = values[id];
      return value?.op === "load" ? [{ access: value.access, width: value.width, pass }] : [];
    }),
  );

export const storesOf = ({ passes }: PointwiseKernel): PassAccess[] =>
  passes.flatMap(({ width, stores }, pass) => stores.map(({ access }) => ({ access, width, pass })));

/** The same work with every access changed. */
export function withAccesses(work: Work, change: (access: Access) => Access): (Kernel | Loop)[] {
  const rewrite = (kernel: Kernel): Kernel => {
    if (kernel.kind !== "pointwise") {
      const fields = Object.entries(kernel).map(([name, field]) => [
        name,
        isAccess(field) ? change(field) : field,
      ]);
      return Object.fromEntries(fields) as Kernel;
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

const isAccess = (field: unknown): field is Access =>
  typeof field === "object" && field !== null && "buffer" in field && "at" in field;
