// Values saved for the backward pass make room for what is computed from them. That the numbers stay right is shown in
// test/proof/plan.test.ts.
import { expect, test } from "vitest";
import { access, createArena } from "../../src/plan/arena.ts";
import { reuseMemory, type Reuse } from "../../src/plan/reuse.ts";
import type { Buffer, Kernel, Loop } from "../../src/plan/plan.ts";
import { copy, loop, namesOf } from "./tiny.ts";
import { cellNamed } from "../../src/cells/index.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Plan } from "../../src/plan/plan.ts";

const H = 16;

function planOf(cell: string, keep: readonly string[] = [], layers = 1): Plan {
  const network = languageModel({ vocabulary: 7, cell: cellNamed(cell), size: H, layers });
  return buildPlan(network, { mode: "train", rows: 3, steps: 4, keep });
}

/** Values that a layer keeps for every token, in widths of H. */
const keptWidths = ({ buffers }: Plan, layer = "layer1"): number =>
  buffers.filter((b) => b.extent === "tokens" && b.name.startsWith(layer)).reduce((n, b) => n + b.width, 0) /
  H;

test("four derivatives overwrite four saved values", () => {
  // Of i, f, g, o and tanh(c') one has a buffer of its own; the others share one with the derivatives of the gates. And h.
  expect(keptWidths(planOf("lstm"))).toBe(6);
});

test("gates of an upper layer overwrite their arguments", () => {
  // As above, and the derivative by the layer's input; `W x` of all steps has no buffer of its own.
  expect(keptWidths(planOf("lstm", [], 2), "layer2")).toBe(7);
});

test("a value that a second kernel reads is not overwritten", () => {
  // δ of r, z and the recurrent product, δ of n; z, which is also read after the product, and h.
  expect(keptWidths(planOf("gru"))).toBe(6);
});

test("a kept quantity is not overwritten", () => {
  const keep = ["layer1.i", "layer1.f", "layer1.g", "layer1.o"];
  const plan = planOf("lstm", keep);
  for (const name of keep) expect(plan.buffers.find((b) => b.name === name)?.width).toBe(H);
  expect(keptWidths(plan)).toBe(9);
});

test("buffers are numbered in their order", () => {
  const { buffers } = planOf("lstm");
  expect(buffers.map((b) => b.id)).toEqual([...buffers.keys()]);
});

const arena = createArena(2, 3);
const [x, a, b, c] = ["x", "a", "b", "c"].map((name) => arena.make(name, "tokens", 4)) as [
  Buffer,
  Buffer,
  Buffer,
  Buffer,
];
const narrow = arena.make("narrow", "tokens", 2);
const step = (from: Buffer, into: Buffer, width = 4): Kernel =>
  copy(access(from), access(into), width, "step");
const all = (from: Buffer, into: Buffer, width = 4): Kernel => copy(access(from), access(into), width);
const reuse = (forward: readonly (Kernel | Loop)[], backward: readonly (Kernel | Loop)[] = []): Reuse =>
  reuseMemory(forward, backward, (buffer) => buffer !== x && buffer !== c);

test("a result overwrites a value that is read for the last time", () => {
  const { forward, freed } = reuse([all(x, a), all(a, b)]);
  expect(namesOf(freed)).toEqual(["a"]);
  expect(forward).toEqual([all(x, b), all(b, b)]);
});

test.each([
  ["is read again later", [all(x, a), all(a, b), all(a, narrow, 2)], []],
  ["is read by the backward pass", [all(x, a), all(a, b)], [all(a, c)]],
  ["has another width than the result", [all(x, a), all(a, narrow, 2)], []],
  ["the caller can read", [all(x, c), all(c, b)], []],
  ["the caller has written", [all(x, b)], []],
  ["is read beside columns that are already overwritten", [all(x, a), copy(access(a), access(b, 1), 3)], []],
])("a value that %s is not overwritten", (_, forward, backward) => {
  const result = reuse(forward, backward);
  expect(result).toEqual({ forward, backward, freed: [] });
});

test("a derivative overwrites the value that was saved for it", () => {
  const { forward, backward, freed } = reuse([all(x, a)], [loop("backward", step(a, b)), all(b, c)]);
  expect(namesOf(freed)).toEqual(["a"]);
  expect(forward).toEqual([all(x, b)]);
  expect(backward).toEqual([loop("backward", step(b, b)), all(b, c)]);
});

test("a saved value that two kernels read is not overwritten", () => {
  const backward = [loop("backward", step(a, b), step(a, c))];
  expect(reuse([all(x, a)], backward).freed).toEqual([]);
});
