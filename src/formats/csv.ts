// CSV and TSV files as tables, and rows as CSV. The grammar is csv-parse's; here are the delimiter, the header, lines
// and errors. Cells stay text: what they mean is for whoever reads a column.
import { parse } from "csv-parse/sync";
import { makeTable, numberOf, showCell, type Cell, type Table } from "./table.ts";
import { decodeUtf8 } from "./utf8.ts";

export interface CsvSettings {
  /** Default: of comma, semicolon and tab the one that stands most often in the first line. */
  readonly delimiter?: string;
  /** Names of the columns of a file without a header; by default the first line has them. */
  readonly columns?: readonly string[];
}

/**
 * A file's bytes as a table. Cells may stand in double quotes, with quotes inside doubled and line ends inside, which
 * become `\n`; an empty cell is null; empty lines are left out; a byte order mark and any mix of line ends are fine. A
 * column that the header leaves without a name, as pandas writes for its index, is called "column 1" by its place.
 * Throws, with the line, at bytes that are no UTF-8 text, no rows, no header, rows with more or fewer cells than the
 * header, and quotes that are open or in the middle of a cell.
 */
export function decodeCsv(source: string, bytes: Uint8Array, settings: CsvSettings = {}): Table {
  const text = decodeUtf8(source, bytes).replaceAll(/\r\n?/g, "\n");
  const { delimiter = findDelimiter(text) } = settings;
  const { records, lines } = parseRecords(source, text, delimiter);
  const [first] = records;
  if (!first) throw new Error(`${source}: the file has no rows; check that it is the right one`);
  const names = settings.columns ?? header(source, first, lines[0] ?? 1);
  if (names.length !== first.length)
    throw new Error(
      `${source}: ${names.length} columns were named (${names.join(", ")}), but line ${lines[0]} has ` +
        `${first.length} cells; name every column, or give the delimiter (it was taken to be ${JSON.stringify(delimiter)})`,
    );
  const skip = settings.columns ? 0 : 1;
  if (records.length === skip)
    throw new Error(`${source}: there is a header and no row after it; the file may be cut short`);
  const columns = names.map((name, i) => ({
    name,
    cells: Array.from({ length: records.length - skip }, (_, row) => records[row + skip]?.[i] || null),
  }));
  return makeTable(source, columns, { unit: "line", lines: Int32Array.from(lines.slice(skip)) });
}

/** Of comma, semicolon and tab, the one most often outside quotes in the first line; comma where there is none. */
function findDelimiter(text: string): string {
  const counts = { "\t": 0, ";": 0, ",": 0 };
  let quoted = false;
  for (const letter of text.replace(/^\n+/, "")) {
    if (letter === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (letter === "\n") break;
    else if (letter in counts) counts[letter as keyof typeof counts]++;
  }
  const most = Math.max(...Object.values(counts));
  return most === 0 ? "," : (Object.entries(counts).find(([, count]) => count === most)?.[0] ?? ",");
}

/** `lines[i]` is the line in which record `i` begins. */
function parseRecords(
  source: string,
  text: string,
  delimiter: string,
): { records: readonly (readonly string[])[]; lines: readonly number[] } {
  const lines: number[] = [];
  let last = 0; // the line in which the latest record ended
  let width = 0;
  try {
    const records = parse(text, {
      delimiter,
      record_delimiter: "\n",
      skip_empty_lines: true,
      on_record: (record: string[], { lines: end }) => {
        last = end;
        width = record.length;
        lines.push(end - record.reduce((sum, cell) => sum + lineEnds(cell), 0));
        return record;
      },
    });
    return { records, lines };
  } catch (error) {
    throw new Error(`${source}, ${explain(error, last, width)}`, { cause: error });
  }
}

function lineEnds(cell: string): number {
  return cell.includes("\n") ? cell.split("\n").length - 1 : 0;
}

function explain(error: unknown, last: number, width: number): string {
  const {
    code,
    lines = last + 1,
    record,
    message,
  } = error as {
    code?: string;
    lines?: number;
    record?: readonly string[];
    message: string;
  };
  switch (code) {
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH": {
      const line = lines - (record ?? []).reduce((sum, cell) => sum + lineEnds(cell), 0);
      const cells = `${record?.length ?? 0} ${record?.length === 1 ? "cell" : "cells"}`;
      const odd = showCell((record ?? []).join(" | "));
      return `line ${line}: every row must have ${width} cells as the first, but this has ${cells}: ${odd}; correct it, or delete it where it is a note`;
    }
    case "CSV_QUOTE_NOT_CLOSED":
      return `line ${last + 1} or after: a quote is opened and never closed; close it, or the file was cut short`;
    case "CSV_INVALID_CLOSING_QUOTE":
    case "INVALID_OPENING_QUOTE":
      return `line ${lines}: a cell with a quote must stand in quotes whole, with the quotes inside doubled ("a ""b"" c"); correct it`;
    default:
      return `line ${lines}: ${message}; correct it`;
  }
}

function header(source: string, first: readonly string[], line: number): readonly string[] {
  const values = first.filter((cell) => numberOf(cell) !== undefined || /^\s*\d+[-/.:]\d/.test(cell));
  if (values.length === first.length)
    throw new Error(
      `${source}, line ${line}: the first line must have the columns' names, not values such as ` +
        `${showCell(first[0] ?? null)}; add a header, or name the columns`,
    );
  const names = first.map((name, i) => name.trim() || `column ${i + 1}`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new Error(
      `${source}, line ${line}: column names must differ, and '${twice}' stands twice; rename one`,
    );
  return names;
}

/**
 * Rows as CSV: commas, `\n` after each row, cells in quotes where they need them; null is an empty cell, numbers have
 * the digits that give them back. Throws at rows of unequal length.
 */
export function encodeCsv(rows: readonly (readonly Cell[])[]): string {
  const [{ length: width } = []] = rows;
  return rows
    .map((row, i) => {
      if (row.length !== width)
        throw new Error(`writing CSV: row ${i} must have ${width} cells as the first, not ${row.length}`);
      const line = row.map((cell) => (cell === null ? "" : quoted(String(cell)))).join(",");
      return line === "" ? '""\n' : `${line}\n`; // an empty line would be left out in reading
    })
    .join("");
}

function quoted(text: string): string {
  return /[",;\t\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
