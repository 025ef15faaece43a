// The addresses of everything that a program keeps in linear memory: the arena, the token tables, packed weights, and
// scratch memory, some of it per thread. All addresses and sizes are in bytes. Knows the plan; emits nothing.
import type { Access, Buffer, MatrixPlace, Plan } from "../../plan/plan.ts";
import { formOf, matricesKey, productSize, type MatrixForm } from "../matrices.ts";
import { planKernels } from "../plan-kernels.ts";

/** The register tile of matrix products: rows, and vectors of four columns. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
}

/** Addresses. */
export interface Bases {
  /** The first of the model's parameters. */
  readonly parameters: number;
  /** The start of this program's memory. */
  readonly program: number;
}

/** A stack of matrices packed for the kernels that read it. */
export interface Packing {
  readonly form: MatrixForm;
  readonly matrices: readonly MatrixPlace[];
  readonly address: number;
}

/** Addresses in a program's memory. */
export interface ProgramLayout {
  /** [steps] integers: rows alive at each step. */
  readonly alive: number;
  /** [steps + 1] integers: the first token of each step, then the number of all tokens. */
  readonly offsets: number;
  /** [threads + 1] integers: the first row of each thread in a loop whose rows are divided. */
  readonly bounds: number;
  readonly packings: readonly Packing[];
  /** [T·B] float64: the loss of each token. */
  readonly losses: number;
  /** [chunks] float64: the partial sums of a norm. */
  readonly partials: number;
  /** A table whose columns the threads divide. */
  readonly table: number;
  /** The first thread's blocks of packed rows and of packed vectors, for weight gradients. */
  readonly scratch: { readonly rows: number; readonly vectors: number };
  /** The first thread's buffers that a kernel hands from one pass over a row to the next, by buffer id. */
  readonly temporaries: ReadonlyMap<Buffer["id"], number>;
  /** Bytes from one thread's scratch and temporaries to the next thread's. */
  readonly perThread: number;
  /** Bytes of the whole program, with room to read past the end by one vector. */
  readonly size: number;
}

/** Tokens that a weight gradient sums at a time, so that its packed blocks stay in the second-level cache. */
export const depthBlock = 256;
/** Columns of packed rows made at a time. */
export const rowChunk = 16;
/** Values of one partial sum of a norm. */
export const normChunk = 4096;

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Lays out a program for up to `threads` threads, from address `base` on. */
export function layoutProgram(plan: Plan, base: number, threads: number): ProgramLayout {
  let end = base + 4 * plan.arena;
  const take = (bytes: number): number => {
    const address = end;
    end += roundUp(bytes, 64);
    return address;
  };
  const alive = take(4 * plan.steps);
  const offsets = take(4 * (plan.steps + 1));
  const bounds = take(4 * (threads + 1));
  const packings = new Map<string, Packing>();
  const temporarySizes = new Map<Buffer["id"], number>();
  let [rows, vectors, table, tokens, chunks] = [0, 0, 0, 0, 0];
  for (const kernel of planKernels(plan)) {
    if (kernel.kind === "matmul" || kernel.kind === "gather") {
      const form = formOf(kernel);
      const key = matricesKey(form, kernel.matrices);
      const { k, n } = productSize(form, kernel.matrices);
      const bytes = 4 * k * (form === "table" ? n : roundUp(n, 4));
      if (!packings.has(key)) packings.set(key, { form, matrices: kernel.matrices, address: take(bytes) });
    } else if (kernel.kind === "outer") {
      rows = 4 * depthBlock * rowChunk;
      vectors = Math.max(vectors, 4 * depthBlock * roundUp(kernel.n, 4));
    } else if (kernel.kind === "scatter") {
      table = Math.max(table, 4 * kernel.m * kernel.n);
    } else if (kernel.kind === "crossEntropy") {
      tokens = plan.rows * plan.steps;
    } else if (kernel.kind === "norm") {
      chunks = Math.max(chunks, Math.ceil(kernel.width / normChunk));
    } else if (kernel.kind === "pointwise" && kernel.over !== "once") {
      const stored = kernel.passes.flatMap((p) => p.stores.map((s) => s.access.buffer));
      for (const buffer of stored) if (buffer.extent === "once") temporarySizes.set(buffer.id, buffer.size);
    }
  }
  const shared = { losses: take(8 * tokens), partials: take(8 * chunks), table: take(table) };
  const threadStart = end;
  const scratch = { rows: take(rows), vectors: take(vectors) };
  const temporaries = new Map([...temporarySizes].map(([id, size]) => [id, take(4 * size)]));
  const perThread = end - threadStart;
  end += (threads - 1) * perThread;
  const tables = { alive, offsets, bounds, packings: [...packings.values()] };
  return { ...tables, ...shared, scratch, temporaries, perThread, size: end - base + 64 };
}

/** The address of a buffer's first element. */
export function addressOf(buffer: Buffer, bases: Bases): number {
  return (buffer.space === "parameters" ? bases.parameters : bases.program) + 4 * buffer.offset;
}

/**
 * The row that a location is counted from: none; the token `base` or `before`, or the batch row `first`, of the call
 * (see `kernelParameters`); or the number of the thread, for memory that each thread has its own copy of.
 */
export type RowOrigin = "none" | "base" | "before" | "first" | "thread";

/** The first row that a kernel reads or writes: `address + stride · origin`. */
export interface Location {
  readonly address: number;
  /** Bytes from one row to the next, 0 where all rows share one; or from one thread's copy to the next. */
  readonly stride: number;
  readonly origin: RowOrigin;
}

/** The program whose accesses are located. */
export interface Locator {
  readonly plan: Plan;
  readonly bases: Bases;
  readonly layout: ProgramLayout;
}

export function locate({ buffer, column, at }: Access, { plan, bases, layout }: Locator): Location {
  const temporary = layout.temporaries.get(buffer.id);
  if (temporary !== undefined) {
    return { address: temporary + 4 * column, stride: layout.perThread, origin: "thread" };
  }
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
