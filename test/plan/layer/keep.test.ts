import { expect, test } from "vitest";
import { keptNodes } from "../../../src/plan/layer/keep.ts";
import { elman, layerOf, valueOf } from "../tiny.ts";

test("a state is kept as it is after the step, a derivative by its `d`", () => {
  const layer = layerOf(elman, { keep: ["h", "dh"] });
  const kept = keptNodes(layer);
  const next = valueOf(layer.step, "h'");
  expect(kept.get("h")).toBe(next);
  expect(kept.get("dh")).toBe(layer.gradient?.adjoints.get(next));
});

test("an unknown quantity is refused with those that there are", () => {
  const message = "tiny: 'z' cannot be kept; the equations name h, and 'd' before one is its derivative";
  expect(() => keptNodes(layerOf(elman, { keep: ["z"] }))).toThrow(message);
});

test("a derivative is refused outside training", () => {
  const layer = layerOf(elman, { keep: ["dh"], training: false });
  expect(() => keptNodes(layer)).toThrow("the equations name h (derivatives only in training)");
});
