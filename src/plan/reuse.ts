// Where a kernel reads a value for the last time, what it stores may take the value's place: the memory is in the cache
// already, and nobody wants it any more. Reads finished kernels; knows no equations.
import { accessesOf, withAccesses } from "./accesses.ts";
import type { Access, Buffer, Kernel, Loop, PointwiseKernel } from "./plan.ts";

type Work = readonly (Kernel | Loop)[];

export interface Reuse {
  readonly forward: (Kernel | Loop)[];
  readonly backward: (Kernel | Loop)[];
  /** Buffers that nothing works on any more. */
  readonly freed: readonly Buffer[];
}

/** `isOwn`: whether a buffer is the layers' own: nobody writes it before a run or reads it by name after one. */
export function reuseMemory(forward: Work, backward: Work, isOwn: (buffer: Buffer) => boolean): Reuse {
  const saved = moveSaved(forward, backward, isOwn);
  const read = moveRead(saved.forward, saved.backward, isOwn);
  return { ...read, freed: [...saved.freed, ...read.freed] };
}

/** What the backward loop stores takes the place of what was saved for the same kernel. */
function moveSaved(forward: Work, backward: Work, isOwn: (buffer: Buffer) => boolean): Reuse {
  const moved = new Map<Buffer, Access>();
  const [ahead, back] = [users(forward), users(backward)];
  const isSaved = (buffer: Buffer, kernel: Kernel): boolean =>
    isOwn(buffer) && buffer.extent === "tokens" && ahead.has(buffer) && isOnly(kernel, back.get(buffer));
  for (const kernel of pointwiseKernels(backward.filter((item) => item.kind === "loop"))) {
    for (const [pass, { width, stores }] of kernel.passes.entries()) {
      const saved = wholesReadIn(kernel, pass).filter((b) => b.width === width && isSaved(b, kernel));
      const places = stores.map((s) => s.access).filter((a) => isFresh(a, width, kernel, ahead, back));
      const take = (buffer: Buffer, index: number): void => {
        const [place] = index < 0 ? [] : places.splice(index, 1);
        if (place) moved.set(buffer, place);
      };
      // A gate goes where the part of its argument stands that comes from the input, then whatever is left.
      for (const buffer of saved) {
        const argument = nearestPart(buffer, ahead.get(buffer) ?? [], places[0]?.buffer.width ?? 0);
        take(
          buffer,
          places.findIndex((place) => place.column === argument?.column),
        );
      }
      for (const buffer of saved.filter((b) => !moved.has(b))) take(buffer, places.length - 1);
    }
  }
  return movedTo(moved, forward, backward);
}

/** What a kernel of the forward pass stores takes the place of what it reads, as wide, for the last time. */
function moveRead(forward: Work, backward: Work, isOwn: (buffer: Buffer) => boolean): Reuse {
  const moved = new Map<Buffer, Access>();
  const [ahead, back] = [users(forward), users(backward)];
  for (const kernel of pointwiseKernels(forward)) {
    const [loads, stores] = [loadsOf(kernel), storesOf(kernel)];
    const isLastRead = (buffer: Buffer): boolean =>
      isOwn(buffer) &&
      buffer.extent === "tokens" &&
      !back.has(buffer) &&
      ahead.get(buffer)?.at(-1) === kernel &&
      ahead.get(buffer)?.[0] !== kernel;
    const isFirstWritten = (buffer: Buffer): boolean =>
      buffer.extent === "tokens" && ahead.get(buffer)?.[0] === kernel;
    const taken = new Set<Buffer>();
    for (const from of new Set(loads.map((l) => l.access.buffer).filter(isLastRead))) {
      const reads = loads.filter((l) => l.access.buffer === from);
      const isFit = (buffer: Buffer): boolean =>
        buffer.width === from.width &&
        !taken.has(buffer) &&
        isFirstWritten(buffer) &&
        stores.every((s) => s.access.buffer !== buffer || reads.every((r) => isReadBefore(r, s)));
      const into = stores.map((s) => s.access.buffer).find(isFit);
      if (!into) continue;
      taken.add(into);
      moved.set(from, { buffer: into, column: 0, at: "now" });
    }
  }
  return movedTo(moved, forward, backward);
}

interface Part {
  readonly access: Access;
  readonly width: number;
  readonly pass: number;
}

/** Whether each element is read before the same memory is written, were both in one buffer. */
function isReadBefore(load: Part, store: Part): boolean {
  const distance = Math.abs(load.access.column - store.access.column);
  const isAligned = load.width === store.width && (distance === 0 || distance >= load.width);
  return isAligned && load.pass <= store.pass;
}

const loadsOf = ({ values, passes }: PointwiseKernel): Part[] =>
  passes.flatMap((p, pass) =>
    p.values.flatMap((id) => {
      const value = values[id];
      return value?.op === "load" ? [{ access: value.access, width: value.width, pass }] : [];
    }),
  );

const storesOf = ({ passes }: PointwiseKernel): Part[] =>
  passes.flatMap(({ width, stores }, pass) => stores.map(({ access }) => ({ access, width, pass })));

function movedTo(moved: ReadonlyMap<Buffer, Access>, forward: Work, backward: Work): Reuse {
  // What takes a place may have given up its own.
  const change = (a: Access): Access => {
    const place = moved.get(a.buffer);
    return place ? change({ ...place, column: place.column + a.column }) : a;
  };
  return {
    forward: withAccesses(forward, change),
    backward: withAccesses(backward, change),
    freed: [...moved.keys()],
  };
}

const pointwiseKernels = (work: Work): PointwiseKernel[] =>
  kernelsOf(work).filter((kernel) => kernel.kind === "pointwise");

const kernelsOf = (work: Work): Kernel[] =>
  work.flatMap((item) => (item.kind === "loop" ? item.body : [item]));

/** The part of a buffer so wide that a value is made of most directly, in the kernel that stores the value. */
function nearestPart(buffer: Buffer, users: readonly Kernel[], width: number): Access | undefined {
  for (const kernel of users) {
    if (kernel.kind !== "pointwise") continue;
    const stored = kernel.passes.flatMap((p) => p.stores).find((s) => s.access.buffer === buffer);
    if (!stored) continue;
    let level = [stored.value];
    while (level.length > 0) {
      for (const id of level) {
        const value = kernel.values[id];
        if (value?.op === "load" && value.access.buffer.width === width) return value.access;
      }
      level = level.flatMap((id) => {
        const value = kernel.values[id];
        return value && "arguments" in value ? value.arguments : [];
      });
    }
  }
  return undefined;
}

/** The kernels that work on each buffer, in order. */
function users(work: Work): ReadonlyMap<Buffer, readonly Kernel[]> {
  const found = new Map<Buffer, Kernel[]>();
  for (const kernel of kernelsOf(work)) {
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
