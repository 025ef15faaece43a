// A residual connection around a layer: its input is added to its output. He et al. 2015, arXiv:1512.03385v1; between
// recurrent layers Wu et al. 2016, arXiv:1609.08144v2.
import type { Cell, Width } from "../../language/cell.ts";
import { call, freshName, local, read, requireCell, rewrite } from "./rewrite.ts";

/**
 * `y = output + x`; states are unchanged. The layer's input must be as wide as its output. Throws for a cell without an
 * input x.
 */
export function residual(cell: Cell): Cell {
  requireCell("residual", cell);
  const name = freshName(cell, "y");
  const { output, width } = outputOf(cell);
  const equations = [...cell.equations, local(name, call("add", output, read("x")))];
  return rewrite(cell, "residual", {
    equations,
    locals: [...cell.locals, { name, width }],
    output: name,
    requires: requiringInput(cell, width),
  });
}

/** The output of a cell, as a later equation reads it, and its width. */
export function outputOf(cell: Cell): { readonly output: ReturnType<typeof read>; readonly width: Width } {
  const state = cell.states.find((s) => s.name === cell.output);
  const named = state ?? cell.locals.find((l) => l.name === cell.output);
  return { output: read(cell.output, state !== undefined), width: named?.width ?? "H" };
}

/** The cell's `requires` clauses, and one that makes its input this wide. Throws for a cell without an input x. */
export function requiringInput(cell: Cell, width: Width): Cell["requires"] {
  if (!cell.inputs.some((i) => i.name === "x")) {
    throw new Error(`${cell.name} has no input x, so it cannot have a connection around it`);
  }
  const isRequired =
    width === "I" || cell.requires.some((pair) => pair.includes("I") && pair.includes(width));
  return isRequired ? cell.requires : [...cell.requires, ["I", width]];
}
