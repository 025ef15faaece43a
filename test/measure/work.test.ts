// The operations counted from the equations must be those of the formula.
import { expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { equations } from "../../src/language/equations.ts";
import type { Cell } from "../../src/language/cell.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { forwardWork, trainingWork } from "../../src/measure/work.ts";

const V = 65;
const training = (cell: Cell, H: number, L: number, tokens: number): number =>
  trainingWork(languageModel({ vocabulary: V, cell, size: H, layers: L }), tokens);

test.each([
  { name: "lstm", g: 4 },
  { name: "gru", g: 3 },
  { name: "elman", g: 1 },
])("a training step of $name with $g products a layer", ({ name, g }) => {
  const cell = cellNamed(name);
  for (const [H, L, B, T] of [
    [128, 1, 32, 50],
    [512, 2, 64, 64],
    [7, 3, 5, 11],
  ] as const) {
    const formula = 3 * (2 * B * T * g * H * H * (2 * L - 1) + 2 * B * T * H * V);
    expect(training(cell, H, L, B * T)).toBe(formula);
  }
});

test("a forward pass is a third of it", () => {
  const network = languageModel({ vocabulary: V, cell: cellNamed("lstm"), size: 8 });
  expect(3 * forwardWork(network, 10)).toBe(trainingWork(network, 10));
});

test("products with the input, with a state and with a local count as they stand in the equations", () => {
  const H = 6;
  // A product with h, one with a value made from it, and one with x.
  const cell = equations("mine")`
    r  = σ(U h + b)
    h' = tanh(W x + R (r ⊙ h))
  `;
  const readout = 2 * H * V;
  expect(training(cell, H, 1, 1)).toBe(3 * (2 * 2 * H * H + readout));
  expect(training(cell, H, 2, 1)).toBe(3 * (2 * (2 + 3) * H * H + readout));
});

test("a matrix used twice counts twice, also transposed; of a block-diagonal one only the blocks count", () => {
  const H = 6;
  const twice = equations("twice")`
    r  = tanh(U h + W x)
    h' = tanh(Uᵀ r)
  `;
  expect(training(twice, H, 1, 1)).toBe(3 * (2 * 2 * H * H + 2 * H * V));
  const blocks = equations("heads")`
    h' = tanh(W x + R h)
    blocks R = 3
  `;
  expect(training(blocks, H, 1, 1)).toBe(3 * ((2 * H * H) / 3 + 2 * H * V));
});

test("an embedding's products select, those after it do not", () => {
  const [H, E] = [5, 3];
  const network = languageModel({ vocabulary: V, cell: cellNamed("elman"), size: H, embedding: E });
  expect(forwardWork(network, 1)).toBe(2 * (H * E + H * H + H * V));
});
