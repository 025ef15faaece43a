// Tables from files: CSV and TSV, JSON and JSON lines, Parquet, by the file's ending. Numbers of CSV stay text until a
// column is read as numbers.
import { extname } from "node:path";
import { CsvError, parse } from "csv-parse/sync";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import type { Cell, Table } from "../data/table.ts";
import { readBytes } from "./files.ts";

/** Throws for other endings, and for files that are not what their ending says, with the line. */
export async function readTable(path: string): Promise<Table> {
  return decodeTable(await readBytes(path), path);
}

/** The same from a file's bytes; `file` names it, and its ending says what it is. */
export async function decodeTable(bytes: Uint8Array, file: string): Promise<Table> {
  const ending = extname(file).toLowerCase();
  switch (ending) {
    case ".csv":
    case ".tsv":
    case ".txt":
      return csvTable(textOf(bytes, file), file, ending === ".tsv" ? "\t" : undefined);
    case ".jsonl":
    case ".ndjson":
      return jsonLines(textOf(bytes, file), file);
    case ".json":
      return jsonTable(textOf(bytes, file), file);
    case ".parquet":
      return parquetTable(bytes, file);
    default:
      throw new Error(
        `${file}: a table ends in .csv, .tsv, .json, .jsonl or .parquet, not in '${ending}'; rename or convert it`,
      );
  }
}

function textOf(bytes: Uint8Array, file: string): string {
  if (bytes.length === 0)
    throw new Error(`${file}: the file is empty; give one with a line of names and rows below`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${file}: it is not text in UTF-8; convert it to UTF-8`);
  }
}

interface CsvRow {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/** The first line has the names. The delimiter is whichever of comma, semicolon and tab that line has most of. */
function csvTable(text: string, file: string, given: string | undefined): Table {
  const first = /^\uFEFF?([^\r\n]*)/u.exec(text)?.[1] ?? "";
  const counts = [",", ";", "\t"].map((sign) => ({ sign, count: first.split(sign).length - 1 }));
  const delimiter = given ?? counts.reduce((best, own) => (own.count > best.count ? own : best)).sign;
  const read = (): CsvRow[] =>
    parse(text, {
      bom: true,
      delimiter,
      info: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as CsvRow[];
  const [head, ...rows] = within(file, read);
  const names = head?.record.map((name) => name.trim()) ?? [];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`${file}, line 1: two columns are named '${twice}'; rename one`);
  const ragged = rows.find((row) => row.record.length !== names.length);
  if (ragged) {
    throw new Error(
      `${file}, line ${ragged.info.lines}: the first line has ${names.length} columns, and this one ` +
        `${ragged.record.length}; put cells with '${delimiter}' in quotes, or complete the line`,
    );
  }
  if (rows.length === 0) throw new Error(`${file}: there is no line below that of the names; give rows`);
  return {
    file,
    names,
    rows: rows.map((row) => row.record),
    lines: rows.map((row) => row.info.lines),
    unit: "line",
  };
}

function within<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error["lines"] === "number" ? `, line ${error["lines"]}` : "";
    throw new Error(`${file}${line}: ${error.message}; check the quotes`, { cause: error });
  }
}

function jsonLines(text: string, file: string): Table {
  const items: unknown[] = [];
  const lines: number[] = [];
  text.split(/\r\n|\r|\n/u).forEach((line, i) => {
    if (line.trim() === "") return;
    items.push(parsed(line, `${file}, line ${i + 1}`));
    lines.push(i + 1);
  });
  return tableOfObjects(items, file, lines, "line");
}

function jsonTable(text: string, file: string): Table {
  const value = parsed(text, file);
  if (!Array.isArray(value)) throw new Error(`${file}: it must be a list of objects, as in [{"text": "…"}]`);
  return tableOfObjects(
    value,
    file,
    value.map((_, i) => i + 1),
    "row",
  );
}

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${place}: it is no JSON (${(error as Error).message}); correct it`, { cause: error });
  }
}

async function parquetTable(bytes: Uint8Array, file: string): Promise<Table> {
  const buffer = bytes.slice().buffer;
  try {
    parquetMetadata(buffer);
  } catch (error) {
    throw new Error(
      `${file}: it is no Parquet file, or cut short (${(error as Error).message}); copy it again`,
      {
        cause: error,
      },
    );
  }
  const objects = await parquetReadObjects({ file: buffer });
  return tableOfObjects(
    objects,
    file,
    objects.map((_, i) => i + 1),
    "row",
  );
}

function tableOfObjects(
  items: readonly unknown[],
  file: string,
  lines: number[],
  unit: Table["unit"],
): Table {
  const names = new Set<string>();
  items.forEach((item, i) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) {
      throw new Error(
        `${file}, ${unit} ${lines[i]}: it must be an object, as in {"text": "…"}, not ${JSON.stringify(item)}`,
      );
    }
    for (const name of Object.keys(item)) names.add(name);
  });
  if (items.length === 0) throw new Error(`${file}: there are no rows; give some`);
  const all = [...names];
  const rows = items.map((item) => all.map((name) => cellOf((item as Record<string, unknown>)[name])));
  return { file, names: all, rows, lines, unit };
}

function cellOf(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(cellOf);
  if (typeof value === "object") return JSON.stringify(value);
  return value as Cell;
}

/** Rows as CSV, quoted where they have to be. */
export function encodeCsv(names: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number): string => {
    const text = String(value);
    return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [names, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}
