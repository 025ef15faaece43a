// Deferred weight gradients: products over all tokens at once, after the time loop. Neighbouring parameters whose
// derivatives are side by side become one kernel. Knows locations in memory, no equations.
import type { MatrixGradient, VectorGradient } from "../../graph/differentiate.ts";
import type { Node } from "../../graph/graph.ts";
import { access, shiftColumns } from "../arena.ts";
import type { ParameterPlace } from "../parameters.ts";
import type { Access, Buffer, Kernel } from "../plan.ts";

export interface GradientContext {
  readonly parameter: (name: string) => ParameterPlace;
  /** The block of gradients. */
  readonly into: Buffer;
  /** Parameters whose gradient an earlier kernel has written, by name; to these a kernel adds. */
  readonly written: Set<string>;
  /** Where a value can be read: right after the columns `before`, if it is there too. */
  readonly locationOf: (node: Node, before?: { access: Access; width: number }) => Access;
  /** The indices, if the node is an input that stands for a one-hot vector. */
  readonly indices: (node: Node) => Access | undefined;
}

/** Rows of one parameter's gradient, to be summed by one kernel. */
interface Piece {
  /** Of its first element in the block of gradients. */
  readonly offset: number;
  readonly rows: Access;
  readonly count: number;
  /** Elements per row. */
  readonly columns: number;
  readonly vector?: Node;
  readonly vectorColumn: number;
  readonly accumulate: boolean;
}

export function parameterGradients(
  gradients: readonly (MatrixGradient | VectorGradient)[],
  context: GradientContext,
): Kernel[] {
  const { parameter, written } = context;
  const pieces: Piece[] = [];
  const inOrder = [...gradients].sort((a, b) => parameter(a.name).offset - parameter(b.name).offset);
  for (const gradient of inOrder) {
    const { name } = parameter(gradient.name);
    const previous = pieces.at(-1);
    const before = previous && { access: previous.rows, width: previous.count };
    const rows = context.locationOf(gradient.kind === "vector" ? gradient.delta : gradient.rows, before);
    pieces.push(...piecesOf(gradient, parameter(gradient.name), rows, written.has(name)));
    written.add(name);
  }
  return joinNeighbours(pieces).map((piece) => kernelFor(piece, context));
}

/** One piece per block of a matrix. */
function piecesOf(
  gradient: MatrixGradient | VectorGradient,
  { offset, shape }: ParameterPlace,
  rows: Access,
  accumulate: boolean,
): Piece[] {
  if (gradient.kind === "vector") {
    return [{ offset, rows, count: gradient.delta.width, columns: 1, vectorColumn: 0, accumulate }];
  }
  const { blocks, vector } = gradient;
  const [count, columns] = [(shape[0] as number) / blocks, shape[1] as number];
  return Array.from({ length: blocks }, (_, b) => ({
    offset: offset + b * count * columns,
    rows: shiftColumns(rows, b * count),
    count,
    columns,
    vector,
    vectorColumn: b * columns,
    accumulate,
  }));
}

function joinNeighbours(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const isNext =
      last &&
      last.vector === piece.vector &&
      last.vectorColumn === piece.vectorColumn &&
      last.columns === piece.columns &&
      last.accumulate === piece.accumulate &&
      last.offset + last.count * last.columns === piece.offset &&
      last.rows.buffer === piece.rows.buffer &&
      last.rows.column + last.count === piece.rows.column;
    if (isNext) joined[joined.length - 1] = { ...last, count: last.count + piece.count };
    else joined.push(piece);
  }
  return joined;
}

function kernelFor({ rows, count, columns, accumulate, ...piece }: Piece, context: GradientContext): Kernel {
  const over = rows.buffer.extent === "rows" ? "rows" : "tokens";
  const into = access(context.into, piece.offset);
  if (!piece.vector) return { kind: "columnSums", over, from: rows, width: count, into, accumulate };
  const indices = context.indices(piece.vector);
  if (indices) return { kind: "scatter", over, rows, m: count, indices, n: columns, into, accumulate };
  const vector = shiftColumns(context.locationOf(piece.vector), piece.vectorColumn);
  return { kind: "outer", over, rows, m: count, vector, n: columns, into, accumulate };
}
