import { expect, test } from "vitest";
import { equations } from "../../../src/language/equations.ts";
import { isIndex } from "../../../src/plan/layer/context.ts";
import { planLayer } from "../../../src/plan/layer/plan-layer.ts";
import { elman, layerOf, nodeOf, show, valueOf } from "../tiny.ts";

test("the states after each row's last step are collected after the forward pass", () => {
  const layer = layerOf(elman, { training: false });
  const plan = planLayer(layer);
  expect(show(plan.forward(), layer.layout).at(-1)).toBe(
    "finals final.tiny.h ← tiny.states.h, each row's last step, [B, 2]",
  );
  expect(plan.output()).toMatchObject({ at: "now", buffer: { name: "tiny.states.h" } });
});

test("the derivative by a state takes one row per sequence where it is updated in place", () => {
  const layer = layerOf(elman);
  const work = show(planLayer(layer).backward(), layer.layout);
  expect(work[0]).toBe("copy rows tiny.dstates.h ← dfinal.tiny.h [B, 2]");
  expect(layer.arena.buffers.find((b) => b.name === "tiny.dstates.h")?.extent).toBe("rows");
  expect(work.slice(-3)).toEqual([
    "outer dW [2, 3] ← tiny/5ᵀ · x over [T·B]",
    "outer dU [2, 2] ← tiny/5ᵀ · tiny.h over [T·B]",
    "column sums db [2] ← Σ tiny/5 over [T·B]",
  ]);
});

test("where work after the loop reads it, it has rows for all steps and starts at each row's last", () => {
  const layer = layerOf(
    equations("branches")`
      h' = σ(U h) + tanh(W x)
    `,
  );
  const work = show(planLayer(layer).backward(), layer.layout);
  expect(work[0]).toBe("finals tiny.dstates.h ← dfinal.tiny.h, each row's last step, [B, 2]");
  expect(layer.arena.buffers.find((b) => b.name === "tiny.dstates.h")?.extent).toBe("states");
});

test("the derivative by an input is handed on", () => {
  const layer = layerOf(elman);
  const plan = planLayer(layer);
  expect([...plan.inputGradients]).toMatchObject([
    ["x", { column: 0, buffer: { name: "tiny/3", width: 3 } }],
  ]);
  expect(planLayer(layerOf(elman, { training: false })).inputGradients.size).toBe(0);
});

test("an index has columns selected and scattered", () => {
  const layer = layerOf(elman, { index: true });
  const plan = planLayer(layer);
  expect(show(plan.forward(), layer.layout)[2]).toBe("gather tiny/0 [B, 2] ← columns of W [2, 3] at x");
  expect(show(plan.backward(), layer.layout)).toContain(
    "scatter dW [2, 3] ← tiny/4 into columns x, over [T·B]",
  );
  expect([valueOf(layer.step, "x"), nodeOf(layer.step, "tanh")].map((n) => isIndex(n, layer))).toEqual([
    true,
    false,
  ]);
});
