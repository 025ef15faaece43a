import { expect, test } from "vitest";
import type { Cell } from "../../../src/language/cell.ts";
import { equations } from "../../../src/language/equations.ts";
import { allocateBuffers } from "../../../src/plan/layer/allocate-buffers.ts";
import { analyseLayer } from "../../../src/plan/layer/analysis.ts";
import { barrierKernels, type RowsOver } from "../../../src/plan/layer/barrier-kernels.ts";
import type { Node } from "../../../src/graph/graph.ts";
import { elman, layerOf, show, type LayerOptions } from "../tiny.ts";

/** The kernels of a layer's barriers of one operation, as text. */
function shown(cell: Cell, op: Node["op"], over: RowsOver, options?: LayerOptions): string[] {
  const layer = layerOf(cell, options);
  const analysis = analyseLayer(layer);
  const buffers = allocateBuffers(layer, analysis);
  const barriers = analysis.barriers.filter((b) => b.op === op);
  return barriers.flatMap((b) => show(barrierKernels(b, "forward", over, buffers), layer.layout));
}

test("a product reads its argument where it is", () => {
  expect(shown(elman, "product", "tokens", { training: false })).toEqual([
    "matmul tiny/0 [T·B, 2] ← x [T·B, 3] · Wᵀ [3, 2]",
    "matmul tiny/1 [T·B, 2] ← tiny.h [T·B, 2] · Uᵀ [2, 2]",
  ]);
});

test("its derivative is the transposed product", () => {
  expect(shown(elman, "transposedProduct", "step")).toEqual([
    "matmul tiny/2 [B, 2] ← tiny/5 [B, 2] · U [2, 2]",
    "matmul tiny/3 [B, 3] ← tiny/5 [B, 2] · W [2, 3]",
  ]);
});

test("matrices on one vector are one product", () => {
  const gates = equations("gates")`
    i  = σ(W x)
    h' = i ⊙ (V x)
  `;
  expect(shown(gates, "product", "tokens", { training: false })).toEqual([
    "matmul tiny/0 [T·B, 4] ← x [T·B, 3] · [W; V]ᵀ [3, 4]",
  ]);
});

test("the product with an index gathers columns", () => {
  expect(shown(elman, "product", "step", { training: false, index: true })[0]).toBe(
    "gather tiny/0 [B, 2] ← columns of W [2, 3] at x",
  );
});

test("a block-diagonal matrix is a product per block", () => {
  const blocked = equations("blocked")`
    h' = tanh(U h)
    blocks U = 2
  `;
  expect(shown(blocked, "product", "step", { training: false, sizes: { H: 6 } })).toEqual([
    "matmul tiny/0 [B, 3] ← tiny.h [B, 3] · Uᵀ [3, 3]",
    "matmul tiny/0+3 [B, 3] ← tiny.h+3 [B, 3] · Uᵀ [3, 3]",
  ]);
});

test("derivatives by what a sequence has are sums over its steps", () => {
  const conditioned = equations("conditioned")`
    h' = tanh(V v)
    input v per sequence
  `;
  const kernels = shown(conditioned, "sumSteps", "rows", { sizes: { I: 3, H: 2 } });
  expect(kernels).toHaveLength(1);
  expect(kernels[0]).toMatch(/^step sums tiny\/\d+ \[B, 2\] ← Σ over steps of tiny\/\d+$/u);
});

test.each([
  ["step", ["pick tiny.y [T·B, 2] ← x [3] at k"]],
  ["sequence", ["at each step, from the first to the last", "pick tiny.y [B, 2] ← x [3] at k"]],
] as const)("elements are selected by indices per %s", (period, expected) => {
  const picking = equations("picking")`
    y = pick(x, k)
    output y
    width y = 2
    input k per ${period}
    width k = 2
  `;
  const kernels = shown(picking, "gather", "tokens", { training: false });
  expect(kernels.map((line) => line.replace("tiny/0", "tiny.y"))).toEqual(expected);
});
