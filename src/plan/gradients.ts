// Defer: weight gradients as products over all tokens at once, after the time loop. Neighbouring parameters
// whose derivatives stand side by side become one kernel. Knows places in memory, no equations.
import type { MatrixGradient, VectorGradient } from "../graph/differentiate.ts";
import type { Node } from "../graph/graph.ts";
import { access } from "./buffers.ts";
import type { ParameterPlace } from "./parameters.ts";
import type { Access, Buffer, Kernel } from "./plan.ts";

export interface GradientContext {
  readonly place: (parameter: string) => ParameterPlace;
  readonly into: Buffer;
  /** Parameters whose gradient is written already, by the names of their places; added to. */
  readonly written: Set<string>;
  /** Where a value stands; if it has a home right after `beside`, that one. */
  readonly memoryOf: (node: Node, beside?: { access: Access; width: number }) => Access;
  /** The indices, if the node is a one-hot input. */
  readonly source: (node: Node) => Access | undefined;
}

/** A gradient to be summed: rows of the block from `offset` on. */
interface Piece {
  readonly offset: number;
  readonly rows: Access;
  readonly count: number;
  /** Elements of the block for each row. */
  readonly columns: number;
  readonly vector?: Node;
  readonly vectorColumn: number;
  readonly accumulate: boolean;
}

export function parameterGradients(
  gradients: readonly (MatrixGradient | VectorGradient)[],
  context: GradientContext,
): Kernel[] {
  const { written } = context;
  const pieces: Piece[] = [];
  const inOrder = [...gradients].sort((a, b) => context.place(a.name).offset - context.place(b.name).offset);
  for (const gradient of inOrder) {
    const { name, offset, shape } = context.place(gradient.name);
    const accumulate = written.has(name);
    written.add(name);
    const previous = pieces.at(-1);
    const beside = previous && { access: previous.rows, width: previous.count };
    if (gradient.kind === "vector") {
      const rows = context.memoryOf(gradient.delta, beside);
      pieces.push({ offset, rows, count: gradient.delta.width, columns: 1, vectorColumn: 0, accumulate });
      continue;
    }
    const rows = context.memoryOf(gradient.rows, beside);
    const [height, columns] = [(shape[0] as number) / gradient.blocks, shape[1] as number];
    for (let b = 0; b < gradient.blocks; b++) {
      pieces.push({
        offset: offset + b * height * columns,
        rows: { ...rows, column: rows.column + b * height },
        count: height,
        columns,
        vector: gradient.vector,
        vectorColumn: b * columns,
        accumulate,
      });
    }
  }
  return joinNeighbours(pieces).map((piece) => kernelOf(piece, context));
}

function joinNeighbours(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const fits =
      last &&
      last.vector === piece.vector &&
      last.vectorColumn === piece.vectorColumn &&
      last.columns === piece.columns &&
      last.accumulate === piece.accumulate &&
      last.offset + last.count * last.columns === piece.offset &&
      last.rows.buffer === piece.rows.buffer &&
      last.rows.column + last.count === piece.rows.column;
    if (fits) joined[joined.length - 1] = { ...last, count: last.count + piece.count };
    else joined.push(piece);
  }
  return joined;
}

function kernelOf(piece: Piece, context: GradientContext): Kernel {
  const { rows, count, columns, accumulate } = piece;
  const over = rows.buffer.extent === "rows" ? "rows" : "tokens";
  const into = access(context.into, piece.offset);
  if (!piece.vector) return { kind: "columnSums", over, from: rows, width: count, into, accumulate };
  const indices = context.source(piece.vector);
  if (indices) return { kind: "scatter", over, rows, m: count, indices, n: columns, into, accumulate };
  const home = context.memoryOf(piece.vector);
  const vector = { ...home, column: home.column + piece.vectorColumn };
  return { kind: "outer", over, rows, m: count, vector, n: columns, into, accumulate };
}
