// Whether what one step hands to the next needs memory for one step only: whoever reads it at a step does so before it
// is written for the next. Reads kernels; knows no equations.
import { accessesOf, withAccesses } from "./accesses.ts";
import type { Buffer, Kernel, Loop } from "./plan.ts";

/** `buffer` has a slot for each step; `lag` is the one that a step writes, `now` the one that it reads. */
export function isUpdatedInPlace(buffer: Buffer, work: readonly (Kernel | Loop)[]): boolean {
  const users = work.filter((item) =>
    (item.kind === "loop" ? item.body : [item]).some((k) => accessesOf(k).some((a) => a.buffer === buffer)),
  );
  const [loop, ...others] = users;
  if (!loop || loop.kind !== "loop" || others.length > 0) return false;
  const moments = loop.body.flatMap((kernel, k) =>
    momentsOf(kernel, buffer).map((m) => ({ ...m, kernel: k })),
  );
  const writes = moments.filter((m) => m.writes);
  return (
    writes.length === 1 &&
    moments.every((m) => m.writes || isBefore(m, writes[0] as (typeof moments)[number]))
  );
}

interface Moment {
  readonly writes: boolean;
  readonly kernel: number;
  readonly sweep: number;
}

/** In the same sweep, too: an element is read before it is written. */
const isBefore = (read: Moment, write: Moment): boolean =>
  read.kernel < write.kernel || (read.kernel === write.kernel && read.sweep <= write.sweep);

function momentsOf(kernel: Kernel, buffer: Buffer): Omit<Moment, "kernel">[] {
  if (kernel.kind !== "pointwise") {
    const isFrom = "from" in kernel && kernel.from.buffer === buffer;
    // A product reads whole rows after it has written others: one that does both is no sweep.
    return accessesOf(kernel)
      .filter((a) => a.buffer === buffer)
      .map((a) => ({ writes: a.at === "lag", sweep: isFrom && a.at !== "lag" ? 1 : 0 }));
  }
  return kernel.passes.flatMap((pass, sweep) => [
    ...pass.values.flatMap((id) => {
      const value = kernel.values[id];
      return value?.op === "load" && value.access.buffer === buffer ? [{ writes: false, sweep }] : [];
    }),
    ...pass.stores.flatMap((s) => (s.access.buffer === buffer ? [{ writes: true, sweep }] : [])),
  ]);
}

/** The same work on a buffer that has one slot for all steps. */
export function workInPlace(buffer: Buffer, work: readonly (Kernel | Loop)[]): (Kernel | Loop)[] {
  return withAccesses(work, (a) => (a.buffer === buffer ? { ...a, at: "now" } : a));
}
