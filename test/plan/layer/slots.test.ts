import { expect, test } from "vitest";
import type { Node } from "../../../src/graph/graph.ts";
import { equations } from "../../../src/language/equations.ts";
import { assignSlots, isBarrier, sameWork, type Slot } from "../../../src/plan/layer/slots.ts";
import { elman, layerOf, nodeOf, valueOf } from "../tiny.ts";

const slotsOf = (layer: ReturnType<typeof layerOf>, isIndex = false): ((node: Node) => Slot) =>
  assignSlots({ ...layer, isIndex: (node) => isIndex && node.op === "input" });

test("what depends on the input alone leaves the loop, and the recurrence stays inside", () => {
  const layer = layerOf(elman);
  const slotOf = slotsOf(layer);
  const [onInput, onState] = layer.step.graph.nodes.filter((n) => n.op === "product");
  expect(slotOf(onInput!)).toEqual({ direction: "forward", region: "before", stage: 1 });
  expect(slotOf(onState!)).toEqual({ direction: "forward", region: "loop", stage: 1 });
  expect(slotOf(valueOf(layer.step, "h'"))).toEqual({ direction: "forward", region: "loop", stage: 1 });
});

test("backwards, only what the step before needs stays in the loop", () => {
  const layer = layerOf(elman);
  const slotOf = slotsOf(layer);
  const [onState, onInput] = layer.step.graph.nodes.filter((n) => n.op === "transposedProduct");
  expect(slotOf(onState!)).toEqual({ direction: "backward", region: "loop", stage: 1 });
  expect(slotOf(onInput!)).toEqual({ direction: "backward", region: "after", stage: 1 });
});

test("stages count the products on the way", () => {
  const layer = layerOf(
    equations("deep")`
      a = tanh(U h)
      h' = tanh(V a + W x)
    `,
  );
  const slotOf = slotsOf(layer);
  expect([valueOf(layer.step, "a"), valueOf(layer.step, "h'")].map((n) => slotOf(n).stage)).toEqual([1, 2]);
});

test("values of a sequence are computed once, and derivatives by them after the loop", () => {
  const layer = layerOf(
    equations("conditioned")`
      h' = tanh(U h + V v)
      input v per sequence
    `,
    { sizes: { I: 2, H: 2 } },
  );
  const slotOf = slotsOf(layer);
  const product = layer.step.graph.nodes.find((n) => n.op === "product" && n.level === 1);
  expect(slotOf(product!).region).toBe("rows");
  expect(slotOf(nodeOf(layer.step, "sumSteps")).region).toBe("rowsAfter");
});

test("a selection by index moves into the loop that uses it", () => {
  const layer = layerOf(elman, { index: true });
  const selection = layer.step.graph.nodes.find((n) => n.op === "product");
  expect(slotsOf(layer, true)(selection!).region).toBe("loop");
  expect(slotsOf(layer, false)(selection!).region).toBe("before");
});

test("barriers are what no pointwise kernel computes", () => {
  const { step } = layerOf(elman);
  expect(isBarrier(nodeOf(step, "product"))).toBe(true);
  expect([nodeOf(step, "tanh"), nodeOf(step, "slice"), nodeOf(step, "input")].some(isBarrier)).toBe(false);
});

test("work is the same in one direction and region, whatever the stage", () => {
  const slot = { direction: "forward", region: "loop", stage: 0 } as const;
  expect(sameWork(slot, { ...slot, stage: 3 })).toBe(true);
  expect(sameWork(slot, { ...slot, region: "after" })).toBe(false);
  expect(sameWork(slot, { ...slot, direction: "backward" })).toBe(false);
});
