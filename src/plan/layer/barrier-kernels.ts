// The kernels of a layer that are not pointwise: matrix products, elements selected by index, sums over steps.
import type { Node, Product, TransposedProduct } from "../../graph/graph.ts";
import { findAdjacent, locationOf, resultOf, type LayerBuffers } from "./buffers.ts";
import { isIndex, type LayerContext } from "./context.ts";
import type { Access, Kernel, Loop, MatrixPlace, Over } from "../plan.ts";
import type { Direction } from "./slots.ts";

export type RowsOver = Exclude<Over, "once">;

export function barrierKernels(
  node: Node,
  direction: Direction,
  over: RowsOver,
  buffers: LayerBuffers,
): (Kernel | Loop)[] {
  const into = resultOf(buffers, node);
  switch (node.op) {
    case "product":
      return productKernels(node, over, into, buffers);
    case "transposedProduct":
      return transposedProductKernels(node, over, into, buffers);
    case "gather":
    case "scatter":
      return selectionKernels(node, direction, over, into, buffers);
    default: {
      const from = locationOf(buffers, node.arguments[0] as Node);
      return [{ kind: "stepSums", from, into, width: node.width }];
    }
  }
}

function selectionKernels(
  node: Node & { op: "gather" | "scatter" },
  direction: Direction,
  over: RowsOver,
  into: Access,
  buffers: LayerBuffers,
): (Kernel | Loop)[] {
  const [vector, numbers] = node.arguments as [Node, Node];
  const from = locationOf(buffers, vector);
  const indices = locationOf(buffers, numbers);
  const operands = { from, indices, into, count: numbers.width };
  const kernel: Kernel =
    node.op === "gather"
      ? { kind: "pick", over, ...operands, width: vector.width }
      : { kind: "place", over, ...operands, width: node.width };
  // A kernel over all tokens cannot read the row of a token's sequence; at each step it can.
  const readsRows = [from, indices].some((a) => a.buffer.extent === "rows");
  return over === "tokens" && readsRows
    ? [{ kind: "loop", direction, body: [{ ...kernel, over: "step" }] }]
    : [kernel];
}

function productKernels(node: Product, over: RowsOver, into: Access, buffers: LayerBuffers): Kernel[] {
  const { layer } = buffers;
  const argument = node.arguments[0] as Node;
  const matrices = matricesOf(node, layer);
  if (isIndex(argument, layer)) {
    return [{ kind: "gather", over, indices: layer.input(argument.name).access(), into, matrices }];
  }
  const from = locationOf(buffers, argument);
  return byBlocks(node, { kind: "matmul", over, from, into, matrices, transposed: false });
}

function transposedProductKernels(
  node: TransposedProduct,
  over: RowsOver,
  into: Access,
  buffers: LayerBuffers,
): Kernel[] {
  const [first, ...others] = node.arguments as [Node, ...Node[]];
  const from =
    others.length === 0 ? locationOf(buffers, first) : (findAdjacent(buffers, node.arguments) as Access);
  const matrices = matricesOf(node, buffers.layer);
  return byBlocks(node, { kind: "matmul", over, from, into, matrices, transposed: true });
}

/** A block-diagonal matrix is stored as its blocks, one after the other. */
function matricesOf(node: Product | TransposedProduct, layer: LayerContext): MatrixPlace[] {
  return node.matrices.flatMap((m) => {
    const { buffer, offset } = layer.matrix(m.name);
    const [rows, columns] = [m.rows / m.blocks, m.columns / m.blocks];
    return Array.from({ length: m.blocks }, (_, b) => ({
      buffer,
      offset: offset + b * rows * columns,
      rows,
      columns,
    }));
  });
}

/** The product with a block-diagonal matrix is one small product per block. */
function byBlocks(node: Product | TransposedProduct, kernel: Kernel & { kind: "matmul" }): Kernel[] {
  if (node.matrices.every((m) => m.blocks === 1)) return [kernel];
  return kernel.matrices.map((matrix, b) => {
    const { rows, columns } = matrix;
    const [inputs, outputs] = kernel.transposed ? [rows, columns] : [columns, rows];
    const from = { ...kernel.from, column: kernel.from.column + b * inputs };
    const into = { ...kernel.into, column: kernel.into.column + b * outputs };
    return { ...kernel, from, into, matrices: [matrix] };
  });
}
