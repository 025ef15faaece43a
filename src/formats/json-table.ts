// Tables from JSON: an array of objects, or one object per line (JSON Lines). Keys are columns.
import { makeTable, type Cell, type Table } from "./table.ts";
import { decodeText } from "./utf8.ts";

/**
 * Decodes an array of flat objects. Columns are in the order in which their keys first appear; a missing key is null, true
 * and false are 1 and 0, and a list is its JSON text. Throws at invalid JSON, and, with the row, at nested objects.
 */
export function decodeJsonTable(source: string, bytes: Uint8Array): Table {
  const text = decodeText(source, bytes);
  let content: unknown;
  try {
    content = JSON.parse(text);
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
      rows.push(JSON.parse(line));
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
  const columns = new Map<string, Cell[]>();
  for (const [i, row] of rows.entries()) {
    const place = `${source}, ${unit} ${lines[i]}`;
    if (typeof row !== "object" || row === null || Array.isArray(row))
      throw new Error(
        `${place}: expected an object such as {"date": "2024-01-31", "value": 3}, got ${kindOf(row)}`,
      );
    for (const [name, value] of Object.entries(row)) {
      let cells = columns.get(name);
      if (!cells) columns.set(name, (cells = Array.from({ length: rows.length }, () => null)));
      cells[i] = cellOf(place, name, value);
    }
  }
  return makeTable(
    source,
    [...columns].map(([name, cells]) => ({ name, cells })),
    { unit, lines },
  );
}

function cellOf(place: string, name: string, value: unknown): Cell {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
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
