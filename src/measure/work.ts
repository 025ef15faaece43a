// How much work a network is, counted from its equations: what a benchmark divides by the time. Only matrix products
// count, as is customary. Knows no plan and no device.
import { levels, reachable, type Matrix } from "../graph/graph.ts";
import { lower } from "../graph/lower.ts";
import type { Network, NetworkLayer } from "../plan/network.ts";

/** A multiply-add is two operations. */
const operations = 2;

/**
 * Floating-point operations of the matrix products of a forward pass over `tokens` tokens (rows times steps). A
 * product with a one-hot input only selects a column and counts nothing; of a matrix in blocks only the blocks count.
 */
export function forwardWork(network: Network, tokens: number): number {
  return operations * tokens * network.layers.reduce((sum, layer) => sum + multiplyAdds(network, layer), 0);
}

/**
 * The same of a training step: each product is met again in the derivative by its vector and in that by its
 * matrix, so three times the forward pass. For L layers of H hidden values, g gates and V symbols, over B rows of T
 * steps: 3·(2·B·T·g·H²·(2L − 1) + 2·B·T·H·V).
 */
export function trainingWork(network: Network, tokens: number): number {
  return 3 * forwardWork(network, tokens);
}

/** Of one layer, for one token. */
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
