// How much arithmetic a cell is beside another, counted from its equations and weighed as the other spends its time:
// what a price is compared with. Knows no plan and measures nothing.
import type { Cell } from "../language/cell.ts";
import { levels, reachable, type Node } from "../graph/graph.ts";
import { lower, type Sizes } from "../graph/lower.ts";
import type { PointwiseOp } from "../graph/ops.ts";
import type { WorkTimes } from "../run/device.ts";

/** Operations of one row at one step. */
export interface Arithmetic {
  /** Multiply-adds of matrix products. */
  readonly products: number;
  /** Elementwise operations and sums, each as many as it takes. */
  readonly pointwise: number;
}

/** About as many as the polynomials, the divisions and the mixing of bits take; all others are one. */
const dear: Readonly<Partial<Record<PointwiseOp | "mask", number>>> = {
  sigmoid: 12,
  tanh: 12,
  exp: 12,
  log: 12,
  softplus: 24,
  div: 4,
  sqrt: 4,
  mask: 12,
};

/** Of a forward pass; a training step is three times as much of both. */
export function arithmeticOf(cell: Cell, sizes: Sizes): Arithmetic {
  const { output, states } = lower(cell, sizes);
  let [products, pointwise] = [0, 0];
  for (const node of reachable([output, ...states.map((s) => s.next)])) {
    if (node.level !== levels.step) continue;
    if (node.op === "product" || node.op === "transposedProduct") {
      products += node.matrices.reduce((sum, m) => sum + (m.rows * m.columns) / m.blocks, 0);
    } else if (!isFree(node)) {
      const width =
        node.op === "sum" || node.op === "greatest" ? (node.arguments[0]?.width ?? 1) : node.width;
      pointwise += width * (dear[node.op as PointwiseOp] ?? 1);
    }
  }
  return { products, pointwise };
}

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
const isFree = (node: Node): boolean => free.has(node.op);

/**
 * The arithmetic of a cell in units of another's: its products at the share of time that the other's products take, its
 * elementwise work at the rest.
 */
export function arithmeticBeside(own: Arithmetic, other: Arithmetic, times: WorkTimes): number {
  const { products, packing, pointwise, moving } = times;
  const share = (products + packing) / (products + packing + pointwise + moving);
  return (share * own.products) / other.products + ((1 - share) * own.pointwise) / other.pointwise;
}
