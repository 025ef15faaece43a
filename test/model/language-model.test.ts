// The network of a language model, and the errors for bad settings.
import { describe, expect, it } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { equations } from "../../src/language/equations.ts";
import { languageModel, type LanguageModelSettings } from "../../src/model/language-model.ts";
import { parameterLayout } from "../../src/plan/build.ts";

const lstm = cellNamed("lstm");
const model = (more: Partial<LanguageModelSettings> = {}) =>
  languageModel({ vocabulary: 65, cell: lstm, size: 128, ...more });

describe("language model", () => {
  it("has a parameter for every name in the equations", () => {
    const count = 4 * 128 * (65 + 128 + 1) + 65 * (128 + 1);
    expect(parameterLayout(model()).size).toBe(count);
  });

  it("joins embedding, layers and dropout in this order", () => {
    const { layers } = model({ embedding: 16, layers: 2, dropout: 0.5 });
    expect(layers.map(({ name, sizes, inputs }) => [name, sizes["I"], sizes["H"], inputs["x"]])).toEqual([
      ["embedding", 65, 16, "symbols"],
      ["layer1", 16, 128, "embedding"],
      ["dropout1", 128, 128, "layer1"],
      ["layer2", 128, 128, "dropout1"],
      ["dropout2", 128, 128, "layer2"],
      ["readout", 128, 65, "dropout2"],
    ]);
  });

  it("puts the connection around each layer but the first", () => {
    const { layers } = model({ layers: 3, connections: "residual" });
    expect(layers.map(({ cell }) => cell.name)).toEqual([
      "lstm",
      "lstm+residual",
      "lstm+residual",
      "readout",
    ]);
  });

  it("names the embedding that a cell with I = H needs", () => {
    expect(() => model({ cell: cellNamed("mut1") })).toThrow(
      "language model: mut1 needs an input as wide as the layer (requires I = H), so embedding must be 128, got 0",
    );
    expect(() => model({ cell: cellNamed("sru"), embedding: 64 })).toThrow(
      "so embedding must be 128, got 64",
    );
    expect(model({ cell: cellNamed("mut1"), embedding: 128, layers: 2 }).layers).toHaveLength(4);
  });

  it("takes the width of a cell's output, and further sizes", () => {
    const projected = equations("projected")`
      s' = tanh(W x + U r + b)
      r' = R s'
      width r = P
      output r
    `;
    const { layers } = model({ cell: projected, layers: 2, sizes: { P: 10 } });
    expect(layers.map(({ sizes }) => sizes["I"])).toEqual([65, 10, 10]);
  });

  it.each([
    [{ size: 0 }, "language model: size must be a whole number, 1 or more, got 0"],
    [{ size: 1.5 }, "language model: size must be a whole number, 1 or more, got 1.5"],
    [{ size: NaN }, "language model: size must be a whole number, 1 or more, got NaN"],
    [{ layers: 0 }, "language model: layers must be a whole number, from 1 to 1000, got 0"],
    [{ layers: 1e9 }, "language model: layers must be a whole number, from 1 to 1000, got 1000000000"],
    [{ embedding: -1 }, "language model: embedding must be a whole number, 0 or more, got -1"],
    [{ vocabulary: 1 }, "language model: vocabulary must be a whole number, 2 or more, got 1"],
    [{ dropout: 1 }, "dropout must be from 0 (none) to below 1, got 1"],
    [{ dropout: NaN }, "dropout must be from 0 (none) to below 1, got NaN"],
    [
      { cell: equations("two")`h' = tanh(W x + V v)${"\ninput v per step"}` },
      "two must have x as its only input, got 'v' as well",
    ],
    [{ cell: equations("deaf")`h' = tanh(U h + b)` }, "deaf never reads its input x; add it, as in 'W x'"],
  ])("refuses %o", (settings, message) => {
    expect(() => model(settings)).toThrow(message);
  });
});
