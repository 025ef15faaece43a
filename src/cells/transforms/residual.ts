// What goes around a layer: its input is added to what it hands on. He et al. 2015, arXiv:1512.03385v1, and between
// recurrent layers Wu et al. 2016, arXiv:1609.08144v2.
import type { Cell, Width } from "../../language/cell.ts";
import { call, freshName, local, read, rewritten } from "./rewrite.ts";

/** Touches no state. The layer's input must be as wide as its output. */
export function residual(cell: Cell): Cell {
  const name = freshName(cell, "y");
  const { output, width } = outputOf(cell);
  const equations = [...cell.equations, local(name, call("add", output, read("x")))];
  return rewritten(cell, "residual", {
    equations,
    locals: [...cell.locals, { name, width }],
    output: name,
    requires: withEqual(cell, width),
  });
}

/** What a cell hands on, as it is read in a later equation. */
export function outputOf(cell: Cell): { readonly output: ReturnType<typeof read>; readonly width: Width } {
  const state = cell.states.find((s) => s.name === cell.output);
  const found = state ?? cell.locals.find((l) => l.name === cell.output);
  return { output: read(cell.output, state !== undefined), width: found?.width ?? "H" };
}

/** The input must be so wide. */
export function withEqual(cell: Cell, width: Width): Cell["requires"] {
  if (!cell.inputs.some((i) => i.name === "x")) {
    throw new Error(`${cell.name} does not read an input x, so nothing can go around it`);
  }
  const isThere = width === "I" || cell.requires.some((pair) => pair.includes("I") && pair.includes(width));
  return isThere ? cell.requires : [...cell.requires, ["I", width]];
}
