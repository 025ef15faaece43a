import { expect, test } from "vitest";
import type { Cell } from "../../../src/language/cell.ts";
import { equations } from "../../../src/language/equations.ts";
import { allocateBuffers } from "../../../src/plan/layer/allocate-buffers.ts";
import { analyseLayer } from "../../../src/plan/layer/analysis.ts";
import type { LayerBuffers } from "../../../src/plan/layer/buffers.ts";
import { elman, layerOf, valueOf, type LayerOptions, type TinyLayer } from "../tiny.ts";

function allocate(cell: Cell, options?: LayerOptions): { layer: TinyLayer; buffers: LayerBuffers } {
  const layer = layerOf(cell, options);
  return { layer, buffers: allocateBuffers(layer, analyseLayer(layer)) };
}

/** `name extent width` of the layer's own buffers. */
const list = ({ arena }: TinyLayer): string[] =>
  arena.buffers
    .filter((b) => b.name.includes("tiny"))
    .map(({ name, extent, width }) => `${name} ${extent} ${width}`);

test("in evaluation a layer has its states, the results of its products and their arguments", () => {
  expect(list(allocate(elman, { training: false }).layer)).toEqual([
    "tiny.states.h states 2",
    "initial.tiny.h rows 2",
    "final.tiny.h rows 2",
    "tiny/0 tokens 2",
    "tiny/1 rows 2",
    "tiny/2(h) rows 2",
  ]);
});

test("training adds derivatives, and keeps for all steps what weight gradients read", () => {
  expect(list(allocate(elman).layer)).toEqual([
    "tiny.states.h states 2",
    "initial.tiny.h rows 2",
    "final.tiny.h rows 2",
    "tiny.dstates.h states 2",
    "dinitial.tiny.h rows 2",
    "dfinal.tiny.h rows 2",
    "tiny/0 tokens 2",
    "tiny/1 rows 2",
    "tiny/2 rows 2",
    "tiny/3 tokens 3",
    "tiny/4(h) tokens 2",
    "tiny/5 tokens 2",
  ]);
});

test("a kept quantity has a buffer of its name, written by the pass that computes it", () => {
  const { layer, buffers } = allocate(elman, { keep: ["h", "dh"] });
  expect(list(layer)).toEqual(expect.arrayContaining(["tiny.h tokens 2", "tiny.dh tokens 2"]));
  expect([...buffers.kept].map(([name, { direction }]) => [name, direction])).toEqual([
    ["h", "forward"],
    ["dh", "backward"],
  ]);
});

test("an output that is no state has its name", () => {
  const { layer } = allocate(equations("readout")`
    y = tanh(W x)
    output y
  `);
  expect(list(layer)).toContain("tiny.y tokens 2");
});

const gates = equations("gates")`
  i  = σ(W x + U h)
  g  = tanh(V x + R h)
  h' = i ⊙ g
`;

test("derivatives that one product reads stand side by side", () => {
  const { layer, buffers } = allocate(gates);
  const deltas = layer.gradient!.parameters.flatMap((p) => (p.kind === "matrix" ? [p.rows] : []));
  const places = new Set(
    deltas.flatMap((d) => (buffers.targets.get(d) ?? []).map((t) => `${t.buffer.name}+${t.column}`)),
  );
  expect(places.size).toBe(2);
  const [first, second] = [...places].map((place) => place.split("+"));
  expect(first?.[0]).toBe(second?.[0]);
  expect([first?.[1], second?.[1]].sort()).toEqual(["0", "2"]);
});

test("a state is stored after its step, its derivative before it", () => {
  const { layer, buffers } = allocate(elman);
  const [state] = layer.step.states;
  expect(buffers.targets.get(state!.next)?.[0]).toMatchObject({
    at: "now",
    buffer: { name: "tiny.states.h" },
  });
  const previous = layer.gradient!.previous.get("h")!;
  expect(buffers.targets.get(previous)).toMatchObject([{ at: "lag", buffer: { name: "tiny.dstates.h" } }]);
  expect(buffers.targets.has(valueOf(layer.step, "x"))).toBe(false);
});
