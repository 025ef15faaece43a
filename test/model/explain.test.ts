// `explain`: every stage of a cell and of a network, with numbers that add up.
import { expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { equations } from "../../src/language/equations.ts";
import { explain, explainCell } from "../../src/model/explain.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan } from "../../src/plan/build.ts";
import { planBytes, printPlan } from "../../src/plan/print.ts";
import { designTranslator } from "../../src/tasks/translate/design.ts";
import { updateOf } from "../../src/train/optimizers.ts";

test("parameters have the shapes and counts that the sizes imply", () => {
  const { parameters, count, sizes } = explainCell(cellNamed("gru"), { size: 5, input: 3 });
  expect(sizes).toEqual({ H: 5, I: 3 });
  expect(parameters.find((p) => p.name === "Un")).toEqual({
    name: "Un",
    shape: [5, 5],
    count: 25,
    trained: true,
  });
  expect(parameters.find((p) => p.name === "cn")?.shape).toEqual([5]);
  expect(count).toBe(3 * 5 * 3 + 3 * 5 * 5 + 4 * 5);
  expect(parameters.reduce((sum, p) => sum + p.count, 0)).toBe(count);
});

test("sizes follow the clauses of the cell", () => {
  const residual = equations("residual")`
    h' = x + tanh(U h)
    requires I = H
    blocks U = 4
  `;
  expect(explainCell(residual, { size: 10, input: 6 }).sizes).toEqual({ H: 12, I: 12 });
});

test("a cell is shown at every stage, one after the other", () => {
  const text = explain(cellNamed("lstm"), { size: 8, input: 4, batch: 2, steps: 3 });
  const headings = text.split("\n").filter((line) => line !== "" && !line.startsWith(" "));
  expect(headings).toEqual([
    "lstm: equations",
    "LaTeX",
    "parameters, H = 8, I = 4: 416",
    "backward, at each step from the last to the first (∇: from outside, ⁺: of the step after)",
    "backward, summed over all steps and rows",
    "plan of a training step, B = 2 rows, T = 3 steps",
    "bytes",
  ]);
  expect(text).toContain("  i  = σ(Wi x + Ui h + bi)       # input gate");
  expect(text).toContain(String.raw`i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i) \\`);
  expect(text).toContain("  dc' = dc⁺ + dh' ⊙ o ⊙ (1 - tanh(c')²)");
  expect(text).toContain("· [Wi; Wf; Wg; Wo]ᵀ [4, 32]");
});

test("a plan prints every kernel once, with the loop's inside it", () => {
  const network = languageModel({ vocabulary: 6, cell: cellNamed("gru-reset-before"), size: 7 });
  const { rule } = updateOf({ kind: "adam" }, { kind: "norm", limit: 5 });
  const plan = buildPlan(network, { mode: "train", rows: 3, steps: 4, update: rule });
  const lines = printPlan(plan);
  const { forward, backward, update, carry } = plan.phases;
  const items = [forward, backward, update, carry].flatMap((phase) => phase ?? []);
  const kernels = items.reduce((sum, item) => sum + (item.kind === "loop" ? item.body.length + 1 : 1), 0);
  expect(lines).toHaveLength(kernels + 4);
  expect(lines.find((line) => line.includes("gather"))).toContain(
    "columns of [layer1.Wz; layer1.Wr; layer1.Wn] [21, 6] at symbols",
  );
  const inLoop = lines.filter((line) => line.startsWith("    "));
  expect(inLoop.filter((line) => line.includes("matmul")).map((line) => line.split("· ")[1])).toEqual([
    "[layer1.Uz; layer1.Ur]ᵀ [7, 14]",
    "layer1.Unᵀ [7, 7]",
    "layer1.Un [7, 7]",
    "[layer1.Uz; layer1.Ur] [14, 7]",
  ]);
});

test("bytes add up to the total of a plan", () => {
  const network = languageModel({ vocabulary: 6, cell: cellNamed("lstm"), size: 7, layers: 2, dropout: 0.1 });
  const { rule } = updateOf({ kind: "adam" });
  const plan = buildPlan(network, { mode: "train", rows: 3, steps: 4, update: rule });
  const { parameters, gradients, optimizer, kept, working, total } = planBytes(plan);
  expect(parameters).toBe(4 * plan.parameters.size);
  expect(gradients).toBe(parameters);
  expect(optimizer).toBe(2 * parameters);
  expect(working).toBeGreaterThan(0);
  expect(parameters + gradients + optimizer + kept + working).toBe(total);
  expect(total).toBe(4 * (plan.parameters.size + plan.arena));
});

test("a network is shown with its layers, each of its cells once, and one plan", () => {
  const network = languageModel({ vocabulary: 6, cell: cellNamed("elman"), size: 4, layers: 2 });
  const text = explain(network, { batch: 2, steps: 3 });
  expect(text).toContain("  layer2 = elman(layer1), I = 4, H = 4");
  expect(text.match(/^elman: equations$/gmu)).toHaveLength(1);
  expect(text).toContain("  layer1.U   [4, 4]");
  expect(text).toContain("loss, d.readout ← softmax of");
});

test("a network with an encoder shows the encoder's layers and plan, too", () => {
  const pairs = [{ source: "abc", target: "cab" }];
  const shape = { cell: cellNamed("gru"), size: 4, embedding: 3, attentionSize: 2 };
  const text = explain(designTranslator(pairs, shape).network, { batch: 2, steps: 3 });
  expect(text).toMatch(/^encoder, run first\n {2}\S+ = embedding\(source\)/u);
  expect(text).toMatch(/^encoder: plan of a training step, B = 2 rows, T = 3 steps$/mu);
  expect(text.match(/^gru: equations$/gmu)).toHaveLength(1);
});
