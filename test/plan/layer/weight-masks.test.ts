import { expect, test } from "vitest";
import { weightDrop } from "../../../src/cells/transforms/weight-drop.ts";
import { layerSalt, weightMaskSalt } from "../../../src/plan/noise.ts";
import type { Kernel } from "../../../src/plan/plan.ts";
import { planWeightMasks, type WeightMasks } from "../../../src/plan/layer/weight-masks.ts";
import { elman, layerOf, show, tinyLayer } from "../tiny.ts";

const cell = weightDrop(elman, 0.25, ["U"]);

function masksOf(training: boolean): { masks: WeightMasks; lines: (work: readonly Kernel[]) => string[] } {
  const layer = layerOf(cell, { training });
  const context = { ...layer, gradients: layer.gradients, layer: { ...tinyLayer, cell }, salt: layerSalt(1) };
  return { masks: planWeightMasks(context), lines: (work) => show(work, layer.layout) };
}

test("products read a masked copy, made before the pass", () => {
  const { masks, lines } = masksOf(true);
  expect(lines(masks.prepare)).toEqual(["pointwise tiny/kept.U [4] ← parameters"]);
  expect(masks.matrix("U")).toMatchObject({ offset: 0, buffer: { name: "tiny/kept.U", width: 4 } });
  expect(masks.matrix("W").buffer.name).toBe("parameters");
});

test("the gradient has the same mask, with the same scale", () => {
  const { masks, lines } = masksOf(true);
  expect(lines(masks.backward)).toEqual(["pointwise gradients+6 [4] ← gradients+6"]);
  const [ahead, back] = [masks.prepare[0]!, masks.backward[0]!].map((k) =>
    k.kind === "pointwise" ? k.values : [],
  );
  const salt = layerSalt(1) + weightMaskSalt(cell, "U");
  expect(ahead![1]).toEqual({ op: "mask", rate: 0.25, per: "sequence", salt, width: 4 });
  expect(back![1]).toEqual(ahead![1]);
  expect(ahead![2]).toEqual({ op: "number", value: 1 / 0.75, width: 1 });
});

test("in evaluation nothing is dropped", () => {
  const { masks } = masksOf(false);
  expect([masks.prepare, masks.backward]).toEqual([[], []]);
  expect(masks.matrix("U")).toMatchObject({ offset: 6, buffer: { name: "parameters" } });
});
