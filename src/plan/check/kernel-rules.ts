// The rules for each kind of kernel, as a table: the phases and rows that it may run over, what it reads and what it
// writes. For checking plans; no device needs it.
import { loadsOf, storesOf } from "../accesses.ts";
import type {
  Access,
  Buffer,
  Extent,
  Kernel,
  MatrixPlace,
  Over,
  PhaseName,
  PointwiseKernel,
} from "../plan.ts";

/**
 * The rows of an operand: those of the kernel, as in `Over`; `ends`, the last step of each sequence; or `sequences`, all
 * steps of each sequence in an order of their own.
 */
export type OperandRows = Over | "ends" | "sequences";

/** `width` columns that a kernel works on. */
export interface Operand {
  /** Its name in the kernel. */
  readonly role: string;
  readonly access: Access;
  readonly width: number;
  readonly rows: OperandRows;
  readonly type: Buffer["type"];
  readonly use: "reads" | "writes" | "adds to";
  /** Passes of a kernel run one after the other; each reads, then writes. */
  readonly pass: number;
}

/** Buffers that have an operand's rows; a single row serves as each of them. */
export const rowsAllowed: Readonly<Record<OperandRows, readonly `${Extent}, ${Access["at"]}`[]>> = {
  step: ["tokens, now", "states, now", "states, lag", "rows, now", "once, now"],
  tokens: ["tokens, now", "states, now", "once, now"],
  rows: ["rows, now", "states, initial", "once, now"],
  once: ["once, now"],
  ends: ["tokens, now", "states, now"],
  sequences: ["tokens, now", "states, now"],
};

interface KernelRule<K extends Kernel> {
  readonly phases: readonly PhaseName[];
  readonly over: readonly Over[];
  readonly operands: (kernel: K) => readonly Operand[];
}

type KernelOf<Kind extends Kernel["kind"]> = Extract<Kernel, { kind: Kind }>;

const reads = (role: string, access: Access, width: number, rows: OperandRows): Operand => ({
  role,
  access,
  width,
  rows,
  type: "float",
  use: "reads",
  pass: 0,
});
const readsIntegers = (role: string, access: Access, rows: OperandRows): Operand => ({
  ...reads(role, access, 1, rows),
  type: "integer",
});
const writes = (role: string, access: Access, width: number, rows: OperandRows): Operand => ({
  ...reads(role, access, width, rows),
  use: "writes",
});
const accumulates = (isAdded: boolean, access: Access, width: number): Operand => ({
  ...writes("into", access, width, "once"),
  use: isAdded ? "adds to" : "writes",
});

/** Of stacked matrices. */
export const rowsOf = (matrices: readonly MatrixPlace[]): number => matrices.reduce((n, m) => n + m.rows, 0);
const columnsOf = (matrices: readonly MatrixPlace[]): number => matrices[0]?.columns ?? 0;

const rules: { readonly [Kind in Kernel["kind"]]: KernelRule<KernelOf<Kind>> } = {
  pointwise: {
    phases: ["prepare", "forward", "backward", "update"],
    over: ["step", "tokens", "rows", "once"],
    operands: pointwiseOperands,
  },
  matmul: {
    phases: ["forward", "backward"],
    over: ["step", "tokens", "rows"],
    operands: ({ over, from, into, matrices, transposed }) => {
      const [inputs, outputs] = transposed
        ? [rowsOf(matrices), columnsOf(matrices)]
        : [columnsOf(matrices), rowsOf(matrices)];
      return [reads("from", from, inputs, over), writes("into", into, outputs, over)];
    },
  },
  gather: {
    phases: ["forward"],
    over: ["step", "tokens", "rows"],
    operands: ({ over, indices, into, matrices }) => [
      readsIntegers("indices", indices, over),
      writes("into", into, rowsOf(matrices), over),
    ],
  },
  outer: {
    phases: ["backward"],
    over: ["tokens", "rows"],
    operands: ({ over, rows, m, vector, n, into, accumulate }) => [
      reads("rows", rows, m, over),
      reads("vector", vector, n, over),
      accumulates(accumulate, into, m * n),
    ],
  },
  scatter: {
    phases: ["backward"],
    over: ["tokens", "rows"],
    operands: ({ over, rows, m, indices, n, into, accumulate }) => [
      reads("rows", rows, m, over),
      readsIntegers("indices", indices, over),
      accumulates(accumulate, into, m * n),
    ],
  },
  columnSums: {
    phases: ["forward", "backward"],
    over: ["tokens", "rows"],
    operands: ({ over, from, width, into, accumulate }) => [
      reads("from", from, width, over),
      accumulates(accumulate, into, width),
    ],
  },
  stepSums: {
    phases: ["backward"],
    over: ["rows"],
    operands: ({ from, into, width }) => [
      reads("from", from, width, "tokens"),
      writes("into", into, width, "rows"),
    ],
  },
  pick: {
    phases: ["forward", "backward"],
    over: ["step", "tokens", "rows"],
    operands: ({ over, from, width, indices, count, into }) => [
      reads("from", from, width, over),
      reads("indices", indices, count, over),
      writes("into", into, count, over),
    ],
  },
  place: {
    phases: ["forward", "backward"],
    over: ["step", "tokens", "rows"],
    operands: ({ over, from, count, indices, into, width }) => [
      reads("from", from, count, over),
      reads("indices", indices, count, over),
      writes("into", into, width, over),
    ],
  },
  reverse: {
    phases: ["forward", "backward"],
    over: ["tokens"],
    operands: ({ from, into, width }) => [
      { ...reads("from", from, width, "sequences"), type: from.buffer.type },
      { ...writes("into", into, width, "sequences"), type: from.buffer.type },
    ],
  },
  oneHot: {
    phases: ["forward"],
    over: ["tokens", "rows"],
    operands: (kernel) => [
      readsIntegers("indices", kernel.indices, overOf(kernel)),
      writes("into", kernel.into, kernel.width, overOf(kernel)),
    ],
  },
  finals: {
    phases: ["forward", "backward", "carry"],
    over: ["rows"],
    operands: ({ direction, tokens, rows, width }) =>
      direction === "collect"
        ? [reads("tokens", tokens, width, "ends"), writes("rows", rows, width, "rows")]
        : [reads("rows", rows, width, "rows"), writes("tokens", tokens, width, "ends")],
  },
  copyRows: {
    phases: ["backward", "carry"],
    over: ["rows"],
    operands: ({ from, into, width }) => [
      reads("from", from, width, "rows"),
      writes("into", into, width, "rows"),
    ],
  },
  crossEntropy: {
    phases: ["forward"],
    over: ["tokens"],
    operands: ({ logits, classes, targets, weights, loss, gradient }) => [
      reads("logits", logits, classes, "tokens"),
      readsIntegers("targets", targets, "tokens"),
      reads("weights", weights, 1, "tokens"),
      writes("loss", loss, 1, "once"),
      ...(gradient ? [writes("gradient", gradient, classes, "tokens")] : []),
    ],
  },
  norm: {
    phases: ["update"],
    over: ["once"],
    operands: ({ of, width, into }) => [reads("of", of, width, "once"), writes("into", into, 1, "once")],
  },
  guard: {
    phases: ["update"],
    over: ["once"],
    operands: ({ values, status }) => [
      ...values.map((value) => reads("values", value, 1, "once")),
      writes("status", status, 1, "once"),
    ],
  },
};

export const ruleOf = (kernel: Kernel): KernelRule<Kernel> => rules[kernel.kind] as KernelRule<Kernel>;

/** The rows that a kernel runs over. */
export function overOf(kernel: Kernel): Over {
  if ("over" in kernel) return kernel.over;
  if (kernel.kind === "oneHot") return kernel.into.buffer.extent === "rows" ? "rows" : "tokens";
  return rules[kernel.kind].over[0] as Over;
}

function pointwiseOperands(kernel: PointwiseKernel): Operand[] {
  const loads = loadsOf(kernel).map((c) => ({
    ...reads("a load", c.access, c.width, kernel.over),
    pass: c.pass,
  }));
  const stores = storesOf(kernel).map((c) => ({
    ...writes("a store", c.access, c.width, kernel.over),
    pass: c.pass,
  }));
  return [...loads, ...stores];
}
