import { expect, test } from "vitest";
import type { Node } from "../../../src/graph/graph.ts";
import { equations } from "../../../src/language/equations.ts";
import { chooseStorage, isLeaf, wholeOf } from "../../../src/plan/layer/storage.ts";
import { assignSlots, isBarrier } from "../../../src/plan/layer/slots.ts";
import { elman, layerOf, nodeOf, valueOf, type TinyLayer } from "../tiny.ts";

/** What is stored, and what lasts, if products, the next states and weight gradients need memory and nothing else. */
function storageOf(layer: TinyLayer): { stored: (node: Node) => boolean; lasts: (node: Node) => boolean } {
  const { step, gradient } = layer;
  const barriers = step.graph.nodes.filter(isBarrier);
  const roots = [
    ...barriers.flatMap((b) => b.arguments).filter((node) => node.op !== "input"),
    ...step.states.map((s) => s.next),
    ...(gradient?.previous.values() ?? []),
    ...(gradient?.parameters ?? []).flatMap((p) => (p.kind === "matrix" ? [p.rows] : [p.delta])),
  ];
  const slotOf = assignSlots({ ...layer, isIndex: () => false });
  const { stored, lasting } = chooseStorage(new Set(roots), new Set(), barriers, slotOf);
  return { stored: (node) => stored.includes(node), lasts: (node) => lasting.has(node) };
}

const gated = equations("gated")`
  z  = σ(W x + U h)
  s  = z + 1
  h' = z ⊙ h + s
`;

test("the backward pass reads a saved sigmoid and recomputes a sum", () => {
  const layer = layerOf(gated);
  const { stored, lasts } = storageOf(layer);
  const [z, s] = [valueOf(layer.step, "z"), valueOf(layer.step, "s")];
  expect([stored(z), lasts(z)]).toEqual([true, true]);
  expect(stored(s)).toBe(false);
});

test("without a backward pass nothing is saved but what is required", () => {
  const layer = layerOf(gated, { training: false });
  const { stored } = storageOf(layer);
  expect(stored(valueOf(layer.step, "z"))).toBe(false);
  expect(stored(valueOf(layer.step, "h'"))).toBe(true);
});

test("a cheap value is saved if what it is computed from is gone by then", () => {
  const layer = layerOf(
    equations("lost")`
      q  = square(U h) + 1
      a  = σ(V x)
      h' = a ⊙ q
    `,
  );
  const { stored, lasts } = storageOf(layer);
  const q = valueOf(layer.step, "q");
  expect([stored(q), lasts(q)]).toEqual([true, true]);
});

test("an expensive value that two kernels would compute is stored, for its step alone", () => {
  const layer = layerOf(
    equations("twice")`
      t  = tanh(U h)
      q  = V (2 ⊙ t)
      h' = q + t
    `,
    { training: false },
  );
  const { stored, lasts } = storageOf(layer);
  const t = valueOf(layer.step, "t");
  expect([stored(t), lasts(t)]).toEqual([true, false]);
});

test("a slice is part of its product, and leaves have no arguments", () => {
  const { step } = layerOf(elman);
  expect(wholeOf(nodeOf(step, "slice"))).toBe(nodeOf(step, "product"));
  expect(wholeOf(nodeOf(step, "tanh"))).toBe(nodeOf(step, "tanh"));
  expect([isLeaf(nodeOf(step, "input")), isLeaf(nodeOf(step, "tanh"))]).toEqual([true, false]);
});
