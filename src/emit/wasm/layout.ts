// Where everything of a program stands in linear memory: the arena, the tables of tokens, packed weights and
// scratch. Addresses are bytes. Knows the plan; emits nothing.
import type { Access, Buffer, Kernel, Loop, MatrixPlace, Plan } from "../../plan/plan.ts";

/** Rows and vectors of four of the product's register tile. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
}

export interface Bases {
  /** Where the model's parameters begin. */
  readonly parameters: number;
  /** Where this program's memory begins. */
  readonly program: number;
}

/** A stack of matrices as a kernel wants it: packed in panels, or transposed for selecting columns. */
export interface Packing {
  readonly form: "product" | "pullback" | "table";
  readonly matrices: readonly MatrixPlace[];
  readonly address: number;
}

export interface ProgramLayout {
  /** [steps] and [steps + 1] integers. */
  readonly alive: number;
  readonly offsets: number;
  readonly packings: readonly Packing[];
  /** For weight gradients: a block of packed rows, of packed vectors, and a transposed table. */
  readonly scratch: { readonly rows: number; readonly vectors: number; readonly table: number };
  /** Bytes from the program's base, with room to read past the end by one vector. */
  readonly size: number;
}

/** Tokens that a weight gradient sums at once: its packed blocks stay in the second-level cache. */
export const depthBlock = 256;
/** Columns of packed rows made at once. */
export const rowChunk = 16;

export function kernelsOf(items: readonly (Kernel | Loop)[]): Kernel[] {
  return items.flatMap((item) => (item.kind === "loop" ? item.body : [item]));
}

export function planKernels(plan: Plan): Kernel[] {
  return [...new Set(Object.values(plan.phases).flatMap(kernelsOf))];
}

const up = (n: number, to: number): number => Math.ceil(n / to) * to;
export const sumRows = (matrices: readonly MatrixPlace[]): number => matrices.reduce((n, m) => n + m.rows, 0);

/** Rows and columns of a product's right side: K terms make N results. */
export function productSize(
  form: Packing["form"],
  matrices: readonly MatrixPlace[],
): { k: number; n: number } {
  const columns = matrices[0]?.columns ?? 0;
  return form === "pullback" ? { k: sumRows(matrices), n: columns } : { k: columns, n: sumRows(matrices) };
}

export function packingKey(form: Packing["form"], matrices: readonly MatrixPlace[]): string {
  return `${form}:${matrices.map((m) => `${m.offset},${m.rows},${m.columns}`).join(";")}`;
}

export function layoutProgram(plan: Plan, base: number): ProgramLayout {
  let end = base + 4 * plan.arena;
  const take = (bytes: number): number => {
    const address = end;
    end += up(bytes, 64);
    return address;
  };
  const alive = take(4 * plan.steps);
  const offsets = take(4 * (plan.steps + 1));
  const packings = new Map<string, Packing>();
  let [rows, vectors, table] = [0, 0, 0];
  for (const kernel of planKernels(plan)) {
    if (kernel.kind === "matmul" || kernel.kind === "gather") {
      const form = kernel.kind === "gather" ? "table" : kernel.transposed ? "pullback" : "product";
      const key = packingKey(form, kernel.matrices);
      const { k, n } = productSize(form, kernel.matrices);
      const bytes = 4 * k * (form === "table" ? n : up(n, 4));
      if (!packings.has(key)) packings.set(key, { form, matrices: kernel.matrices, address: take(bytes) });
    } else if (kernel.kind === "outer") {
      rows = Math.max(rows, 4 * depthBlock * rowChunk);
      vectors = Math.max(vectors, 4 * depthBlock * up(kernel.n, 4));
    } else if (kernel.kind === "scatter") {
      table = Math.max(table, 4 * kernel.m * kernel.n);
    }
  }
  const scratch = { rows: take(rows), vectors: take(vectors), table: take(table) };
  return { alive, offsets, packings: [...packings.values()], scratch, size: end - base + 64 };
}

/** The address of a buffer's first row. */
export function addressOf(buffer: Buffer, bases: Bases): number {
  return (buffer.space === "parameters" ? bases.parameters : bases.program) + 4 * buffer.offset;
}

/** Which rows of its buffer an access begins with, besides a fixed number: none, the step's own, those before. */
export type RowOrigin = "none" | "base" | "before";

export interface Place {
  /** Bytes. */
  readonly address: number;
  /** Bytes from one row to the next; 0 where all rows share one. */
  readonly stride: number;
  readonly origin: RowOrigin;
}

export function placeOf({ buffer, column, at }: Access, plan: Plan, bases: Bases): Place {
  const stride = buffer.extent === "once" ? 0 : 4 * buffer.width;
  const skipped = buffer.extent === "states" && at === "now" ? plan.rows * stride : 0;
  const origin: RowOrigin =
    buffer.extent === "tokens" || (buffer.extent === "states" && at === "now")
      ? "base"
      : buffer.extent === "states" && at === "lag"
        ? "before"
        : "none";
  return { address: addressOf(buffer, bases) + skipped + 4 * column, stride, origin };
}
