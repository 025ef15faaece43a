// Where everything of a program stands in linear memory: the arena, the tables of tokens, packed weights and
// scratch, some of it for each thread. Addresses are bytes. Knows the plan; emits nothing.
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
  /** [threads + 1] integers: the rows of each thread in a loop whose rows are divided. */
  readonly bounds: number;
  readonly packings: readonly Packing[];
  /** [T·B] numbers of eight bytes: each token's share of the loss. */
  readonly losses: number;
  /** Numbers of eight bytes: partial sums of a norm. */
  readonly partials: number;
  /** A table whose columns the threads divide. */
  readonly table: number;
  /** Of the first thread: a block of packed rows and of packed vectors, for weight gradients. */
  readonly scratch: { readonly rows: number; readonly vectors: number };
  /** Of the first thread: places by buffer's id of what a kernel hands from one sweep of a row to the next. */
  readonly temporaries: ReadonlyMap<Buffer["id"], number>;
  /** Bytes from what is the first thread's to what is the next one's. */
  readonly perThread: number;
  /** Bytes from the program's base, with room to read past the end by one vector. */
  readonly size: number;
}

/** Tokens that a weight gradient sums at once: its packed blocks stay in the second-level cache. */
export const depthBlock = 256;
/** Columns of packed rows made at once. */
export const rowChunk = 16;
/** Values of one partial sum of a norm. */
export const normChunk = 4096;

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
  return `${form}:${matrices.map((m) => `${m.buffer.id},${m.offset},${m.rows},${m.columns}`).join(";")}`;
}

export function layoutProgram(plan: Plan, base: number, threads: number): ProgramLayout {
  let end = base + 4 * plan.arena;
  const take = (bytes: number): number => {
    const address = end;
    end += up(bytes, 64);
    return address;
  };
  const alive = take(4 * plan.steps);
  const offsets = take(4 * (plan.steps + 1));
  const bounds = take(4 * (threads + 1));
  const packings = new Map<string, Packing>();
  const handed = new Map<Buffer["id"], number>();
  let [rows, vectors, table, tokens, chunks] = [0, 0, 0, 0, 0];
  for (const kernel of planKernels(plan)) {
    if (kernel.kind === "matmul" || kernel.kind === "gather") {
      const form = kernel.kind === "gather" ? "table" : kernel.transposed ? "pullback" : "product";
      const key = packingKey(form, kernel.matrices);
      const { k, n } = productSize(form, kernel.matrices);
      const bytes = 4 * k * (form === "table" ? n : up(n, 4));
      if (!packings.has(key)) packings.set(key, { form, matrices: kernel.matrices, address: take(bytes) });
    } else if (kernel.kind === "outer") {
      rows = 4 * depthBlock * rowChunk;
      vectors = Math.max(vectors, 4 * depthBlock * up(kernel.n, 4));
    } else if (kernel.kind === "scatter") {
      table = Math.max(table, 4 * kernel.m * kernel.n);
    } else if (kernel.kind === "crossEntropy") {
      tokens = plan.rows * plan.steps;
    } else if (kernel.kind === "norm") {
      chunks = Math.max(chunks, Math.ceil(kernel.width / normChunk));
    } else if (kernel.kind === "pointwise" && kernel.over !== "once") {
      const stored = kernel.passes.flatMap((p) => p.stores.map((s) => s.access.buffer));
      for (const buffer of stored) if (buffer.extent === "once") handed.set(buffer.id, buffer.size);
    }
  }
  const common = { losses: take(8 * tokens), partials: take(8 * chunks), table: take(table) };
  const own = end;
  const scratch = { rows: take(rows), vectors: take(vectors) };
  const temporaries = new Map([...handed].map(([id, size]) => [id, take(4 * size)]));
  const perThread = end - own;
  end += (threads - 1) * perThread;
  const tables = { alive, offsets, bounds, packings: [...packings.values()] };
  return { ...tables, ...common, scratch, temporaries, perThread, size: end - base + 64 };
}

/** The address of a buffer's first row. */
export function addressOf(buffer: Buffer, bases: Bases): number {
  return (buffer.space === "parameters" ? bases.parameters : bases.program) + 4 * buffer.offset;
}

/** What a place is counted from, besides a fixed address: see `kernelParameters`; or it is each thread's own. */
export type RowOrigin = "none" | "base" | "before" | "first" | "thread";

export interface Place {
  /** Bytes. */
  readonly address: number;
  /** Bytes from one row to the next, 0 where all rows share one; or from one thread's to the next one's. */
  readonly stride: number;
  readonly origin: RowOrigin;
}

export function placeOf(
  { buffer, column, at }: Access,
  { plan, bases, layout }: { plan: Plan; bases: Bases; layout: ProgramLayout },
): Place {
  const own = layout.temporaries.get(buffer.id);
  if (own !== undefined) return { address: own + 4 * column, stride: layout.perThread, origin: "thread" };
  const stride = buffer.extent === "once" ? 0 : 4 * buffer.width;
  const skipped = buffer.extent === "states" && at === "now" ? plan.rows * stride : 0;
  return { address: addressOf(buffer, bases) + skipped + 4 * column, stride, origin: originOf(buffer, at) };
}

function originOf({ extent }: Buffer, at: Access["at"]): RowOrigin {
  switch (extent) {
    case "once":
      return "none";
    case "rows":
      return "first";
    case "tokens":
      return "base";
    case "states":
      return at === "now" ? "base" : at === "lag" ? "before" : "first";
  }
}
