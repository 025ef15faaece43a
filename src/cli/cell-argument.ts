// The cell that a person means: a name, a file of equations, or the equations themselves.
import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { cells, partsOfName } from "../cells/index.ts";
import { applyTransforms, transforms } from "../cells/transforms/index.ts";
import type { Cell } from "../language/cell.ts";
import { parseCell } from "../language/equations.ts";
import { suggestion } from "../base/nearest.ts";
import { readUtf8 } from "../formats/files.ts";
import { InputError } from "./failure.ts";

/** Words for help texts. */
export const cellHelp: string =
  "a cell's name, a file of equations, or equations: \"h' = tanh(W x + U h + b)\"; " +
  "transforms may follow: lstm+layer-norm";

/** What contains `=` before any transform is equations; a name of the list comes before a file of that name. */
export async function cellFromArgument(text: string): Promise<Cell> {
  const { name, transforms: given } = partsOfName(text);
  if (!name.includes("=")) return applyTransforms(await cellOrFile(name), given);
  // Of equations only what ends in names of transforms has any: `W x+b` is a sum.
  const isTransform = (part: string): boolean => transforms.some((t) => t.name === part.split(":")[0]);
  const first = given.length - [...given].reverse().findIndex((part) => !isTransform(part));
  const own = first > given.length ? given : given.slice(first);
  const equations = own.length === 0 ? text : text.slice(0, text.length - own.join("+").length - 1);
  return applyTransforms(parseCell("equations", equations), own);
}

async function cellOrFile(argument: string): Promise<Cell> {
  const known = cells.find((cell) => cell.name === argument);
  if (known) return known;
  const isPath = /[./\\]/u.test(argument);
  const found = await stat(argument).catch(() => undefined);
  if (isPath || found) return parseCell(basename(argument, extname(argument)), await readUtf8(argument));
  const names = cells.map((cell) => cell.name);
  throw new InputError(
    `there is no cell '${argument}'${suggestion(argument, names)} (the cells are ${names.join(", ")}; ` +
      `a file of equations or the equations themselves will do, too)`,
  );
}
