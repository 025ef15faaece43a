// The cells by name. Adding one costs its file and a line in `list.ts`.
import type { Cell } from "../ir/cell.ts";
import { suggestion } from "../ir/nearest.ts";
import * as list from "./list.ts";

export const cells: readonly Cell[] = Object.values(list);

/** The cell of this name; an error that lists the names if there is none. */
export function cellNamed(name: string): Cell {
  const found = cells.find((cell) => cell.name === name);
  if (found) return found;
  const names = cells.map((cell) => cell.name);
  throw new Error(`there is no cell '${name}'${suggestion(name, names)} (the cells are ${names.join(", ")})`);
}
