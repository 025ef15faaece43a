import { expect, test } from "vitest";
import { cellNamed, cells } from "../../src/cells/index.ts";
import { parseCell } from "../../src/language/equations.ts";
import { printCell } from "../../src/language/print.ts";

test("every cell has a unique name, which finds it", () => {
  for (const cell of cells) expect(cellNamed(cell.name)).toBe(cell);
  expect(new Set(cells.map((cell) => cell.name)).size).toBe(cells.length);
});

test("a cell that is not there is an error with the nearest and all names", () => {
  const names = cells.map((cell) => cell.name).join(", ");
  expect(() => cellNamed("gur")).toThrow(
    `there is no cell 'gur'; did you mean 'gru'? (the cells are ${names})`,
  );
  expect(() => cellNamed("transformer")).toThrow(`there is no cell 'transformer' (the cells are ${names})`);
});

test("every cell names its source", () => {
  for (const { name, about } of cells) expect(about, name).toMatch(/^[A-Za-z].*\b(19|20)\d\d\b/u);
});

test("a cell's text reads back as the same cell", () => {
  for (const cell of cells) expect(parseCell(cell.name, cell.text)).toEqual(cell);
});

test("parameters are in the order of the libraries, W before U before b", () => {
  const orderOf = (name: string): string =>
    cellNamed(name)
      .parameters.map((p) => p.name)
      .join(" ");
  expect(orderOf("elman")).toBe("W U b");
  expect(orderOf("lstm")).toBe("Wi Ui bi Wf Uf bf Wg Ug bg Wo Uo bo");
  expect(orderOf("gru")).toBe("Wr Ur br Wz Uz bz Wn bn Un cn");
  expect(orderOf("gru-reset-before")).toBe("Wz Uz bz Wr Ur br Wn Un bn");
});

test("the forget gate's bias is initially 1 where the paper or the libraries have it so", () => {
  const start = (name: string) => cellNamed(name).parameters.find((p) => p.name === "bf")?.initial;
  for (const name of ["lstm", "lstm-peephole", "lstm-projected", "jozefowicz-lstm-b"]) {
    expect(start(name), name).toEqual({ kind: "constant", value: 1 });
  }
  for (const name of ["lstm-forget", "jozefowicz-lstm"]) {
    expect(start(name), name).toEqual({ kind: "constant", value: 0 });
  }
});

test("cells print as they are written", () => {
  expect(printCell(cellNamed("gru"))).toMatchInlineSnapshot(`
    "# Gated recurrent unit, reset after the recurrent product, as cuDNN and PyTorch compute it: Cho et al.
    # 2014, arXiv:1406.1078v1. The gates in PyTorch's order; cn is the bias of the product that is reset.
    r = σ(Wr x + Ur h + br) # reset
    z = σ(Wz x + Uz h + bz) # update
    n = tanh(Wn x + bn + r ⊙ (Un h + cn)) # candidate
    h' = (1 - z) ⊙ n + z ⊙ h"
  `);
});
