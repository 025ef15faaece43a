// A table as plain data: named columns of cells, and where each row stands in its file, so that every message can
// name the place. Knows no file format and what no column means.
import { suggestion } from "../base/nearest.ts";

/** A cell as it was read: text, a number, or null where it is empty. */
export type Cell = string | number | null;

export interface Column {
  readonly name: string;
  readonly cells: readonly Cell[]; // [rows]
}

export interface Table {
  /** What messages call it: the file's name. */
  readonly source: string;
  /** In the file's order; names are distinct. */
  readonly columns: readonly Column[];
  readonly rows: number;
  /** What `lines` counts, from 1: lines of text, or rows of a format without lines. */
  readonly unit: "line" | "row";
  readonly lines: ArrayLike<number>; // [rows] where each row begins
}

/** Throws at no columns, an empty or repeated name, and columns or lines of other lengths than `lines`. */
export function makeTable(
  source: string,
  columns: readonly Column[],
  place: { readonly unit: "line" | "row"; readonly lines: ArrayLike<number> },
): Table {
  const rows = place.lines.length;
  if (columns.length === 0) throw new Error(`${source}: a table needs one column or more; give it some`);
  const seen = new Set<string>();
  for (const { name, cells } of columns) {
    if (name === "") throw new Error(`${source}: every column needs a name, and one has none; name it`);
    if (seen.has(name))
      throw new Error(`${source}: column names must differ, and '${name}' stands twice; rename one`);
    seen.add(name);
    if (cells.length !== rows)
      throw new Error(`${source}: column '${name}' needs ${rows} cells, one a row, not ${cells.length}`);
  }
  return { source, columns, rows, unit: place.unit, lines: place.lines };
}

/** The column of this name. Throws where there is none, naming the nearest and all others. */
export function column(table: Table, name: string): Column {
  const found = table.columns.find((c) => c.name === name);
  if (found) return found;
  const names = table.columns.map((c) => c.name);
  const shown = names.length > 20 ? [...names.slice(0, 20), `${names.length - 20} more`] : names;
  throw new Error(
    `${table.source}: there is no column '${name}'${suggestion(name, names)}; it has ${shown.join(", ")}`,
  );
}

/** "data.csv, line 17", for messages about a row. */
export function placeOf(table: Table, row: number): string {
  return `${table.source}, ${table.unit} ${table.lines[row] ?? "?"}`;
}

const missingWords = new Set(["", "nan", "na", "n/a", "null"]);

/** Whether nothing was measured: null, NaN, or the words NaN, NA, N/A and null in any case. */
export function isMissing(cell: Cell): boolean {
  if (typeof cell === "string") return cell.length <= 8 && missingWords.has(cell.trim().toLowerCase());
  return cell === null || Number.isNaN(cell);
}

/** Decimal digits with a point and an exponent if need be; undefined for anything else, hexadecimal and ∞ too. */
export function numberOf(cell: Cell): number | undefined {
  if (typeof cell === "string") {
    if (!/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(cell)) return undefined;
    cell = Number(cell);
  }
  return cell !== null && Number.isFinite(cell) ? cell : undefined;
}

/**
 * A column as numbers, [rows]. `missing: "nan"` gives NaN for missing cells (see `isMissing`); by default they are
 * an error. Throws at the first cell that is no number, with its place and what it is.
 */
export function numericColumn(
  table: Table,
  name: string,
  settings: { readonly missing?: "error" | "nan" } = {},
): Float64Array {
  const { missing = "error" } = settings;
  const { cells } = column(table, name);
  const values = new Float64Array(cells.length);
  for (const [row, cell] of cells.entries()) {
    const value = numberOf(cell);
    if (value !== undefined) values[row] = value;
    else if (isMissing(cell) && missing === "nan") values[row] = NaN;
    else throw new Error(numberExpected(table, name, row, cell));
  }
  return values;
}

function numberExpected(table: Table, name: string, row: number, cell: Cell): string {
  const wanted = `${placeOf(table, row)}: column '${name}' must be a number`;
  if (isMissing(cell)) return `${wanted}, but the cell is missing; fill it, or say what missing cells mean`;
  const comma = typeof cell === "string" && /^\s*[+-]?\d[\d.]*,\d+\s*$/.test(cell);
  return `${wanted}, not ${showCell(cell)}; ${comma ? "write a decimal point, not a comma" : "correct it"}`;
}

/** A cell in a message: text in quotes, long text cut. */
export function showCell(cell: Cell): string {
  if (typeof cell !== "string") return String(cell);
  return `'${cell.length > 40 ? `${cell.slice(0, 40)}…` : cell}'`;
}
