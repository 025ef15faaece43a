// The cells by name, with the transforms of their equations. A new cell takes its file and a line in `list.ts`.
import type { Cell } from "../language/cell.ts";
import { suggestion } from "../base/nearest.ts";
import * as list from "./list.ts";
import { applyTransforms } from "./transforms/index.ts";

/** All cells of the package, in the order of their names. */
export const cells: readonly Cell[] = Object.values(list);

/**
 * The cell of this name, which transforms may follow: `lstm`, `lstm+layer-norm+zoneout:c=0.5,h=0.05`. Throws for an
 * unknown name, listing the names.
 */
export function cellNamed(text: string): Cell {
  const { name, transforms } = partsOfName(text);
  const plain = cells.find((cell) => cell.name === name);
  if (plain) return applyTransforms(plain, transforms);
  const names = cells.map((cell) => cell.name);
  throw new Error(`there is no cell '${name}'${suggestion(name, names)} (the cells are ${names.join(", ")})`);
}

/** Splits a text into a name and the transforms that follow it. */
export function partsOfName(text: string): { readonly name: string; readonly transforms: readonly string[] } {
  const [name = "", ...transforms] = text.split(/\+(?=[a-z])/u);
  return { name, transforms };
}
