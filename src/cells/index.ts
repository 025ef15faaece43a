// The cells by name, with the transforms of their equations. Adding a cell costs its file and a line in `list.ts`.
import type { Cell } from "../language/cell.ts";
import { suggestion } from "../base/nearest.ts";
import * as list from "./list.ts";
import { transformed } from "./transforms/index.ts";

export const cells: readonly Cell[] = Object.values(list);

/**
 * The cell of this name, which transforms may follow: `lstm`, `lstm+layer-norm+zoneout:c=0.5,h=0.05`. An error that
 * lists the names if there is none.
 */
export function cellNamed(text: string): Cell {
  const { name, transforms } = partsOfName(text);
  const found = cells.find((cell) => cell.name === name);
  if (found) return transformed(found, transforms);
  const names = cells.map((cell) => cell.name);
  throw new Error(`there is no cell '${name}'${suggestion(name, names)} (the cells are ${names.join(", ")})`);
}

/** A name, and the transforms that follow it. */
export function partsOfName(text: string): { readonly name: string; readonly transforms: readonly string[] } {
  const [name = "", ...transforms] = text.split(/\+(?=[a-z])/u);
  return { name, transforms };
}
