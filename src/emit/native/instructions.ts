// A pointwise kernel as a list of instructions on tiles of columns: the slot of each value while a tile is worked on,
// and the values that are written straight to where they are stored. Pure; `encode.ts` turns this into the engine's words.
import type { PointwiseOp } from "../../graph/ops.ts";
import type { Access, Pass, PointwiseKernel, Value } from "../../plan/plan.ts";
import { fusedOperations, fuseOperations, type FusedOperation, type Fusion } from "./fusion.ts";

/** The location of a value: a slot of the tile, a stream of memory, one value per row, or a constant; by index. */
export interface Operand {
  readonly kind: "none" | "slot" | "memory" | "row" | "number";
  readonly index: number;
}

export type Operation =
  Exclude<PointwiseOp, "detach"> | FusedOperation | "copy" | "mask" | "sum" | "greatest";

/** All operations in the order of the engine's list. */
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
  readonly into: Operand;
  readonly arguments: readonly Operand[];
  /** Of a mask only. */
  readonly mask?: Extract<Value, { op: "mask" }>;
}

/** Columns of memory that instructions read or write. */
export interface Stream {
  readonly access: Access;
  readonly width: number;
  /** Handed from one pass to a later one; every thread has its own copy. */
  readonly perThread: boolean;
}

export interface Program {
  readonly streams: readonly Stream[];
  readonly numbers: readonly number[];
  /** Slots of a tile. */
  readonly slots: number;
  /** Values per row. */
  readonly rowValues: number;
  readonly passes: readonly { readonly width: number; readonly instructions: readonly Instruction[] }[];
}

/** A program in progress. */
interface Draft {
  readonly kernel: PointwiseKernel;
  readonly fusion: Fusion;
  readonly streams: Stream[];
  readonly numbers: number[];
  /** The operand that holds each value. */
  readonly operands: Map<number, Operand>;
  slots: number;
  rowValues: number;
}

export function instructionsOf(kernel: PointwiseKernel): Program {
  const fusion = fuseOperations(kernel);
  const draft: Draft = {
    kernel,
    fusion,
    streams: [],
    numbers: [],
    operands: new Map(),
    slots: 0,
    rowValues: 0,
  };
  kernel.values.forEach((v, id) => {
    if (v.op !== "number") return;
    draft.operands.set(id, { kind: "number", index: draft.numbers.push(v.value) - 1 });
  });
  const passes = kernel.passes.map((pass) => ({
    width: pass.width,
    instructions: instructionsOfPass(draft, pass),
  }));
  const { streams, numbers, slots, rowValues } = draft;
  return { streams, numbers, slots, rowValues, passes };
}

function instructionsOfPass(draft: Draft, pass: Pass): Instruction[] {
  const { kernel, fusion, operands } = draft;
  const { values, passes } = kernel;
  const instructions: Instruction[] = [];
  const order = pass.values.filter((id) => !fusion.inner.has(id) && values[id]?.op !== "number");
  const last = lastUses(kernel, pass, order, fusion);
  const direct = directStores(kernel, pass, order, last);
  const free: number[] = [];
  const operandOf = (id: number): Operand => operands.get(id) as Operand;
  order.forEach((id, position) => {
    const value = values[id] as Value;
    if (value.op === "load" && !isOverwritten(id, value, value.width === 1 ? passes : [pass])) {
      operands.set(id, streamOf(draft, value.access, value.width));
      return;
    }
    const { op, ids } = operationOf(id, value, fusion);
    const from = ids.map(operandOf);
    // A slot that is used here for the last time is free for the result: lanes are read before they are written.
    for (const a of new Set(ids)) {
      const operand = operandOf(a);
      if (operand.kind === "slot" && last.get(a) === position) free.push(operand.index);
    }
    const store = direct.get(id);
    const isPerRow = value.width === 1 && (pass.width === 1 || op === "sum" || op === "greatest");
    const into: Operand = isPerRow
      ? { kind: "row", index: draft.rowValues++ }
      : store
        ? streamOf(draft, store, pass.width)
        : { kind: "slot", index: free.pop() ?? draft.slots++ };
    operands.set(id, into);
    if (value.op === "load") from.push(streamOf(draft, value.access, value.width));
    instructions.push({ op, into, arguments: from, ...(value.op === "mask" && { mask: value }) });
  });
  for (const { value, access } of pass.stores) {
    const into = streamOf(draft, access, pass.width);
    const from = operandOf(value);
    if (from.kind === "memory" && from.index === into.index) continue;
    instructions.push({ op: "copy", into, arguments: [from] });
  }
  return instructions;
}

/** The stream of an access, added if it is new. */
function streamOf({ kernel, streams }: Draft, access: Access, width: number): Operand {
  const index = streams.findIndex((s) => s.width === width && isSame(s.access, access));
  if (index >= 0) return { kind: "memory", index };
  return { kind: "memory", index: streams.push({ access, width, perThread: isHanded(kernel, access) }) - 1 };
}

/** Whether a kernel hands a buffer from one pass over a row to the next. */
function isHanded({ over, passes }: PointwiseKernel, { buffer }: Access): boolean {
  const isStored = passes.some((p) => p.stores.some((s) => s.access.buffer === buffer));
  return over !== "once" && buffer.extent === "once" && buffer.space === "arena" && isStored;
}

const isSame = (a: Access, b: Access): boolean =>
  a.buffer === b.buffer && a.column === b.column && a.at === b.at;

/** Whether two accesses of `width` columns can be the same memory. */
function overlap(a: Access, b: Access, width: number): boolean {
  if (a.buffer.space !== b.buffer.space) return false;
  if (a.buffer !== b.buffer) {
    const [x, y] = [a.buffer, b.buffer];
    return x.offset < y.offset + y.size && y.offset < x.offset + x.size;
  }
  const rowsDiffer = (a.at === "now") !== (b.at === "now");
  return !rowsDiffer && Math.abs(a.column - b.column) < width;
}

/** The operation that computes a value, and the values that it needs. */
function operationOf(
  id: number,
  value: Value,
  { fused }: Fusion,
): { readonly op: Operation; readonly ids: readonly number[] } {
  if (value.op === "load") return { op: "copy", ids: [] };
  if (value.op === "mask" || value.op === "number") return { op: "mask", ids: [] };
  const instruction = fused.get(id);
  if (instruction) return { op: instruction.op, ids: instruction.arguments };
  const op = value.op as PointwiseOp | "sum" | "greatest";
  return { op: op === "detach" ? "copy" : op, ids: value.arguments };
}

/** The position of the instruction that uses each value last; past the end if the value is stored. */
function lastUses(
  { values }: PointwiseKernel,
  pass: Pass,
  order: readonly number[],
  fusion: Fusion,
): Map<number, number> {
  const last = new Map<number, number>();
  order.forEach((id, position) => {
    for (const a of operationOf(id, values[id] as Value, fusion).ids) last.set(a, position);
  });
  for (const { value } of pass.stores) last.set(value, order.length);
  return last;
}

/** Whether a load must be copied before its passes store, since they may overwrite what is read later. */
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

/** Values that may be computed straight into the memory where they are stored: nothing reads later what was there. */
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
    const isUnread = order.every((id) => {
      const other = values[id] as Value;
      if (other.op !== "load" || !overlap(other.access, access, pass.width)) return true;
      return isSame(other.access, access) && (last.get(id) ?? -1) <= position;
    });
    const isOnlyStore = pass.stores.every((s) => s.value === value || !overlap(s.access, access, pass.width));
    if (isUnread && isOnlyStore) direct.set(value, access);
  }
  return direct;
}
