// Sequences with a label each from a table, and those without from any file of lines. Knows no task.
import { extname } from "node:path";
import { columnNamed, placeOf, textColumn, type Cell, type Table } from "../data/table.ts";
import { readBytes } from "./files.ts";
import { readTable } from "./table-file.ts";

/** Text, or the numbers of each step. */
export type ReadSequence = string | number[] | number[][];

export interface SequenceColumns {
  /** A column of texts; or one of series, numbers with spaces or commas between them, or lists in JSON. */
  readonly text?: string | undefined;
  readonly series?: string | undefined;
}

export interface LabelledRow {
  readonly value: ReadSequence;
  readonly label: string;
  readonly place: string;
}

/** Throws for a missing column or cell, and numbers that are none, by file and line. */
export async function readLabelledTable(
  path: string,
  columns: SequenceColumns & { readonly label: string },
): Promise<LabelledRow[]> {
  const table = await readTable(path);
  const values = sequencesOf(table, columns);
  const labels = textColumn(table, columns.label, "--label");
  return values.map((value, i) => ({
    value,
    label: (labels[i] as string).trim(),
    place: placeOf(table, i),
  }));
}

/** Sequences to be judged: the lines of a text file, or a column of a table. */
export async function readSequences(
  path: string,
  columns: SequenceColumns,
): Promise<{ readonly value: ReadSequence; readonly place: string }[]> {
  if (extname(path) === ".txt") {
    const lines = new TextDecoder().decode(await readBytes(path)).split(/\r\n|\r|\n/u);
    return lines.flatMap((value, i) =>
      value.trim() === "" ? [] : [{ value: value.trim(), place: `${path}, line ${i + 1}` }],
    );
  }
  const table = await readTable(path);
  return sequencesOf(table, columns).map((value, i) => ({ value, place: placeOf(table, i) }));
}

function sequencesOf(table: Table, { text, series }: SequenceColumns): ReadSequence[] {
  if (series === undefined) return textColumn(table, text ?? "text", "--text");
  const column = columnNamed(table, series, "--series");
  return table.rows.map((row, i) =>
    numbersOf(row[column] ?? null, `${placeOf(table, i)}: column '${series}'`),
  );
}

function numbersOf(cell: Cell, place: string): number[] | number[][] {
  if (typeof cell === "string" && !cell.trim().startsWith("[")) {
    const parts = cell.trim().split(/[\s,;]+/u);
    return parts.map((part) => numberOf(part, place));
  }
  const list: unknown = typeof cell === "string" ? JSON.parse(cell) : cell;
  if (!Array.isArray(list) || list.length === 0) {
    throw new Error(
      `${place} must be numbers, as in 0.1 0.5 or [0.1, 0.5], not ${JSON.stringify(cell)}; correct it`,
    );
  }
  return Array.isArray(list[0])
    ? (list as unknown[][]).map((row) => row.map((v) => numberOf(v, place)))
    : list.map((v) => numberOf(v, place));
}

function numberOf(value: unknown, place: string): number {
  const found =
    typeof value === "number" ? value : typeof value === "string" && value !== "" ? Number(value) : NaN;
  if (Number.isFinite(found)) return found;
  throw new Error(`${place} must be numbers, not ${JSON.stringify(value)}; correct it`);
}
