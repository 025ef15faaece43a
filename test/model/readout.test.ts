// `readoutOf`: the layer that a loss reads, for every kind of head and of loss.
import { expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { equations } from "../../src/language/equations.ts";
import { planHead, type Head } from "../../src/model/head.ts";
import { readoutOf } from "../../src/model/readout.ts";
import { languageModel } from "../../src/model/language-model.ts";
import type { NetworkLayer } from "../../src/plan/network.ts";

const heads: readonly Head[] = [
  { kind: "classes", classes: 5 },
  { kind: "classes", classes: 5, smoothing: 0.1 },
  { kind: "sigmoids", width: 4 },
  { kind: "squared-error", width: 2 },
  { kind: "absolute-error", width: 2 },
  { kind: "huber", width: 2, delta: 0.5 },
  { kind: "gaussian", width: 2 },
  { kind: "mixture-density", width: 2, components: 3 },
  { kind: "quantiles", width: 2, levels: [0.1, 0.5, 0.9] },
  { kind: "ctc", classes: 5, labels: 3 },
];

test.each(heads)("$kind", (head) => {
  const { layers, loss, readout } = planHead("x", 3, head);
  expect(readoutOf({ layers, loss })).toBe(readout);
  expect(layers.map((layer) => layer.name)).toContain(readout);
});

test("a language model, tied or not", () => {
  const settings = { vocabulary: 7, cell: cellNamed("gru"), size: 5, embedding: 5 };
  expect(readoutOf(languageModel(settings))).toBe("readout");
  expect(readoutOf(languageModel({ ...settings, tied: true }))).toBe("readout");
});

const sum = equations("sum")`
  l = sum(a ⊙ b)
  output l
  input a, b per step
`;
const layer = (name: string, inputs: NetworkLayer["inputs"], cell = sum): NetworkLayer => {
  return { name, cell, sizes: { H: 2 }, inputs };
};

test("a loss that the caller computes", () => {
  const layers = [layer("last", { a: "x", b: "x" })];
  expect(readoutOf({ layers, loss: { kind: "given", of: "last" } })).toBe("last");
});

test("a loss layer that reads one layer twice, or in parts, has one readout", () => {
  const part = { of: "last", from: 0, width: 1 };
  const layers = [layer("last", { a: "x", b: "x" }), layer("loss", { a: ["last", part], b: "last" })];
  expect(readoutOf({ layers, loss: { kind: "mean", of: "loss" } })).toBe("last");
});

test.each<[NetworkLayer["inputs"], string]>([
  [{ a: "x", b: "t" }, "expected the loss layer 'loss' to read one layer, its readout, got none"],
  [{ a: "one", b: "two" }, "expected the loss layer 'loss' to read one layer, its readout, got one, two"],
])("a loss layer that reads %j is refused", (inputs, message) => {
  const layers = [layer("one", { a: "x", b: "x" }), layer("two", { a: "x", b: "x" }), layer("loss", inputs)];
  expect(() => readoutOf({ layers, loss: { kind: "mean", of: "loss" } })).toThrow(message);
});
