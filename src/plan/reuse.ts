// What the forward pass saved for one kernel of the backward pass is read there for the last time: what that kernel
// stores for as many columns takes its place. Reads finished kernels; knows no equations.
import { accessesOf, withAccesses } from "./accesses.ts";
import type { Access, Buffer, Kernel, Loop, PointwiseKernel } from "./plan.ts";

type Work = readonly (Kernel | Loop)[];

export interface Reuse {
  readonly forward: (Kernel | Loop)[];
  readonly backward: (Kernel | Loop)[];
  /** Buffers that nothing works on any more. */
  readonly freed: readonly Buffer[];
}

/** `isOwn`: whether a buffer is the plan's own, so that nobody reads it by name after a run. */
export function reuseSaved(forward: Work, backward: Work, isOwn: (buffer: Buffer) => boolean): Reuse {
  const moved = new Map<Buffer, Access>();
  const [ahead, back] = [users(forward), users(backward)];
  const isSaved = (buffer: Buffer, kernel: Kernel): boolean =>
    isOwn(buffer) && buffer.extent === "tokens" && ahead.has(buffer) && isOnly(kernel, back.get(buffer));
  for (const loop of backward) {
    if (loop.kind !== "loop") continue;
    for (const kernel of loop.body) {
      if (kernel.kind !== "pointwise") continue;
      for (const [pass, { width, stores }] of kernel.passes.entries()) {
        const saved = wholesReadIn(kernel, pass).filter((b) => b.width === width && isSaved(b, kernel));
        const places = stores.map((s) => s.access).filter((a) => isFresh(a, width, kernel, ahead, back));
        for (const [n, buffer] of saved.slice(0, places.length).entries())
          moved.set(buffer, places[n] as Access);
      }
    }
  }
  const change = (a: Access): Access => {
    const place = moved.get(a.buffer);
    return place ? { ...place, column: place.column + a.column } : a;
  };
  return {
    forward: withAccesses(forward, change),
    backward: withAccesses(backward, change),
    freed: [...moved.keys()],
  };
}

/** The kernels that work on each buffer, in order. */
function users(work: Work): ReadonlyMap<Buffer, readonly Kernel[]> {
  const found = new Map<Buffer, Kernel[]>();
  for (const kernel of work.flatMap((item) => (item.kind === "loop" ? item.body : [item]))) {
    for (const buffer of new Set(accessesOf(kernel).map((a) => a.buffer)))
      found.set(buffer, [...(found.get(buffer) ?? []), kernel]);
  }
  return found;
}

const isOnly = (kernel: Kernel, all: readonly Kernel[] = []): boolean =>
  all.length === 1 && all[0] === kernel;

/** Buffers that this pass of a kernel reads whole, and no other pass reads or writes. */
function wholesReadIn({ values, passes }: PointwiseKernel, pass: number): Buffer[] {
  const readBy = (p: number): Access[] =>
    (passes[p]?.values ?? []).flatMap((id) => {
      const value = values[id];
      return value?.op === "load" && value.width > 1 ? [value.access] : [];
    });
  const others = new Set([
    ...passes.flatMap((_, p) => (p === pass ? [] : readBy(p).map((a) => a.buffer))),
    ...passes.flatMap((p) => p.stores.map((s) => s.access.buffer)),
  ]);
  return [...new Set(readBy(pass).map((a) => a.buffer))].filter((b) => !others.has(b));
}

/** Whether nobody but this kernel's one store writes those columns, and nobody reads them before. */
function isFresh(
  { buffer, column, at }: Access,
  width: number,
  kernel: PointwiseKernel,
  ahead: ReadonlyMap<Buffer, readonly Kernel[]>,
  back: ReadonlyMap<Buffer, readonly Kernel[]>,
): boolean {
  const overlaps = (a: Access): boolean => a.buffer === buffer && Math.abs(a.column - column) < width;
  const stores = kernel.passes.flatMap((p) => p.stores).filter((s) => overlaps(s.access));
  const loads = kernel.values.filter((v) => v.op === "load" && overlaps(v.access));
  return (
    buffer.extent === "tokens" &&
    at === "now" &&
    !ahead.has(buffer) &&
    back.get(buffer)?.[0] === kernel &&
    stores.length === 1 &&
    loads.length === 0
  );
}
