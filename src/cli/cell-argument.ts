// The cell that a person means: a name, a file of equations, or the equations themselves.
import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { cells } from "../cells/index.ts";
import type { Cell } from "../ir/cell.ts";
import { parseCell } from "../ir/equations.ts";
import { suggestion } from "../ir/nearest.ts";
import { readBytes } from "../io/files.ts";
import { InputError } from "./failure.ts";

/** Words for help texts. */
export const cellHelp = "a cell's name, a file of equations, or equations: \"h' = tanh(W x + U h + b)\"";

/** What contains `=` is equations; a name of the list comes before a file of that name. */
export async function cellFromArgument(argument: string): Promise<Cell> {
  if (argument.includes("=")) return parseCell("equations", argument);
  const known = cells.find((cell) => cell.name === argument);
  if (known) return known;
  const isPath = /[./\\]/u.test(argument);
  const found = await stat(argument).catch(() => undefined);
  if (isPath || found) return parseCell(basename(argument, extname(argument)), await readEquations(argument));
  const names = cells.map((cell) => cell.name);
  throw new InputError(
    `there is no cell '${argument}'${suggestion(argument, names)} (the cells are ${names.join(", ")}; ` +
      `a file of equations or the equations themselves will do, too)`,
  );
}

async function readEquations(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(
      `${path} is not text in UTF-8, so it holds no equations; give a file such as my.cell`,
    );
  }
}
