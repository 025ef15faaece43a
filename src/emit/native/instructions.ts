// A pointwise kernel as a list of instructions on tiles: where each value stands while a tile is worked on, and what is
// written straight to where it belongs. Pure; the words that the engine reads are made in `encode.ts`.
import type { PointwiseOp } from "../../graph/ops.ts";
import type { Access, Pass, PointwiseKernel, Value } from "../../plan/plan.ts";
import { fusedOperations, fuseOperations, type FusedOperation, type Fusion } from "./fusion.ts";

/** A slot of the tile, a stream of memory, one value for each row, or one number. */
export interface Place {
  readonly kind: "none" | "slot" | "memory" | "row" | "number";
  readonly index: number;
}

export type Operation =
  Exclude<PointwiseOp, "detach"> | FusedOperation | "copy" | "mask" | "sum" | "greatest";

/** What an instruction does; the engine's list in this order. */
export const operations: readonly Operation[] = [
  "add",
  "sub",
  "mul",
  "div",
  "neg",
  "sigmoid",
  "tanh",
  "relu",
  "exp",
  "log",
  "softplus",
  "abs",
  "min",
  "max",
  "sqrt",
  "square",
  "hardsigmoid",
  "hardtanh",
  "greater",
  "where",
  "copy",
  ...fusedOperations,
  "mask",
  "sum",
  "greatest",
];

export interface Instruction {
  readonly op: Operation;
  readonly into: Place;
  readonly arguments: readonly Place[];
  /** Of a mask. */
  readonly mask?: Extract<Value, { op: "mask" }>;
}

export interface Stream {
  readonly access: Access;
  readonly width: number;
  /** Handed from one sweep to a later one: every thread has its own. */
  readonly own: boolean;
}

export interface Program {
  readonly streams: readonly Stream[];
  readonly numbers: readonly number[];
  readonly slots: number;
  readonly rowValues: number;
  readonly passes: readonly { readonly width: number; readonly instructions: readonly Instruction[] }[];
}

export function instructionsOf(kernel: PointwiseKernel): Program {
  const { values, passes } = kernel;
  const fusion = fuseOperations(kernel);
  const stores = passes.flatMap((p) => p.stores);
  const streams: Stream[] = [];
  const numbers: number[] = [];
  const places = new Map<number, Place>();
  let [slots, rowValues] = [0, 0];
  const isOwn = ({ buffer }: Access): boolean =>
    kernel.over !== "once" &&
    buffer.extent === "once" &&
    stores.some((s) => s.access.buffer === buffer && buffer.space === "arena");
  const streamOf = (access: Access, width: number): Place => {
    const index = streams.findIndex((s) => s.width === width && isSame(s.access, access));
    if (index >= 0) return { kind: "memory", index };
    return { kind: "memory", index: streams.push({ access, width, own: isOwn(access) }) - 1 };
  };
  const newRow = (): Place => ({ kind: "row", index: rowValues++ });
  values.forEach((v, id) => {
    if (v.op === "number") places.set(id, { kind: "number", index: numbers.push(v.value) - 1 });
  });

  const sweep = (pass: Pass): Instruction[] => {
    const instructions: Instruction[] = [];
    const order = pass.values.filter((id) => !fusion.inner.has(id) && values[id]?.op !== "number");
    const last = lastUses(kernel, pass, order, fusion);
    const free: number[] = [];
    const direct = directStores(kernel, pass, order, last);
    const takeSlot = (): Place => ({ kind: "slot", index: free.pop() ?? slots++ });
    const placeOf = (id: number): Place => places.get(id) as Place;
    order.forEach((id, position) => {
      const value = values[id] as Value;
      if (value.op === "load" && !isOverwritten(id, value, value.width === 1 ? passes : [pass])) {
        places.set(id, streamOf(value.access, value.width));
      } else {
        const args = argumentsOf(id, value, fusion);
        const from = args.ids.map(placeOf);
        // What is used here for the last time makes room for the result: lanes are read before they are written.
        for (const a of new Set(args.ids)) {
          const place = placeOf(a);
          if (place.kind === "slot" && last.get(a) === position) free.push(place.index);
        }
        const store = direct.get(id);
        const into =
          value.width === 1 && (pass.width === 1 || args.op === "sum" || args.op === "greatest")
            ? newRow()
            : store
              ? streamOf(store, pass.width)
              : takeSlot();
        places.set(id, into);
        if (value.op === "load") from.push(streamOf(value.access, value.width));
        instructions.push({
          op: args.op,
          into,
          arguments: from,
          ...(value.op === "mask" && { mask: value }),
        });
      }
    });
    for (const { value, access } of pass.stores) {
      const into = streamOf(access, pass.width);
      const from = placeOf(value);
      if (from.kind === "memory" && from.index === into.index) continue;
      instructions.push({ op: "copy", into, arguments: [from] });
    }
    return instructions;
  };
  const written = passes.map((pass) => ({ width: pass.width, instructions: sweep(pass) }));
  return { streams, numbers, slots, rowValues, passes: written };
}

const isSame = (a: Access, b: Access): boolean =>
  a.buffer === b.buffer && a.column === b.column && a.at === b.at;

/** Whether two accesses of so many columns can be the same memory. */
function overlap(a: Access, b: Access, width: number): boolean {
  if (a.buffer.space !== b.buffer.space) return false;
  if (a.buffer !== b.buffer) {
    const [x, y] = [a.buffer, b.buffer];
    return x.offset < y.offset + y.size && y.offset < x.offset + x.size;
  }
  const rowsDiffer = (a.at === "now") !== (b.at === "now");
  return !rowsDiffer && Math.abs(a.column - b.column) < width;
}

/** The instruction that makes a value, and what of. */
function argumentsOf(
  id: number,
  value: Value,
  { made }: Fusion,
): { readonly op: Operation; readonly ids: readonly number[] } {
  if (value.op === "load") return { op: "copy", ids: [] };
  if (value.op === "mask" || value.op === "number") return { op: "mask", ids: [] };
  const fused = made.get(id);
  if (fused) return { op: fused.op, ids: fused.arguments };
  const op = value.op as PointwiseOp | "sum" | "greatest";
  return { op: op === "detach" ? "copy" : op, ids: value.arguments };
}

/** The position of the instruction that uses a value last; past the end if it is stored. */
function lastUses(
  { values }: PointwiseKernel,
  pass: Pass,
  order: readonly number[],
  fusion: Fusion,
): Map<number, number> {
  const last = new Map<number, number>();
  order.forEach((id, position) => {
    for (const a of argumentsOf(id, values[id] as Value, fusion).ids) last.set(a, position);
  });
  for (const { value } of pass.stores) last.set(value, order.length);
  return last;
}

/** Whether a load must be copied before its passes store: what they write may be what it reads later. */
function isOverwritten(
  id: number,
  load: { readonly access: Access; readonly width: number },
  passes: readonly Pass[],
): boolean {
  return passes.some(({ width, stores }) => {
    const isStored = stores.some((s) => s.value === id);
    // The same elements of a wide pass are written last, or after their last use: see `directStores`.
    return stores.some(
      ({ access }) =>
        overlap(access, load.access, width) &&
        !(width > 1 && load.width === width && !isStored && isSame(access, load.access)),
    );
  });
}

/** Values that may be written where they are stored at once: nothing after them reads what was there. */
function directStores(
  { values }: PointwiseKernel,
  pass: Pass,
  order: readonly number[],
  last: ReadonlyMap<number, number>,
): Map<number, Access> {
  const direct = new Map<number, Access>();
  for (const { value, access } of pass.stores) {
    const position = order.indexOf(value);
    const computed = values[value];
    if (position < 0 || !computed || computed.op === "load" || direct.has(value)) continue;
    const isSafe = order.every((id) => {
      const other = values[id] as Value;
      if (other.op !== "load" || !overlap(other.access, access, pass.width)) return true;
      return isSame(other.access, access) && (last.get(id) ?? -1) <= position;
    });
    const once = pass.stores.every((s) => s.value === value || !overlap(s.access, access, pass.width));
    if (isSafe && once) direct.set(value, access);
  }
  return direct;
}
