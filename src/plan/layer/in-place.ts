// Updates in place: a value that is handed from step to step needs memory for one step only, if every reader at a step
// runs before the value for the next step is written. Reads finished kernels.
import { accessesOf, loadsOf, storesOf, withAccesses, type Work } from "../accesses.ts";
import type { Buffer, Kernel, Loop } from "../plan.ts";

/** `buffer` has rows for each step; `lag` are those that a step writes, `now` those that it reads. */
export function isUpdatedInPlace(buffer: Buffer, work: Work): boolean {
  const users = work.filter((item) =>
    (item.kind === "loop" ? item.body : [item]).some((k) => accessesOf(k).some((a) => a.buffer === buffer)),
  );
  const [loop, ...others] = users;
  if (!loop || loop.kind !== "loop" || others.length > 0) return false;
  const uses = loop.body.flatMap((kernel, k) => usesIn(kernel, buffer).map((use) => ({ ...use, kernel: k })));
  const [write, ...furtherWrites] = uses.filter((use) => use.writes);
  if (!write || furtherWrites.length > 0) return false;
  return uses.every((use) => use.writes || isBefore(use, write));
}

interface Use {
  readonly writes: boolean;
  readonly kernel: number;
  readonly pass: number;
}

/** Within one pass each element is read before it is written. */
const isBefore = (read: Use, write: Use): boolean =>
  read.kernel < write.kernel || (read.kernel === write.kernel && read.pass <= write.pass);

function usesIn(kernel: Kernel, buffer: Buffer): Omit<Use, "kernel">[] {
  if (kernel.kind === "pointwise") {
    const loads = loadsOf(kernel).map((load) => ({ ...load, writes: false }));
    const stores = storesOf(kernel).map((store) => ({ ...store, writes: true }));
    return [...loads, ...stores].filter(({ access }) => access.buffer === buffer);
  }
  const readsWhole = "from" in kernel && kernel.from.buffer === buffer;
  // A product still reads a row after it has begun to write it, so its read counts as later than its write.
  return accessesOf(kernel)
    .filter((a) => a.buffer === buffer)
    .map((a) => ({ writes: a.at === "lag", pass: readsWhole && a.at !== "lag" ? 1 : 0 }));
}

/** The same work on a buffer that has one row per sequence. */
export function workInPlace(buffer: Buffer, work: Work): (Kernel | Loop)[] {
  return withAccesses(work, (a) => (a.buffer === buffer ? { ...a, at: "now" } : a));
}
