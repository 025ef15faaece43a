import { expect, test } from "vitest";
import type { Cell } from "../../../src/language/cell.ts";
import { equations } from "../../../src/language/equations.ts";
import { allocateBuffers } from "../../../src/plan/layer/allocate-buffers.ts";
import { analyseLayer } from "../../../src/plan/layer/analysis.ts";
import { scheduleWork } from "../../../src/plan/layer/schedule.ts";
import { elman, layerOf, show, type LayerOptions } from "../tiny.ts";

function schedule(cell: Cell, direction: "forward" | "backward", options?: LayerOptions): string[] {
  const layer = layerOf(cell, options);
  const analysis = analyseLayer(layer);
  return show(scheduleWork(direction, analysis, allocateBuffers(layer, analysis)), layer.layout);
}

test("forward: the product on the input, then at each step the recurrence", () => {
  expect(schedule(elman, "forward", { training: false })).toEqual([
    "matmul tiny/0 [T·B, 2] ← x [T·B, 3] · Wᵀ [3, 2]",
    "at each step, from the first to the last",
    "pointwise tiny.h [B, 2] ← resets, tiny.states.h of the step before",
    "matmul tiny/1 [B, 2] ← tiny.h [B, 2] · Uᵀ [2, 2]",
    "pointwise tiny.states.h [B, 2] ← tiny/0, tiny/1, parameters",
  ]);
});

test("backward: at each step what the step before needs, then the derivative by the input", () => {
  expect(schedule(elman, "backward")).toEqual([
    "at each step, from the last to the first",
    "pointwise tiny/5 [B, 2] ← ∇0, tiny.dstates.h, tiny.states.h",
    "matmul tiny/2 [B, 2] ← tiny/5 [B, 2] · U [2, 2]",
    "pointwise tiny.dstates.h of the step before [B, 2] ← resets, tiny/2",
    "matmul tiny/3 [T·B, 3] ← tiny/5 [T·B, 2] · W [2, 3]",
  ]);
});

test("derivatives of several users are added where they are read", () => {
  const [, first] = schedule(elman, "backward", { users: 2 });
  expect(first).toBe("pointwise tiny/5 [B, 2] ← ∇0, ∇1, tiny.dstates.h, tiny.states.h");
});

test("a layer without a state has no loop, and one kernel", () => {
  const square = equations("square")`
    y = tanh(W x)
    output y
  `;
  expect(schedule(square, "forward", { training: false })).toEqual([
    "matmul tiny/0 [T·B, 2] ← x [T·B, 3] · Wᵀ [3, 2]",
    "pointwise tiny.y [T·B, 2] ← tiny/0",
  ]);
});

test("values of a sequence come first, and meet those of its steps one step at a time", () => {
  const conditioned = equations("conditioned")`
    y = tanh(W x) ⊙ tanh(V v)
    output y
    input v per sequence
    width v = 3
  `;
  expect(schedule(conditioned, "forward", { training: false })).toEqual([
    "matmul tiny/1 [B, 2] ← v [B, 3] · Vᵀ [3, 2]",
    "pointwise tiny/2 [B, 2] ← tiny/1",
    "matmul tiny/0 [T·B, 2] ← x [T·B, 3] · Wᵀ [3, 2]",
    "at each step, from the first to the last",
    "pointwise tiny.y [B, 2] ← tiny/0, tiny/2",
  ]);
});

test("a mask per sequence is drawn once, and in evaluation not at all", () => {
  const masked = equations("masked")`
    y = mask(0.5, per sequence) ⊙ x
    output y
    width y = I
  `;
  expect(schedule(masked, "forward")).toEqual([
    "pointwise tiny/0 [B, 3] ←",
    "at each step, from the first to the last",
    "pointwise tiny.y [B, 3] ← tiny/0, x",
  ]);
  expect(schedule(masked, "forward", { training: false })).toEqual(["pointwise tiny.y [T·B, 3] ← x"]);
});
