// Memory reuse: when a kernel reads a value for the last time, its result may overwrite the value. That memory is in
// the cache already, and no longer needed. Reads finished kernels.
import {
  accessesOf,
  kernelsOf,
  loadsOf,
  storesOf,
  withAccesses,
  type PassAccess,
  type Work,
} from "./accesses.ts";
import type { Access, Buffer, Kernel, Loop, PointwiseKernel } from "./plan.ts";

export interface Reuse {
  readonly forward: (Kernel | Loop)[];
  readonly backward: (Kernel | Loop)[];
  /** Buffers that no kernel uses any more. */
  readonly freed: readonly Buffer[];
}

type IsShareable = (buffer: Buffer) => boolean;

/** `isShareable` is false for buffers that the caller writes before a run or reads by name after one. */
export function reuseMemory(forward: Work, backward: Work, isShareable: IsShareable): Reuse {
  const saved = moveSaved(forward, backward, isShareable);
  const read = moveRead(saved.forward, saved.backward, isShareable);
  return { ...read, freed: [...saved.freed, ...read.freed] };
}

/** New locations, by the buffers that give way. */
type Moves = Map<Buffer, Access>;

/** The kernels that use each buffer, in order. */
type Users = ReadonlyMap<Buffer, readonly Kernel[]>;

/** Results of a kernel of the backward loop overwrite the values that were saved for that kernel alone. */
function moveSaved(forward: Work, backward: Work, isShareable: IsShareable): Reuse {
  const moves: Moves = new Map();
  const [forwardUsers, backwardUsers] = [usersOf(forward), usersOf(backward)];
  const loops = backward.filter((item) => item.kind === "loop");
  for (const kernel of pointwiseKernels(loops)) {
    const isSaved = (buffer: Buffer): boolean =>
      isShareable(buffer) &&
      buffer.extent === "tokens" &&
      forwardUsers.has(buffer) &&
      isOnly(kernel, backwardUsers.get(buffer));
    for (const [pass, { width, stores }] of kernel.passes.entries()) {
      const saved = wholesReadIn(kernel, pass).filter((b) => b.width === width && isSaved(b));
      const free = stores
        .map((s) => s.access)
        .filter((a) => isFresh(a, width, kernel, forwardUsers, backwardUsers));
      moveTo(free, saved, forwardUsers, moves);
    }
  }
  return applyMoves(moves, forward, backward);
}

/** Gives each saved value one of the free locations, as far as they go. */
function moveTo(free: Access[], saved: readonly Buffer[], forwardUsers: Users, moves: Moves): void {
  const take = (buffer: Buffer, index: number): void => {
    const [location] = index < 0 ? [] : free.splice(index, 1);
    if (location) moves.set(buffer, location);
  };
  // A gate goes where the part of its argument is that comes from the input, then to whatever is left.
  for (const buffer of saved) {
    const argument = nearestArgument(buffer, forwardUsers.get(buffer) ?? [], free[0]?.buffer.width ?? 0);
    const index = free.findIndex((location) => location.column === argument?.column);
    take(buffer, index);
  }
  for (const buffer of saved.filter((b) => !moves.has(b))) take(buffer, free.length - 1);
}

/** Results of a forward kernel overwrite values of the same width that it reads for the last time. */
function moveRead(forward: Work, backward: Work, isShareable: IsShareable): Reuse {
  const moves: Moves = new Map();
  const [forwardUsers, backwardUsers] = [usersOf(forward), usersOf(backward)];
  for (const kernel of pointwiseKernels(forward)) {
    const [loads, stores] = [loadsOf(kernel), storesOf(kernel)];
    const isLastRead = (buffer: Buffer): boolean =>
      isShareable(buffer) &&
      buffer.extent === "tokens" &&
      !backwardUsers.has(buffer) &&
      forwardUsers.get(buffer)?.at(-1) === kernel &&
      forwardUsers.get(buffer)?.[0] !== kernel;
    const isFirstWritten = (buffer: Buffer): boolean =>
      buffer.extent === "tokens" && forwardUsers.get(buffer)?.[0] === kernel;
    const taken = new Set<Buffer>();
    for (const from of new Set(loads.map((l) => l.access.buffer).filter(isLastRead))) {
      const reads = loads.filter((l) => l.access.buffer === from);
      const fits = (buffer: Buffer): boolean =>
        buffer.width === from.width &&
        !taken.has(buffer) &&
        isFirstWritten(buffer) &&
        stores.every((s) => s.access.buffer !== buffer || reads.every((r) => isReadBefore(r, s)));
      const into = stores.map((s) => s.access.buffer).find(fits);
      if (!into) continue;
      taken.add(into);
      moves.set(from, { buffer: into, column: 0, at: "now" });
    }
  }
  return applyMoves(moves, forward, backward);
}

/** Whether each element is read before it is overwritten, if both were in one buffer. */
function isReadBefore(load: PassAccess, store: PassAccess): boolean {
  const distance = Math.abs(load.access.column - store.access.column);
  const isAligned = load.width === store.width && (distance === 0 || distance >= load.width);
  return isAligned && load.pass <= store.pass;
}

function applyMoves(moves: ReadonlyMap<Buffer, Access>, forward: Work, backward: Work): Reuse {
  // The buffer that a value moves to may itself have moved.
  const move = (access: Access): Access => {
    const location = moves.get(access.buffer);
    return location ? move({ ...location, column: location.column + access.column }) : access;
  };
  return {
    forward: withAccesses(forward, move),
    backward: withAccesses(backward, move),
    freed: [...moves.keys()],
  };
}

const pointwiseKernels = (work: Work): PointwiseKernel[] =>
  kernelsOf(work).filter((kernel) => kernel.kind === "pointwise");

/** The part of a buffer of the given width from which a value is computed most directly. */
function nearestArgument(buffer: Buffer, users: readonly Kernel[], width: number): Access | undefined {
  for (const kernel of users) {
    if (kernel.kind !== "pointwise") continue;
    const store = kernel.passes.flatMap((p) => p.stores).find((s) => s.access.buffer === buffer);
    if (!store) continue;
    let level = [store.value];
    while (level.length > 0) {
      const values = level.flatMap((id) => kernel.values[id] ?? []);
      const load = values.find((v) => v.op === "load" && v.access.buffer.width === width);
      if (load?.op === "load") return load.access;
      level = values.flatMap((value) => ("arguments" in value ? value.arguments : []));
    }
  }
  return undefined;
}

function usersOf(work: Work): Users {
  const users = new Map<Buffer, Kernel[]>();
  for (const kernel of kernelsOf(work)) {
    for (const buffer of new Set(accessesOf(kernel).map((a) => a.buffer)))
      users.set(buffer, [...(users.get(buffer) ?? []), kernel]);
  }
  return users;
}

const isOnly = (kernel: Kernel, all: readonly Kernel[] = []): boolean =>
  all.length === 1 && all[0] === kernel;

/** Buffers that this pass of a kernel loads as vectors, and that no other pass loads and no pass stores to. */
function wholesReadIn(kernel: PointwiseKernel, pass: number): Buffer[] {
  const loads = loadsOf(kernel).filter((load) => load.width > 1);
  const used = new Set(
    [...loads.filter((load) => load.pass !== pass), ...storesOf(kernel)].map(({ access }) => access.buffer),
  );
  const read = loads.filter((load) => load.pass === pass).map(({ access }) => access.buffer);
  return [...new Set(read)].filter((buffer) => !used.has(buffer));
}

/** Whether only this one store of the kernel writes those columns, and nothing reads or writes them before. */
function isFresh(
  { buffer, column, at }: Access,
  width: number,
  kernel: PointwiseKernel,
  forwardUsers: Users,
  backwardUsers: Users,
): boolean {
  const overlaps = ({ access }: PassAccess): boolean =>
    access.buffer === buffer && Math.abs(access.column - column) < width;
  return (
    buffer.extent === "tokens" &&
    at === "now" &&
    !forwardUsers.has(buffer) &&
    backwardUsers.get(buffer)?.[0] === kernel &&
    storesOf(kernel).filter(overlaps).length === 1 &&
    !loadsOf(kernel).some(overlaps)
  );
}
