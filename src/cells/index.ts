// The list of cells by name. Adding one costs its file and a line here.
import type { Cell } from "../ir/cell.ts";
import { suggestion } from "../ir/nearest.ts";
import { elman, elmanSigmoid } from "./elman.ts";
import { gruResetBefore } from "./gru-reset-before.ts";
import { gru } from "./gru.ts";
import { lstm } from "./lstm.ts";

export const cells: readonly Cell[] = [elman, elmanSigmoid, lstm, gru, gruResetBefore];

/** The cell of this name; an error that lists the names if there is none. */
export function cellNamed(name: string): Cell {
  const found = cells.find((cell) => cell.name === name);
  if (found) return found;
  const names = cells.map((cell) => cell.name);
  throw new Error(`there is no cell '${name}'${suggestion(name, names)} (the cells are ${names.join(", ")})`);
}
