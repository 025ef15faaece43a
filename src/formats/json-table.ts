// Tables from JSON: an array of objects, or one object per line (JSON Lines). Keys are columns.
import { parseJson } from "../base/json.ts";
import { makeTable, type Cell, type Table } from "./table.ts";
import { decodeText } from "./utf8.ts";

/**
 * Decodes an array of flat objects. Columns are in the order in which their keys first appear; a missing key is null, true
 * and false are text, and a list is its JSON text. Throws at invalid JSON, at lists more than 64 deep, where most cells would
 * be missing keys, and, with the row, at nested objects.
 */
export function decodeJsonTable(source: string, bytes: Uint8Array): Table {
  const text = decodeText(source, bytes);
  let content: unknown;
  try {
    content = parseJson(text);
  } catch (error) {
    throw new Error(
      `${source}: not valid JSON (${(error as Error).message}); call it .jsonl if it has one object per line, or ` +
        `check whether it is cut short`,
      { cause: error },
    );
  }
  if (!Array.isArray(content))
    throw new Error(`${source}: expected an array of objects, got ${kindOf(content)}`);
  const rows: readonly unknown[] = content;
  return tableOf(
    source,
    "row",
    rows,
    Int32Array.from(rows, (_, i) => i + 1),
  );
}

/** Decodes one flat object per line, otherwise as `decodeJsonTable`; empty lines are skipped. */
export function decodeJsonLines(source: string, bytes: Uint8Array): Table {
  const rows: unknown[] = [];
  const lines: number[] = [];
  for (const [i, line] of decodeText(source, bytes)
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (line.trim() === "") continue;
    try {
      rows.push(parseJson(line));
    } catch (error) {
      throw new Error(
        `${source}, line ${i + 1}: not valid JSON (${(error as Error).message}); correct it, or check whether the ` +
          `file is cut short`,
        { cause: error },
      );
    }
    lines.push(i + 1);
  }
  return tableOf(source, "line", rows, Int32Array.from(lines));
}

function tableOf(source: string, unit: "line" | "row", rows: readonly unknown[], lines: Int32Array): Table {
  if (rows.length === 0) throw new Error(`${source}: the file has no rows; check that it is the right one`);
  const names = new Set<string>();
  let present = 0;
  const objects = rows.map((row, i) => {
    if (typeof row !== "object" || row === null || Array.isArray(row))
      throw new Error(
        `${source}, ${unit} ${lines[i]}: expected an object such as {"date": "2024-01-31", "value": 3}, got ${kindOf(row)}`,
      );
    const entries = Object.entries(row as object) as [string, unknown][];
    for (const [name] of entries) names.add(name);
    present += entries.length;
    return entries;
  });
  checkFilled(source, { present, columns: names.size, rows: rows.length });
  const columns = new Map([...names].map((name) => [name, Array<Cell>(rows.length).fill(null)]));
  objects.forEach((entries, i) => {
    for (const [name, value] of entries) {
      (columns.get(name) as Cell[])[i] = cellOf(`${source}, ${unit} ${lines[i]}`, name, value);
    }
  });
  return makeTable(
    source,
    [...columns].map(([name, cells]) => ({ name, cells })),
    { unit, lines },
  );
}

/** Cells that take little memory, however few of them have a value. */
const fewCells = 1_000_000;

/** Throws where a table would be far larger than its file, as one with a new key in every row. */
function checkFilled(
  source: string,
  { present, columns, rows }: { readonly present: number; readonly columns: number; readonly rows: number },
): void {
  if (columns * rows <= Math.max(fewCells, 10 * present)) return;
  throw new Error(
    `${source}: ${rows} rows with ${columns} different keys would be mostly empty cells; give all rows the same keys`,
  );
}

function cellOf(place: string, name: string, value: unknown): Cell {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  // A list is a series in one cell.
  if (Array.isArray(value)) return JSON.stringify(value);
  throw new Error(
    `${place}: '${name}' must be a number, text, a list, true, false or null, not ${kindOf(value)}; flatten it`,
  );
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `${JSON.stringify(value)}`;
}
