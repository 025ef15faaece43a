// Stacks: the names, widths and connections of their layers, and the errors. Their values are tested by `runner.test.ts`
// and the checks of the zoo.
import { expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { equations } from "../../src/language/equations.ts";
import { stack, type StackSettings } from "../../src/model/stack.ts";

const [lstm, gru] = [cellNamed("lstm"), cellNamed("gru")];
const summary = (settings: StackSettings) => {
  const { layers, output, width } = stack("x", 3, settings);
  return {
    layers: layers.map((l) => `${l.name}: ${l.cell.name} of ${JSON.stringify(l.inputs["x"])}`),
    output,
    width,
  };
};

test("cells in turn", () => {
  expect(summary({ cell: [lstm, gru], size: 5, dropout: 0.2 })).toEqual({
    layers: [
      'layer1: lstm of "x"',
      'dropout1: dropout of "layer1"',
      'layer2: gru of "dropout1"',
      'dropout2: dropout of "layer2"',
    ],
    output: "dropout2",
    width: 5,
  });
});

test("both directions side by side", () => {
  expect(summary({ cell: gru, size: 5, layers: 2, bidirectional: "concatenate" })).toEqual({
    layers: [
      'layer1: gru of "x"',
      'layer1-reverse: gru of "x"',
      'layer2: gru of ["layer1","layer1-reverse"]',
      'layer2-reverse: gru of ["layer1","layer1-reverse"]',
    ],
    output: ["layer2", "layer2-reverse"],
    width: 10,
  });
});

test("both directions added up, with highways", () => {
  const { layers, output, width } = summary({
    cell: gru,
    size: 5,
    layers: 2,
    bidirectional: "sum",
    connections: "highway",
  });
  expect(layers).toContain('layer2: gru+highway of "layer1-merged"');
  expect([output, width]).toEqual(["layer2-merged", 5]);
});

test("the recurrent layers are listed by depth, and their further inputs are connected", () => {
  const cell = equations("seeing")`
    h' = tanh(W x + U h + V v + b)
    input v per sequence
    width v = C
  `;
  const inputs = (depth: number): Record<string, string> => ({ v: `image${depth}` });
  const settings = { cell, size: 5, layers: 2, dropout: 0.2, sizes: { C: 4 }, inputs };
  const deep = stack("x", 3, settings);
  expect(deep.recurrent).toEqual([{ forward: "layer1" }, { forward: "layer2" }]);
  const wide = stack("x", 3, { ...settings, bidirectional: "average" });
  expect(wide.recurrent).toEqual([
    { forward: "layer1", reverse: "layer1-reverse" },
    { forward: "layer2", reverse: "layer2-reverse" },
  ]);
  expect(wide.layers.map(({ name, inputs: connected }) => [name, connected["v"]])).toEqual([
    ["layer1", "image1"],
    ["layer1-reverse", "image1"],
    ["layer1-merged", undefined],
    ["dropout1", undefined],
    ["layer2", "image2"],
    ["layer2-reverse", "image2"],
    ["layer2-merged", undefined],
    ["dropout2", undefined],
  ]);
});

test.each<[StackSettings, string]>([
  [{ cell: [lstm, gru], size: 5, layers: 3 }, "expected one cell, or 3 for 3 layers, got 2"],
  [{ cell: lstm, size: 5, dropout: 1 }, "dropout must be from 0 (none) to below 1, got 1"],
  [
    { cell: lstm, size: 5, layers: 2, connections: "residual", bidirectional: "concatenate" },
    "lstm+residual: requires I = H, but I is 10 and H is 5; use one size for both",
  ],
])("%j is refused", (settings, message) => {
  expect(() => stack("x", 3, settings)).toThrow(message);
});
