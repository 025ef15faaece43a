// How long a run will take, roughly, from its plan alone: enough to tell those that may keep the caller waiting
// from those that may not. Knows the plan; measures nothing.
import { ops, type PointwiseOp } from "../../graph/ops.ts";
import { productSize, sumRows } from "../../emit/wasm/layout.ts";
import type { Kernel, Loop, Plan, PointwiseKernel } from "../../plan/plan.ts";

/** Nanoseconds: for each token, each row of the batch, each step of a loop, and the run. */
export interface Cost {
  readonly token: number;
  readonly row: number;
  readonly step: number;
  readonly once: number;
}

/** Of a multiply-add, of reading a weight, of an element of a cheap and of a dear operation, of moving one. */
const price = { multiply: 0.04, weight: 0.1, cheap: 0.1, dear: 1, move: 0.2 } as const;

export function costOf(items: readonly (Kernel | Loop)[]): Cost {
  let [token, row, step, once] = [0, 0, 0, 0];
  const add = (kernel: Kernel, inLoop: boolean): void => {
    const { each, fixed } = kernelCost(kernel);
    const over = "over" in kernel ? kernel.over : overOf(kernel);
    if (over === "once") once += each;
    else if (over === "rows") row += each;
    else token += each;
    if (inLoop) step += fixed;
    else once += fixed;
  };
  for (const item of items) {
    if (item.kind === "loop") for (const kernel of item.body) add(kernel, true);
    else add(item, false);
  }
  return { token, row, step, once };
}

/** Milliseconds. */
export function timeOf(cost: Cost, run: { tokens: number; rows: number; steps: number }): number {
  return (cost.token * run.tokens + cost.row * run.rows + cost.step * run.steps + cost.once) * 1e-6;
}

/** How often threads meet in a run, if they divide the columns of each kernel because rows are few. */
export function meetingsOf(items: readonly (Kernel | Loop)[], steps: number): number {
  return items.reduce((sum, item) => sum + (item.kind === "loop" ? item.body.length * steps : 1), 0);
}

/** Packing all parameters, once after each change of them. In nanoseconds. */
export const packingCost = (plan: Plan): number => price.move * 2 * plan.parameters.size;

function overOf(kernel: Kernel): "tokens" | "rows" | "once" {
  if (kernel.kind === "crossEntropy" || kernel.kind === "stepSums" || kernel.kind === "reverse")
    return "tokens";
  return kernel.kind === "norm" || kernel.kind === "guard" ? "once" : "rows";
}

/** Nanoseconds for each row that the kernel works on, and whenever it is called. */
function kernelCost(kernel: Kernel): { each: number; fixed: number } {
  const { multiply, weight, dear, move } = price;
  switch (kernel.kind) {
    case "matmul": {
      const { k, n } = productSize(kernel.transposed ? "transposed" : "product", kernel.matrices);
      return { each: multiply * k * n, fixed: weight * k * n };
    }
    case "outer":
      return { each: multiply * kernel.m * kernel.n, fixed: weight * kernel.m * kernel.n };
    case "pointwise":
      return { each: pointwiseCost(kernel), fixed: 0 };
    case "crossEntropy":
      return { each: 2 * dear * kernel.classes, fixed: 0 };
    case "gather":
      return { each: move * sumRows(kernel.matrices), fixed: 0 };
    case "scatter":
      return { each: move * kernel.m, fixed: move * kernel.m * kernel.n };
    case "pick":
    case "place":
      return { each: move * (kernel.count + kernel.width), fixed: 0 };
    case "columnSums":
    case "reverse":
    case "stepSums":
    case "oneHot":
    case "finals":
    case "copyRows":
    case "norm":
      return { each: move * kernel.width, fixed: 0 };
    case "guard":
      return { each: 0, fixed: 0 };
  }
}

function pointwiseCost({ values, passes }: PointwiseKernel): number {
  const ofValue = (id: number): number => {
    const op = values[id]?.op as string;
    return op === "mask" || (op in ops && !ops[op as PointwiseOp].cheap) ? price.dear : price.cheap;
  };
  return passes.reduce((sum, pass) => {
    return sum + pass.width * pass.values.reduce((all, id) => all + ofValue(id), 0);
  }, 0);
}
