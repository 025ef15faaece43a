// Sequences from a column of a table, or from the lines of a text file.
import { extname } from "node:path";
import { parseJson } from "../../base/json.ts";
import {
  column,
  isMissing,
  numberOf as numberOfText,
  placeOf,
  showCell,
  type Cell,
  type Column,
  type Table,
} from "../../formats/table.ts";
import { readLines } from "../../formats/files.ts";
import { readTableFile } from "../../formats/table-file.ts";
import { chooseColumn } from "./columns.ts";

/** Text, or the numbers of each step. */
export type ReadSequence = string | number[] | number[][];

/** The column of a table of sequences. */
export interface SequenceColumns {
  /** The column of texts. Default `text`, or the only one there is; lists of numbers in it are series. */
  readonly text?: string | undefined;
  /** The column of series, instead of texts: numbers with spaces or commas between them, or lists in JSON. */
  readonly series?: string | undefined;
}

/** A sequence read from a file. */
export interface PlacedSequence {
  readonly value: ReadSequence;
  /** File and line, or row. */
  readonly place: string;
}

/**
 * Reads sequences to classify: the lines of a text file (.txt), or a column of a table. Throws for a missing column or
 * cell, and for wrong numbers, by file and line.
 */
export async function readSequences(path: string, columns: SequenceColumns = {}): Promise<PlacedSequence[]> {
  if (extname(path).toLowerCase() === ".txt") {
    return (await readLines(path)).map(({ text, place }) => ({ value: text.trim(), place }));
  }
  const table = await readTableFile(path);
  return sequencesOf(table, chooseSequences(table, columns));
}

/**
 * The column that is named, or else the one of the usual name, or the only one besides those taken. Lists of numbers in a column
 * that nobody calls texts are series.
 */
export function chooseSequences(
  table: Table,
  { text, series }: SequenceColumns,
  taken: readonly string[] = [],
): { readonly text: string } | { readonly series: string } {
  if (series !== undefined) return { series: chooseColumn(table, { name: series, usual: "series" }) };
  const free = table.columns.filter(({ name }) => !taken.includes(name));
  const areLists = ({ cells }: Column): boolean =>
    cells.length > 0 && cells.every((cell) => typeof cell === "string" && /^\s*\[\s*[[\d+.-]/u.test(cell));
  const lists = text === undefined ? free.filter(areLists) : [];
  const hasText = free.some(({ name, cells }) => name === "text" && !areLists({ name, cells }));
  if (lists.length > 0 && !hasText)
    return { series: chooseColumn(table, { name: undefined, usual: "series", taken, fits: areLists }) };
  return { text: chooseColumn(table, { name: text, usual: "text", taken }) };
}

/** The texts of a column. Throws at an empty cell, with its place. */
export function textColumn(table: Table, name: string): string[] {
  return column(table, name).cells.map((cell, i) => {
    // A text may say "null" or "NA"; only nothing at all is missing.
    if (cell !== null && String(cell).trim() !== "") return String(cell);
    throw new Error(`${placeOf(table, i)}: '${name}' is empty; fill it in, or remove the ${table.unit}`);
  });
}

/** The sequences of a column of a table. Throws as `readSequences`. */
export function sequencesOf(table: Table, { text, series }: SequenceColumns): PlacedSequence[] {
  const values =
    series === undefined
      ? textColumn(table, text ?? "text")
      : column(table, series).cells.map((cell, i) => numbersOf(cell, `${placeOf(table, i)}: '${series}'`));
  return values.map((value, i) => ({ value, place: placeOf(table, i) }));
}

/** The numbers of a series' cell; `gap` stands for those that are missing, for callers that take such series. */
export function numbersOf(cell: Cell, place: string, gap?: number): number[] | number[][] {
  const refuse = (remedy: string = "correct it"): never => {
    throw new Error(
      `${place} must be numbers, as in 0.1 0.5 or [0.1, 0.5], not ${showCell(cell)}; ${remedy}`,
    );
  };
  const numberOf = (value: unknown): number => {
    if (gap !== undefined && isMissing(value as Cell)) return gap;
    const found = typeof value === "string" ? numberOfText(value) : value;
    return typeof found === "number" && Number.isFinite(found) ? found : refuse();
  };
  if (isMissing(cell)) return refuse();
  if (typeof cell !== "string" || !cell.trim().startsWith("[")) {
    const text = String(cell).trim();
    // "0,5 0,7" may be two numbers with decimal commas, or two pairs.
    if (/\d,\d/u.test(text) && /;|[^\s,]\s+[^\s,]/u.test(text))
      return refuse(
        "write decimal points instead of commas, or [[0, 5], [0, 7]] for steps of several numbers",
      );
    return text.split(/[\s,;]+/u).map(numberOf);
  }
  let list: unknown;
  try {
    list = parseJson(cell);
  } catch {
    return refuse();
  }
  if (!Array.isArray(list) || list.length === 0) return refuse();
  return Array.isArray(list[0]) ? (list as unknown[][]).map((row) => row.map(numberOf)) : list.map(numberOf);
}
