import { expect, test } from "vitest";
import { buildPlan } from "../../src/plan/build.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { planBytes, printPlan } from "../../src/plan/print.ts";
import { networkOf, tinyLayer } from "./tiny.ts";

const planOf = (mode: Plan["mode"]): Plan => buildPlan(networkOf(tinyLayer), { mode, rows: 2, steps: 4 });

test("a phase is a heading, and each of its kernels a line", () => {
  expect(printPlan(planOf("evaluate"))).toEqual([
    "forward",
    "  matmul      tiny/0 [T·B, 2] ← x [T·B, 3] · Wᵀ [3, 2]",
    "  at each step, from the first to the last",
    "    pointwise   tiny.h [B, 2] ← resets, tiny.states.h of the step before; 1 operation (1 where) in 2 passes of 1, 2",
    "    matmul      tiny/1 [B, 2] ← tiny.h [B, 2] · Uᵀ [2, 2]",
    "    pointwise   tiny.states.h [B, 2] ← tiny/0, tiny/1, parameters; 3 operations (2 add, 1 tanh) in 1 pass of 2",
    "  finals      final.tiny.h ← tiny.states.h, each row's last step, [B, 2]",
    "carry the state to the next window",
    "  finals      final.tiny.h ← tiny.states.h, each row's last step, [B, 2]",
    "  copy rows   tiny.states.h ← final.tiny.h [B, 2]",
  ]);
});

test("gradients are named after their parameters", () => {
  const lines = printPlan(planOf("train")).filter((line) => /^ {2}(outer|column sums)/u.test(line));
  expect(lines).toEqual([
    "  outer       dW [2, 3] ← tiny/5ᵀ · x over [T·B]",
    "  outer       dU [2, 2] ← tiny/5ᵀ · tiny.h over [T·B]",
    "  column sums db [2] ← Σ tiny/5 over [T·B]",
  ]);
});

test("with several layers parameters have their layer's name", () => {
  const upper = { ...tinyLayer, name: "upper", sizes: { I: 2, H: 2 }, inputs: { x: "tiny" } };
  const plan = buildPlan(networkOf(tinyLayer, upper), { mode: "evaluate", rows: 2, steps: 4 });
  const products = printPlan(plan).flatMap((line) =>
    line.includes("matmul") ? [line.split("· ").at(-1)] : [],
  );
  expect(products).toEqual(["tiny.Wᵀ [3, 2]", "tiny.Uᵀ [2, 2]", "upper.Wᵀ [2, 2]", "upper.Uᵀ [2, 2]"]);
});

test("bytes are those of the buffers, without aliases", () => {
  const plan = planOf("train");
  const bytes = planBytes(plan);
  expect(bytes.parameters).toBe(4 * 12);
  expect(bytes.gradients).toBe(4 * 12);
  expect(bytes.optimizer).toBe(0);
  const kept = plan.buffers.filter((b) => b.extent === "tokens" || b.extent === "states");
  expect(bytes.kept).toBe(4 * kept.reduce((sum, b) => sum + b.size, 0));
  expect(bytes.total).toBe(4 * (plan.arena + 12));
  expect(bytes.parameters + bytes.gradients + bytes.kept + bytes.working).toBe(bytes.total);
});
