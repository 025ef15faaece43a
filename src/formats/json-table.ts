// Tables from JSON: an array of objects, or one object a line (JSON Lines). Keys are columns; knows no meaning of them.
import { makeTable, type Cell, type Table } from "./table.ts";
import { decodeUtf8 } from "./utf8.ts";

/**
 * An array of flat objects as a table; columns in the order in which keys first come, a key that a row lacks is null,
 * true and false are 1 and 0, and a list is its text. Throws, with the row, at what is no flat object, and at text that is no JSON.
 */
export function decodeJsonTable(source: string, bytes: Uint8Array): Table {
  const text = decodeUtf8(source, bytes);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Error(
      `${source}: this is not whole JSON (${(error as Error).message}); one object a line is .jsonl, else the file ` +
        `may be cut short`,
      { cause: error },
    );
  }
  if (!Array.isArray(content))
    throw new Error(`${source}: a table in JSON must be an array of objects, not ${kind(content)}`);
  const rows: readonly unknown[] = content;
  return tableOf(
    source,
    "row",
    rows,
    Int32Array.from(rows, (_, i) => i + 1),
  );
}

/** One flat object a line, otherwise as `decodeJsonTable`; empty lines are left out. */
export function decodeJsonLines(source: string, bytes: Uint8Array): Table {
  const rows: unknown[] = [];
  const lines: number[] = [];
  for (const [i, line] of decodeUtf8(source, bytes)
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (line.trim() === "") continue;
    try {
      rows.push(JSON.parse(line));
    } catch (error) {
      throw new Error(
        `${source}, line ${i + 1}: every line must be a JSON object (${(error as Error).message}); correct it, or the ` +
          `file was cut short`,
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
        `${place}: a row must be an object such as {"date": "2024-01-31", "value": 3}, not ${kind(row)}`,
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
  // A list is a series in one cell; it stays the text that it was.
  if (Array.isArray(value)) return JSON.stringify(value);
  throw new Error(
    `${place}: '${name}' must be a number, text, a list, true, false or null, not ${kind(value)}; flatten it`,
  );
}

function kind(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `${JSON.stringify(value)}`;
}
