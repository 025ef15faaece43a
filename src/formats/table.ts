// A table as plain data: named columns of cells, and the line or row of each in its file, for errors.
import { suggestion } from "../base/nearest.ts";

/** A cell as it stands in the file: text, a number, or null where it is empty. */
export type Cell = string | number | null;

/** A column of a table. */
export interface Column {
  readonly name: string;
  readonly cells: readonly Cell[]; // [rows]
}

/** A table; all columns have a cell per row. */
export interface Table {
  /** The file's name, for errors. */
  readonly source: string;
  /** In the file's order; names are distinct. */
  readonly columns: readonly Column[];
  /** Number of rows. */
  readonly rows: number;
  /** The unit of `lines`: lines of text, or rows of a format without lines. */
  readonly unit: "line" | "row";
  readonly lines: ArrayLike<number>; // [rows] where each row begins, counted from 1
}

/** Throws at no columns, an empty or repeated name, and columns of other lengths than `lines`. */
export function makeTable(
  source: string,
  columns: readonly Column[],
  { unit, lines }: Pick<Table, "unit" | "lines">,
): Table {
  if (columns.length === 0) throw new Error(`${source}: expected one column or more, got none`);
  const names = new Set<string>();
  for (const { name, cells } of columns) {
    if (name === "") throw new Error(`${source}: a column has no name; name it`);
    if (names.has(name)) throw new Error(`${source}: column name '${name}' appears twice; rename one`);
    names.add(name);
    if (cells.length !== lines.length)
      throw new Error(`${source}: column '${name}': expected ${lines.length} cells, got ${cells.length}`);
  }
  return { source, columns, rows: lines.length, unit, lines };
}

/** The column of this name. Throws if there is none, suggesting the nearest and listing all. */
export function column(table: Table, name: string): Column {
  const match = table.columns.find((c) => c.name === name);
  if (match) return match;
  const names = table.columns.map((c) => c.name);
  const listed = names.length > 20 ? [...names.slice(0, 20), `${names.length - 20} more`] : names;
  throw new Error(
    `${table.source}: there is no column '${name}'${suggestion(name, names)}; it has ${listed.join(", ")}`,
  );
}

/** The place of a row in errors: "data.csv, line 17". */
export function placeOf(table: Table, row: number): string {
  return `${table.source}, ${table.unit} ${table.lines[row] ?? "?"}`;
}

const missingWords = new Set(["", "nan", "na", "n/a", "null"]);

/** Whether a cell has no value: null, NaN, an empty text, or the words NaN, NA, N/A and null in any case. */
export function isMissing(cell: Cell): boolean {
  if (typeof cell === "string") return cell.length <= 8 && missingWords.has(cell.trim().toLowerCase());
  return cell === null || Number.isNaN(cell);
}

/** The number that a cell holds, as decimal digits with or without an exponent; undefined for anything else. */
export function numberOf(cell: Cell): number | undefined {
  if (typeof cell === "string") {
    if (!/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(cell)) return undefined;
    cell = Number(cell);
  }
  return cell !== null && Number.isFinite(cell) ? cell : undefined;
}

/** A cell in an error: text in quotes, cut after 40 characters, with control characters as `\t` or `\u001b`. */
export function showCell(cell: Cell): string {
  if (typeof cell !== "string") return String(cell);
  const text = cell.length > 40 ? `${cell.slice(0, 40)}…` : cell;
  return `'${text.replaceAll(/\p{Cc}/gu, (control) => escapeOf(control))}'`;
}

/** JSON leaves the control characters from U+007F on as they are. */
function escapeOf(control: string): string {
  const escaped = JSON.stringify(control).slice(1, -1);
  return escaped.length > 1 ? escaped : `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
