import { expect, test } from "vitest";
import type { MatrixGradient, VectorGradient } from "../../../src/graph/differentiate.ts";
import { createGraph } from "../../../src/graph/builder.ts";
import { levels, type Node } from "../../../src/graph/graph.ts";
import { access, createArena } from "../../../src/plan/arena.ts";
import { parameterGradients, type GradientContext } from "../../../src/plan/layer/gradients.ts";
import type { ParameterPlace } from "../../../src/plan/parameters.ts";
import type { Access } from "../../../src/plan/plan.ts";
import { show } from "../tiny.ts";

const graph = createGraph();
const value = (name: string, width: number): Node => graph.add({ op: "input", name }, [], width, levels.step);
const [di, dg, x, h] = [value("di", 2), value("dg", 2), value("x", 3), value("h", 2)];

const arena = createArena(2, 3);
const deltas = arena.make("deltas", "tokens", 4);
const locations = new Map<Node, Access>([
  [di, access(deltas)],
  [dg, access(deltas, 2)],
  [x, access(arena.make("x", "tokens", 3))],
  [h, access(arena.make("h", "tokens", 2))],
]);
const indices = access(arena.make("indices", "tokens", 1, "integer"));

const place = (name: string, offset: number, shape: number[]): ParameterPlace => ({
  name,
  shape,
  offset,
  size: shape.reduce((a, b) => a * b, 1),
  trained: true,
  initial: { kind: "constant", value: 0 } as ParameterPlace["initial"],
  blocks: 1,
});
const places = new Map(
  [
    place("W", 0, [2, 3]),
    place("V", 6, [2, 3]),
    place("U", 12, [2, 2]),
    place("b", 16, [2]),
    place("c", 18, [2]),
    place("B", 20, [2, 1]),
  ].map((p) => [p.name, p]),
);

const matrix = (name: string, rows: Node, vector: Node, blocks = 1): MatrixGradient => ({
  kind: "matrix",
  name,
  blocks,
  rows,
  vector,
});
const vector = (name: string, delta: Node): VectorGradient => ({ kind: "vector", name, delta });

function kernels(
  gradients: readonly (MatrixGradient | VectorGradient)[],
  change: Partial<GradientContext> = {},
): string[] {
  const work = parameterGradients(gradients, {
    parameter: (name) => places.get(name) as ParameterPlace,
    into: arena.buffers.find((b) => b.name === "gradients") ?? arena.make("gradients", "once", 22),
    written: new Set(),
    locationOf: (node) => locations.get(node) as Access,
    indices: () => undefined,
    ...change,
  });
  return show(work, { places: [...places.values()], trained: 22, size: 22 });
}

test("neighbours with one vector and adjacent derivatives are one product", () => {
  expect(kernels([matrix("V", dg, x), matrix("W", di, x)])).toEqual([
    "outer [dW; dV] [4, 3] ← deltasᵀ · x over [T·B]",
  ]);
});

test("another vector, or derivatives elsewhere, are a product of their own", () => {
  expect(kernels([matrix("W", di, x), matrix("V", dg, x), matrix("U", di, h)])).toEqual([
    "outer [dW; dV] [4, 3] ← deltasᵀ · x over [T·B]",
    "outer dU [2, 2] ← deltasᵀ · h over [T·B]",
  ]);
  expect(kernels([matrix("W", dg, x), matrix("V", di, x)])).toHaveLength(2);
});

test("vectors are sums over tokens", () => {
  expect(kernels([vector("b", di), vector("c", dg)])).toEqual([
    "column sums [db; dc] [4] ← Σ deltas over [T·B]",
  ]);
});

test("with an index the derivatives are scattered", () => {
  const scattered = kernels([matrix("W", di, x)], { indices: (node) => (node === x ? indices : undefined) });
  expect(scattered).toEqual(["scatter dW [2, 3] ← deltas into columns indices, over [T·B]"]);
});

test("a block-diagonal matrix is a product per block", () => {
  expect(kernels([matrix("B", di, h, 2)])).toEqual([
    "outer dB [1, 1] ← deltasᵀ · h over [T·B]",
    "outer dB [1, 1] ← deltas+1ᵀ · h+1 over [T·B]",
  ]);
});

test("what is used twice is added to", () => {
  expect(kernels([matrix("U", di, h), matrix("U", dg, h)])).toEqual([
    "outer dU [2, 2] ← deltasᵀ · h over [T·B]",
    "outer dU [2, 2] +← deltas+2ᵀ · h over [T·B]",
  ]);
  const written = new Set(["b"]);
  expect(kernels([vector("b", di)], { written })).toEqual(["column sums db [2] +← Σ deltas over [T·B]"]);
});
