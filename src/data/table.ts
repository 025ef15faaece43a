// A table as plain data: named columns of cells, and where each row stands in its file, for messages. Knows no format.
import { nearest } from "../ir/nearest.ts";

/** A cell: text, a number, or nothing; of JSON and Parquet also lists. */
export type Cell = string | number | boolean | null | readonly Cell[];

export interface Table {
  /** What errors call it. */
  readonly file: string;
  readonly names: readonly string[];
  /** Each as long as the names. */
  readonly rows: readonly (readonly Cell[])[];
  /** The line of each row in its file, from 1; of formats without lines the number of the row. */
  readonly lines: readonly number[];
  /** What a line is called: `line`, or `row`. */
  readonly unit: "line" | "row";
}

/** `book.csv, line 17`. */
export function placeOf(table: Table, row: number): string {
  return `${table.file}, ${table.unit} ${table.lines[row] ?? row + 1}`;
}

/** The number of the column of that name. Throws where there is none, with the nearest or all of those that are. */
export function columnNamed(table: Table, name: string, option?: string): number {
  const at = table.names.indexOf(name);
  if (at >= 0) return at;
  const near = nearest(name, table.names);
  const remedy = near === undefined ? `its columns are ${table.names.join(", ")}` : `did you mean '${near}'?`;
  const named = option === undefined ? "" : ` (${option})`;
  throw new Error(`${table.file} has no column '${name}'${named}; ${remedy}`);
}

/** The texts of a column. Throws at an empty cell, with its place. */
export function textColumn(table: Table, name: string, option?: string): string[] {
  const column = columnNamed(table, name, option);
  return table.rows.map((row, i) => {
    const cell = row[column];
    if (typeof cell === "string" && cell.trim() !== "") return cell;
    if (typeof cell === "number" || typeof cell === "boolean") return String(cell);
    throw new Error(
      `${placeOf(table, i)}: column '${name}' is empty; fill it in, or remove the ${table.unit}`,
    );
  });
}

/** What stands for a number that is not there. */
const missing: ReadonlySet<string> = new Set(["", "na", "n/a", "nan", "null", "none", "?", "-"]);

/** The numbers of a column, NaN where a cell is empty or says that it is missing. Throws at anything else. */
export function numberColumn(table: Table, name: string, option?: string): Float64Array {
  const column = columnNamed(table, name, option);
  return Float64Array.from(table.rows, (row, i) => {
    const cell = row[column] ?? null;
    if (cell === null) return NaN;
    if (typeof cell === "number") return cell;
    if (typeof cell === "string") {
      const text = cell.trim();
      if (missing.has(text.toLowerCase())) return NaN;
      const value = Number(text);
      if (Number.isFinite(value)) return value;
    }
    throw new Error(
      `${placeOf(table, i)}: column '${name}' must be a number, not ${JSON.stringify(cell)}; correct it, or choose ` +
        "another column",
    );
  });
}
