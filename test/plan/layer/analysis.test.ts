import { expect, test } from "vitest";
import { equations } from "../../../src/language/equations.ts";
import { analyseLayer, isInMemory } from "../../../src/plan/layer/analysis.ts";
import { elman, layerOf, nodeOf, valueOf } from "../tiny.ts";

test("a layer's barriers are its products, forward and backward, in order", () => {
  const { barriers } = analyseLayer(layerOf(elman));
  expect(barriers.map((b) => b.op)).toEqual(["product", "product", "transposedProduct", "transposedProduct"]);
});

test("arguments of products are stored unless they are in memory", () => {
  const layer = layerOf(elman);
  const { storage } = analyseLayer(layer);
  expect(storage.stored).toContain(valueOf(layer.step, "h"));
  expect(storage.stored).not.toContain(valueOf(layer.step, "x"));
});

test("the derivative by a state that the equations do not read is 0", () => {
  const layer = layerOf(equations("memoryless")`h' = tanh(W x)`);
  const derivative = analyseLayer(layer).stateDerivatives.get("h");
  expect([derivative?.op, derivative?.width]).toEqual(["broadcast", 2]);
  expect(derivative?.arguments[0]).toMatchObject({ op: "number", value: 0 });
  expect(analyseLayer(layerOf(elman, { training: false })).stateDerivatives.size).toBe(0);
});

test("a derivative is in memory if it comes from one place", () => {
  const memory = [0, 1, 2].map((users) => {
    const layer = layerOf(elman, { users });
    return isInMemory(nodeOf(layer.step, "gradient"), layer);
  });
  expect(memory).toEqual([false, true, false]);
});
