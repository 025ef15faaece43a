// Layers on top of each other: their names, widths and connections, and what is said of settings that cannot be. That
// they compute what they should stands in `runner.test.ts` and in the check of everything.
import { expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
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

test.each<[StackSettings, string]>([
  [{ cell: [lstm, gru], size: 5, layers: 3 }, "expected one cell, or 3 for 3 layers, got 2"],
  [{ cell: lstm, size: 5, dropout: 1 }, "dropout must be from 0 (none) to below 1, not 1"],
  [
    { cell: lstm, size: 5, layers: 2, connections: "residual", bidirectional: "concatenate" },
    "lstm+residual: requires I = H, but I is 10 and H is 5; give both one size",
  ],
])("%j is refused", (settings, message) => {
  expect(() => stack("x", 3, settings)).toThrow(message);
});
