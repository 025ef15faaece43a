// The floating-point operations of a network, counted from its equations. Only matrix products count, as is customary.
import { levels, reachable, type Matrix } from "../graph/graph.ts";
import { lower } from "../graph/lower.ts";
import type { Network, NetworkLayer } from "../plan/network.ts";

/** A multiply-add is two operations. */
const operations = 2;

/**
 * Operations of a forward pass over `tokens` tokens (rows times steps). A product with a one-hot input selects a column
 * and counts nothing; of a block-diagonal matrix only the blocks count.
 */
export function forwardWork(network: Network, tokens: number): number {
  return operations * tokens * network.layers.reduce((sum, layer) => sum + multiplyAdds(network, layer), 0);
}

/**
 * Operations of a training step over `tokens` tokens: each product of the forward pass has two in the backward pass, one
 * for the gradient of its vector and one for that of its matrix. For L layers of H hidden values, g gates and V symbols,
 * over B rows of T steps: 3·(2·B·T·g·H²·(2L − 1) + 2·B·T·H·V).
 */
export function trainingWork(network: Network, tokens: number): number {
  return 3 * forwardWork(network, tokens);
}

/** Multiply-adds of one layer per token. */
function multiplyAdds(network: Network, layer: NetworkLayer): number {
  const { output, states } = lower(layer.cell, layer.sizes, { resets: false });
  const isIndex = (input: string): boolean =>
    network.inputs.some(({ name, kind }) => name === layer.inputs[input] && kind === "index");
  let sum = 0;
  for (const node of reachable([output, ...states.map((state) => state.next)])) {
    if ((node.op !== "product" && node.op !== "transposedProduct") || node.level !== levels.step) continue;
    const [vector] = node.arguments;
    if (vector?.op === "input" && isIndex(vector.name)) continue;
    sum += node.matrices.reduce((total, matrix) => total + elements(matrix), 0);
  }
  return sum;
}

const elements = ({ rows, columns, blocks }: Matrix): number => (rows * columns) / blocks;
