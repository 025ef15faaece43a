// The memory of a plan with marks in place of numbers: whether each value is written, and still there. On a few rows and
// steps, which is enough to tell all rows and steps apart that a plan tells apart.
import type { Operand, OperandRows } from "./kernel-rules.ts";
import type { Access, Buffer, Plan } from "../plan.ts";

/** Rows of different lengths, longest first. */
export interface Extents {
  readonly rows: number;
  readonly steps: number;
  /** By step: the rows that reach it, and the number of tokens before it. */
  readonly alive: readonly number[];
  readonly offsets: readonly number[];
}

export const extentsOf = ({ mode }: Plan): Extents =>
  mode === "step"
    ? { rows: 3, steps: 1, alive: [3], offsets: [0, 3] }
    : { rows: 3, steps: 3, alive: [3, 2, 1], offsets: [0, 3, 5, 6] };

const marks = { unwritten: 0, written: 1, ofAnotherStep: 2 } as const;
/** The mark of a value whose memory another buffer has overwritten. */
const overwrittenBy = ({ id }: Buffer): number => -1 - id;

export interface MarkedMemory {
  readonly plan: Plan;
  readonly extents: Extents;
  readonly cells: ReadonlyMap<Buffer, Cells>;
  /** Other buffers with memory in common. */
  readonly overlapping: ReadonlyMap<Buffer, readonly Buffer[]>;
}

/** A mark for each row and each range of columns; operands cover ranges whole or not at all. */
export interface Cells {
  /** The first column of each range, and the end of the last. */
  readonly bounds: readonly number[];
  /** [rows, ranges] */
  readonly marks: Int32Array;
}

/** For `buffers` in the arena that are not aliases, and the operands in them. */
export function createMemory(
  plan: Plan,
  buffers: readonly Buffer[],
  operands: Iterable<Pick<Operand, "access" | "width">>,
): MarkedMemory {
  const extents = extentsOf(plan);
  const bounds = new Map(buffers.map((b) => [b, new Set([0, b.width])]));
  for (const { access, width } of operands) {
    bounds
      .get(access.buffer)
      ?.add(access.column)
      .add(access.column + width);
  }
  const cells = new Map(
    [...bounds].map(([buffer, set]) => {
      const sorted = [...set].sort((a, b) => a - b);
      return [buffer, { bounds: sorted, marks: new Int32Array(rowCount(buffer, extents) * sorted.length) }];
    }),
  );
  return { plan, extents, cells, overlapping: overlaps(buffers) };
}

function rowCount({ extent }: Buffer, { rows, steps, offsets }: Extents): number {
  const tokens = offsets[steps] as number;
  return { tokens, states: rows + tokens, rows, once: 1 }[extent];
}

function overlaps(buffers: readonly Buffer[]): Map<Buffer, Buffer[]> {
  const overlapping = new Map<Buffer, Buffer[]>();
  const add = (a: Buffer, b: Buffer): void => void overlapping.set(a, [...(overlapping.get(a) ?? []), b]);
  let open: Buffer[] = [];
  for (const buffer of [...buffers].filter((b) => b.size > 0).sort((a, b) => a.offset - b.offset)) {
    open = open.filter((b) => b.offset + b.size > buffer.offset);
    for (const other of open) {
      add(other, buffer);
      add(buffer, other);
    }
    open.push(buffer);
  }
  return overlapping;
}

/** Columns of some rows. */
export interface Region {
  readonly access: Access;
  readonly width: number;
  readonly rows: OperandRows;
}

/** Whether a region may be read at a step; if not, why. */
export function whyUnreadable(memory: MarkedMemory, region: Region, step: number): string | undefined {
  const { buffer } = region.access;
  const unreadable = marksOf(memory, region, step).find(({ mark }) => mark !== marks.written);
  if (!unreadable) return undefined;
  const { column, mark } = unreadable;
  const columns = `from column ${column} on`;
  if (mark === marks.unwritten) return `reads '${buffer.name}' ${columns} before anything wrote it`;
  if (mark === marks.ofAnotherStep) {
    return `reads '${buffer.name}' ${columns}, which was written at another step and is not carried over`;
  }
  const other = memory.plan.buffers.find((b) => overwrittenBy(b) === mark);
  return `reads '${buffer.name}' ${columns} after '${other?.name}', in the same memory, was written`;
}

interface Mark {
  readonly column: number;
  readonly index: number;
  readonly mark: number;
}

/** Of the parameters, which every store holds, there are none. */
function marksOf({ cells, extents }: MarkedMemory, { access, width, rows }: Region, step: number): Mark[] {
  const bufferCells = cells.get(access.buffer);
  if (!bufferCells) return [];
  const { bounds, marks: values } = bufferCells;
  const [first, end] = [bounds.indexOf(access.column), bounds.indexOf(access.column + width)];
  return rowsAt(access, rows, extents, step).flatMap((row) =>
    bounds.slice(first, end).map((column, range) => {
      const index = row * bounds.length + first + range;
      return { column, index, mark: values[index] as number };
    }),
  );
}

/** Marks a region as written; values of other buffers in the same memory are gone. */
export function write(memory: MarkedMemory, region: Region, step: number): void {
  mark(memory, region, step, marks.written);
  const { buffer } = region.access;
  for (const other of memory.overlapping.get(buffer) ?? []) {
    memory.cells.get(other)?.marks.fill(overwrittenBy(buffer));
  }
}

/** Marks a region as written at another step than those to come. */
export const expire = (memory: MarkedMemory, region: Region, step: number): void =>
  mark(memory, region, step, marks.ofAnotherStep);

function mark(memory: MarkedMemory, region: Region, step: number, value: number): void {
  const cells = memory.cells.get(region.access.buffer);
  for (const { index } of marksOf(memory, region, step)) if (cells) cells.marks[index] = value;
}

/** Indices of rows in a buffer. */
function rowsAt({ buffer, at }: Access, rows: OperandRows, extents: Extents, step: number): number[] {
  if (buffer.extent === "once") return [0];
  if (buffer.extent === "rows")
    return range(0, rows === "step" ? (extents.alive[step] as number) : extents.rows);
  if (at === "initial" || (at === "lag" && step === 0)) {
    return range(0, rows === "step" ? (extents.alive[step] as number) : extents.rows);
  }
  const first = buffer.extent === "states" ? extents.rows : 0;
  const tokens = tokensAt(rows, at, extents, step);
  return tokens.map((token) => first + token);
}

function tokensAt(rows: OperandRows, at: Access["at"], extents: Extents, step: number): number[] {
  const { alive, offsets, steps } = extents;
  switch (rows) {
    case "step": {
      const start = offsets[at === "lag" ? step - 1 : step] as number;
      return range(start, start + (alive[step] as number));
    }
    case "ends":
      return range(0, extents.rows).map((row) => {
        const last = alive.filter((count) => count > row).length - 1;
        return (offsets[last] as number) + row;
      });
    case "tokens":
    case "sequences":
      return range(0, offsets[steps] as number);
    case "rows":
    case "once":
      return [];
  }
  return rows satisfies never;
}

const range = (start: number, end: number): number[] =>
  Array.from({ length: end - start }, (_, i) => start + i);
