// What was saved for the backward pass makes room for what is computed of it. That the numbers stay right is shown in
// test/proof/plan.test.ts.
import { expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Plan } from "../../src/plan/plan.ts";

const H = 16;

function planOf(cell: string, keep: readonly string[] = [], layers = 1): Plan {
  const network = languageModel({ vocabulary: 7, cell: cellNamed(cell), size: H, layers });
  return buildPlan(network, { mode: "train", rows: 3, steps: 4, keep });
}

/** Values that a layer keeps for every token, in widths of H. */
const keptWidths = ({ buffers }: Plan, layer = "layer1"): number =>
  buffers.filter((b) => b.extent === "tokens" && b.name.startsWith(layer)).reduce((n, b) => n + b.width, 0) /
  H;

test("four derivatives stand where four saved values stood", () => {
  // i, f, g, o and tanh(c'), of which one keeps its own place, the derivatives of the gates, and h as products read it.
  expect(keptWidths(planOf("lstm"))).toBe(6);
});

test("gates of an upper layer stand where their arguments stood", () => {
  // As above, and the derivative by the layer's input; `W x` for all steps has no place of its own.
  expect(keptWidths(planOf("lstm", [], 2), "layer2")).toBe(7);
});

test("what a second kernel reads stays", () => {
  // δ of r, z and the recurrent product, δ of n; z, which is also read after the product, and h.
  expect(keptWidths(planOf("gru"))).toBe(6);
});

test("what is asked for by name is not overwritten", () => {
  const keep = ["layer1.i", "layer1.f", "layer1.g", "layer1.o"];
  const plan = planOf("lstm", keep);
  for (const name of keep) expect(plan.buffers.find((b) => b.name === name)?.width).toBe(H);
  expect(keptWidths(plan)).toBe(9);
});

test("buffers are numbered in their order", () => {
  const { buffers } = planOf("lstm");
  expect(buffers.map((b) => b.id)).toEqual([...buffers.keys()]);
});
