// A table as plain data: named columns of cells, and the line or row of each in its file, for errors.
import { suggestion } from "../base/nearest.ts";
import { visible } from "../base/visible.ts";

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
  /** What separates cells in the file, where something does. */
  readonly delimiter?: string;
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
    if (names.has(name))
      throw new Error(`${source}: column name ${showCell(name)} appears twice; rename one`);
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
  throw new Error(
    `${table.source}: there is no column '${name}'${suggestion(name, names)}; it has ${listNames(names)}`,
  );
}

/** Names with commas between them, the first 20; those with a comma in double quotes. */
export function listNames(names: readonly string[]): string {
  const listed = names
    .slice(0, 20)
    .map((name) => (name.includes(",") ? `"${name.replaceAll('"', '""')}"` : name));
  return visible([...listed, ...(names.length > 20 ? [`${names.length - 20} more`] : [])].join(", "));
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

/**
 * The number that a cell holds, as decimal digits with or without an exponent, also with the minus sign U+2212; 1 and 0 for
 * true and false, as JSON has them; undefined for anything else.
 */
export function numberOf(cell: Cell): number | undefined {
  if (cell === "true" || cell === "false") return cell === "true" ? 1 : 0;
  if (typeof cell === "string") {
    const text = cell.replace(/^\s*\u2212/u, "-");
    if (!/^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text)) return undefined;
    cell = Number(text);
  }
  return cell !== null && Number.isFinite(cell) ? cell : undefined;
}

/** A cell in an error: text in quotes, cut after 40 characters, with control characters as escapes. */
export function showCell(cell: Cell): string {
  if (typeof cell !== "string") return String(cell);
  return `'${visible(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell)}'`;
}
