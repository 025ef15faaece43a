import { expect, test } from "vitest";
import { cellNamed, cells } from "../../src/cells/index.ts";
import { parseCell } from "../../src/ir/equations.ts";
import { printCell } from "../../src/ir/print.ts";

test("every cell has a name of its own, and is found by it", () => {
  for (const cell of cells) expect(cellNamed(cell.name)).toBe(cell);
  expect(new Set(cells.map((cell) => cell.name)).size).toBe(cells.length);
});

test("a cell that is not there is an error with the nearest and all names", () => {
  expect(() => cellNamed("gur")).toThrowErrorMatchingInlineSnapshot(
    `[Error: there is no cell 'gur'; did you mean 'gru'? (the cells are elman, elman-sigmoid, lstm, gru, gru-reset-before)]`,
  );
  expect(() => cellNamed("transformer")).toThrowErrorMatchingInlineSnapshot(
    `[Error: there is no cell 'transformer' (the cells are elman, elman-sigmoid, lstm, gru, gru-reset-before)]`,
  );
});

test("a cell's text gives the cell back", () => {
  for (const cell of cells) expect(parseCell(cell.name, cell.text)).toEqual(cell);
});

test("parameters stand in the libraries' order, W before U before b", () => {
  const parameters = cells.map((cell) => `${cell.name}: ${cell.parameters.map((p) => p.name).join(" ")}`);
  expect(parameters).toMatchInlineSnapshot(`
    [
      "elman: W U b",
      "elman-sigmoid: W U b",
      "lstm: Wi Ui bi Wf Uf bf Wg Ug bg Wo Uo bo",
      "gru: Wr Ur br Wz Uz bz Wn bn Un cn",
      "gru-reset-before: Wz Uz bz Wr Ur br Wn Un bn",
    ]
  `);
});

test("only the forget gate's bias does not start at zero", () => {
  const biases = cells.flatMap((c) =>
    c.parameters.filter((p) => p.kind === "vector").map((p) => [c.name, p] as const),
  );
  const started = biases.filter(([, p]) => p.initial.kind !== "constant" || p.initial.value !== 0);
  expect(started.map(([cell, p]) => [cell, p.name, p.initial])).toEqual([
    ["lstm", "bf", { kind: "constant", value: 1 }],
  ]);
});

test("cells print as they are written", () => {
  expect(printCell(cellNamed("gru"))).toMatchInlineSnapshot(`
    "r = σ(Wr x + Ur h + br) # reset
    z = σ(Wz x + Uz h + bz) # update
    n = tanh(Wn x + bn + r ⊙ (Un h + cn)) # candidate
    h' = (1 - z) ⊙ n + z ⊙ h"
  `);
});
