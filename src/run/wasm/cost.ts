// A rough estimate of how long a run takes, from its plan alone: enough to tell the runs that may keep the caller waiting
// from those that may not. Measures nothing.
import { formOf, productSize, sumRows } from "../../emit/matrices.ts";
import { ops, type PointwiseOp } from "../../graph/ops.ts";
import type { Kernel, Loop, Pass, Plan, PointwiseKernel } from "../../plan/plan.ts";

/** Nanoseconds of one thread: per token, per row of the batch, per step of a loop, and per run. */
export interface Cost {
  readonly token: number;
  readonly row: number;
  readonly step: number;
  readonly once: number;
}

/** Nanoseconds: of a multiply-add, of reading a weight, and per element of an operation and of moving. */
const nanoseconds = { multiply: 0.04, weight: 0.1, cheap: 0.1, expensive: 1, move: 0.2 } as const;

/** The cost of a phase. */
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

/** Milliseconds of one thread for a run of these sizes. */
export function timeOf(cost: Cost, run: { tokens: number; rows: number; steps: number }): number {
  return (cost.token * run.tokens + cost.row * run.rows + cost.step * run.steps + cost.once) * 1e-6;
}

/** How often threads meet in a run where they divide the columns of each kernel. */
export function meetingsOf(items: readonly (Kernel | Loop)[], steps: number): number {
  return items.reduce((sum, item) => sum + (item.kind === "loop" ? item.body.length * steps : 1), 0);
}

/** Nanoseconds of packing all parameters. */
export const packingCost = (plan: Plan): number => nanoseconds.move * 2 * plan.parameters.size;

function overOf(kernel: Kernel): "tokens" | "rows" | "once" {
  if (kernel.kind === "crossEntropy" || kernel.kind === "stepSums" || kernel.kind === "reverse")
    return "tokens";
  return kernel.kind === "norm" || kernel.kind === "guard" ? "once" : "rows";
}

/** Nanoseconds per row that a kernel works on, and per call. */
function kernelCost(kernel: Kernel): { each: number; fixed: number } {
  const { multiply, weight, expensive, move } = nanoseconds;
  switch (kernel.kind) {
    case "matmul": {
      const { k, n } = productSize(formOf(kernel), kernel.matrices);
      return { each: multiply * k * n, fixed: weight * k * n };
    }
    case "outer":
      return { each: multiply * kernel.m * kernel.n, fixed: weight * kernel.m * kernel.n };
    case "pointwise":
      return { each: pointwiseCost(kernel), fixed: 0 };
    case "crossEntropy":
      return { each: 2 * expensive * kernel.classes, fixed: 0 };
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
  const costOfValue = (id: number): number => {
    const op = values[id]?.op as string;
    const isExpensive = op === "mask" || (op in ops && !ops[op as PointwiseOp].cheap);
    return isExpensive ? nanoseconds.expensive : nanoseconds.cheap;
  };
  const costOfPass = (pass: Pass): number =>
    pass.width * pass.values.reduce((sum, id) => sum + costOfValue(id), 0);
  return passes.reduce((sum, pass) => sum + costOfPass(pass), 0);
}
