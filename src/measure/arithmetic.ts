// The arithmetic of a cell relative to another's, counted from its equations: what its measured cost is compared with.
import type { Cell } from "../language/cell.ts";
import { levels, reachable, type Node } from "../graph/graph.ts";
import { lower, type Sizes } from "../graph/lower.ts";
import type { PointwiseOp } from "../graph/ops.ts";
import type { WorkTimes } from "../run/device.ts";

/** Operations of a forward pass, per row and step. A training step has three times as many of both kinds. */
export interface Arithmetic {
  /** Multiply-adds of matrix products. */
  readonly products: number;
  /** Elementwise operations and sums over the width, in units of an addition. */
  readonly pointwise: number;
}

/** About how many additions a function's polynomial, a division or the hash of a mask takes; all others are one. */
const additions: Readonly<Partial<Record<PointwiseOp | "mask", number>>> = {
  sigmoid: 12,
  tanh: 12,
  exp: 12,
  log: 12,
  softplus: 24,
  div: 4,
  sqrt: 4,
  mask: 12,
};

const free: ReadonlySet<Node["op"]> = new Set([
  "number",
  "parameter",
  "input",
  "lag",
  "reset",
  "slice",
  "broadcast",
  "standardised",
  "detach",
]);

/** Counts the operations of a cell's step; what does not depend on the step counts nothing. */
export function arithmeticOf(cell: Cell, sizes: Sizes): Arithmetic {
  const { output, states } = lower(cell, sizes);
  let [products, pointwise] = [0, 0];
  for (const node of reachable([output, ...states.map((state) => state.next)])) {
    if (node.level !== levels.step) continue;
    if (node.op === "product" || node.op === "transposedProduct") {
      products += node.matrices.reduce((sum, m) => sum + (m.rows * m.columns) / m.blocks, 0);
    } else if (!free.has(node.op)) {
      const width =
        node.op === "sum" || node.op === "greatest" ? (node.arguments[0]?.width ?? 1) : node.width;
      pointwise += width * (additions[node.op as PointwiseOp] ?? 1);
    }
  }
  return { products, pointwise };
}

/**
 * The arithmetic of a cell in units of a base cell's: products and elementwise work are weighed by the shares of time
 * that the base cell spends on each.
 */
export function relativeArithmetic(cell: Arithmetic, base: Arithmetic, baseTimes: WorkTimes): number {
  const { products, packing, pointwise, moving } = baseTimes;
  const share = (products + packing) / (products + packing + pointwise + moving);
  return (share * cell.products) / base.products + ((1 - share) * cell.pointwise) / base.pointwise;
}
