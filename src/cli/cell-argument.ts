// The cell that a person means: a name, a file of equations, or the equations themselves.
import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { suggestion } from "../base/nearest.ts";
import { cellOf } from "../cells/cell-of.ts";
import { cells, partsOfName } from "../cells/index.ts";
import { applyTransforms } from "../cells/transforms/index.ts";
import { readUtf8 } from "../formats/files.ts";
import type { Cell } from "../language/cell.ts";
import { parseCell } from "../language/equations.ts";

/** Help for arguments and options. */
export const cellHelp: string =
  "a cell's name, equations, or a file of equations; transforms may follow, as in lstm+zoneout";

/** A name of the list comes before a file of that name; what contains `=` before any transform is equations. */
export async function cellFromArgument(text: string): Promise<Cell> {
  const { name, transforms } = partsOfName(text);
  if (name.includes("=") || cells.some((cell) => cell.name === name)) return cellOf(text);
  const isPath = /[./\\]/u.test(name) || (await stat(name).catch(() => undefined)) !== undefined;
  if (isPath) {
    const cell = parseCell(basename(name, extname(name)), await readUtf8(name));
    return applyTransforms(cell, transforms);
  }
  const names = cells.map((cell) => cell.name);
  throw new Error(
    `there is no cell '${name}'${suggestion(name, names)} (the cells are ${names.join(", ")}; ` +
      "equations, or a file of equations, may be given instead)",
  );
}
