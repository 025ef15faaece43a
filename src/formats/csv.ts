// CSV and TSV as tables, and rows as CSV. The package csv-parse has the grammar; the delimiter, the header, line numbers
// and errors are found here. Cells stay text; columns of numbers are for `number-column.ts`.
import { CsvError, parse } from "csv-parse/sync";
import { listNames, makeTable, numberOf, showCell, type Cell, type Table } from "./table.ts";
import { decodeText } from "./utf8.ts";

/** Settings of `decodeCsv`. */
export interface CsvSettings {
  /** Default: what a first line `sep=;` says, as Excel writes it, or else comma, semicolon or tab, by the first line. */
  readonly delimiter?: string;
  /** Column names of a file without a header; by default the first line has them. */
  readonly columns?: readonly string[];
}

/** More columns than any table of examples has: the delimiter is another one, or the file is no table. */
const mostColumns = 100_000;

/**
 * Decodes a file's bytes. Cells may be in double quotes, with inner quotes doubled and blanks around them; line ends in
 * them become `\n`. Quotes within a cell that does not begin with one are part of it. An empty cell is null, and empty lines
 * are skipped. A byte order mark and any mix of line ends are accepted. A column with an empty name, as pandas writes for
 * its index, is called "column 1" after its number, and is left out if its cells are empty.
 * Throws, with the line, at bytes that are not UTF-8, no rows, no header, rows with more or fewer cells than the first,
 * quotes that are never closed or have text after them, and more than 100,000 columns.
 */
export function decodeCsv(source: string, bytes: Uint8Array, settings: CsvSettings = {}): Table {
  const text = decodeText(source, bytes).replaceAll(/\r\n?/g, "\n");
  const said = /^sep=(.)(?:\n|$)/iu.exec(text);
  const start = said?.[0].length ?? 0;
  const { delimiter = said?.[1] ?? findDelimiter(text) } = settings;
  const { columns, lines } = parseColumns(source, text.slice(start), delimiter, said ? 2 : 1);
  if (lines.length === 0) throw new Error(`${source}: the file has no rows; check that it is the right one`);
  const first = columns.map(([cell = null]) => (cell === null ? "" : String(cell)));
  const names = settings.columns ?? columnNames(source, first, lines[0] ?? 1);
  if (names.length !== first.length)
    throw new Error(
      `${source}, line ${lines[0]}: expected ${countOf(names.length)}, for the columns ${listNames(names)}, got ` +
        `${first.length}; name every column, or set the delimiter (taken to be ${JSON.stringify(delimiter)})`,
    );
  const headerRows = settings.columns ? 0 : 1;
  if (lines.length === headerRows)
    throw new Error(`${source}: the file has a header but no rows; check whether it is cut short`);
  const all = columns.map((cells, i) => ({
    name: names[i] as string,
    cells: headerRows === 0 ? cells : cells.slice(headerRows),
  }));
  const isNamed = (i: number): boolean => settings.columns !== undefined || first[i]?.trim() !== "";
  const kept = all.filter(({ cells }, i) => isNamed(i) || cells.some((cell) => cell !== null));
  const table = makeTable(source, kept.length > 0 ? kept : all, {
    unit: "line",
    lines: Int32Array.from(lines.slice(headerRows)),
  });
  return { ...table, delimiter };
}

const countOf = (cells: number): string => `${cells} ${cells === 1 ? "cell" : "cells"}`;

/** The most frequent of comma, semicolon and tab outside quotes in the first line; comma if there is none. */
function findDelimiter(text: string): string {
  const counts = { "\t": 0, ";": 0, ",": 0 };
  let quoted = false;
  for (const character of text.replace(/^\n+/, "")) {
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "\n") break;
    else if (character in counts) counts[character as keyof typeof counts]++;
  }
  const most = Math.max(...Object.values(counts));
  return most === 0 ? "," : (Object.entries(counts).find(([, count]) => count === most)?.[0] ?? ",");
}

/** Cells by column, and for each row the line in which it begins. */
interface ParsedColumns {
  readonly columns: readonly Cell[][]; // [columns][rows]
  readonly lines: readonly number[]; // [rows]
}

/** Parses a text whose first line is line `firstLine` of the file. */
function parseColumns(source: string, text: string, delimiter: string, firstLine: number): ParsedColumns {
  const fault = (line: number, what: string): Error =>
    new Error(`${source}, line ${line + firstLine - 1}${what}`);
  const parseStrictly = (rows: string): ParsedColumns => {
    const columns: Cell[][] = [];
    const lines: number[] = [];
    const addRow = (cells: readonly string[], last: number): void => {
      const line = cells.reduce((first, cell) => first - lineEnds(cell), last);
      if (cells.length > mostColumns)
        throw fault(
          line,
          `: more than ${mostColumns.toLocaleString("en-US")} cells; check whether the file is a table, and its delimiter`,
        );
      if (lines.length === 0) for (const _ of cells) columns.push([]);
      if (cells.length !== columns.length)
        throw fault(
          line,
          `: expected ${countOf(columns.length)}, as in the first row, got ${cells.length}: ` +
            `${showCell(cells.slice(0, 50).join(" | "))}; correct it, or delete it if it is a note`,
        );
      cells.forEach((cell, i) => columns[i]?.push(cell === "" ? null : cell));
      lines.push(line + firstLine - 1);
    };
    parse(rows, {
      delimiter,
      record_delimiter: "\n",
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: (cells: readonly string[], { lines: last }) => void addRow(cells, last), // nothing is kept by row
    });
    return { columns, lines };
  };
  let strict = text;
  try {
    try {
      return parseStrictly(strict);
    } catch (error) {
      if (!isQuoteError(error)) throw error;
      strict = strictQuotes(text, delimiter);
      return parseStrictly(strict);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number(error["lines"]);
    if (error.code === "CSV_QUOTE_NOT_CLOSED") {
      const bytes = new TextEncoder().encode(strict);
      const opening = bytes.indexOf(0x22, Number(error["bytes"])); // from the end of the last cell on
      throw fault(
        1 + lineEnds(new TextDecoder().decode(bytes.subarray(0, opening))),
        " or after: a quote is never closed; close it, or check whether the file is cut short",
      );
    }
    if (isQuoteError(error))
      throw fault(
        line,
        ': a cell with quotes must be quoted itself, and they doubled ("a ""b"" c"); correct it',
      );
    throw fault(line, `: ${error.message}; correct it`);
  }
}

function isQuoteError(error: unknown): boolean {
  return error instanceof CsvError && error.code.endsWith("_QUOTE");
}

/**
 * A text without blanks around quoted cells, and with quotes around cells that have some but do not begin with one. In
 * csv-parse `trim` would take the blanks of all cells, and `relax_quotes` accepts text after a closing quote.
 */
function strictQuotes(text: string, delimiter: string): string {
  const separator = delimiter.replaceAll(/[^\p{L}\p{N}]/gu, String.raw`\$&`);
  const blank = `(?!${separator})[ \\t]`;
  const begin = `(?<=^|\\n|${separator})`;
  const end = `(?=${separator}|\\n|$)`;
  // Quotes that are doubled in a quoted cell end one part of it and begin the next.
  const quoted = `(?:${begin}(?:${blank})*?|(?<="))((?:"[^"]*"?){1,1000})`;
  const plain = `${begin}(?!(?:${blank})*?")((?:(?!${separator})[^"\\n])*?"[^\\n]*?)${end}`;
  const pattern = new RegExp(`${quoted}|${plain}|(?<=")(?:${blank})+?${end}`, "g");
  let strict = "";
  let from = 0;
  // Not replaceAll, which keeps all matches until the last one.
  for (const { 0: match, 1: parts, 2: cell, index } of text.matchAll(pattern)) {
    strict += text.slice(from, index) + (parts ?? (cell === undefined ? "" : inQuotes(cell)));
    from = index + match.length;
  }
  return strict + text.slice(from);
}

function lineEnds(text: string): number {
  return text.includes("\n") ? text.split("\n").length - 1 : 0;
}

/** The names in the header. Throws if it looks like a row of values, or has a name twice. */
function columnNames(source: string, first: readonly string[], line: number): readonly string[] {
  const values = first.filter((cell) => numberOf(cell) !== undefined || /^\s*\d+[-/.:]\d/.test(cell));
  if (values.length === first.length)
    throw new Error(
      `${source}, line ${line}: expected column names in the first line, got values such as ` +
        `${showCell(first[0] ?? null)}; add a header, or name the columns`,
    );
  const names = first.map((name, i) => name.trim() || `column ${i + 1}`);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name))
      throw new Error(`${source}, line ${line}: column name ${showCell(name)} appears twice; rename one`);
    seen.add(name);
  }
  return names;
}

/**
 * Rows as CSV: separated by commas, `\n` after each row, cells in quotes where they need them. Null is an empty cell, and
 * numbers read back as the same. Throws at rows of unequal length.
 */
export function encodeCsv(rows: readonly (readonly (string | number | null)[])[]): string {
  const [{ length: width } = []] = rows;
  return rows
    .map((row, i) => {
      if (row.length !== width)
        throw new Error(
          `writing CSV, row ${i}: expected ${countOf(width ?? 0)}, as in the first row, got ${row.length}`,
        );
      const line = row.map((cell) => (cell === null ? "" : quote(String(cell)))).join(",");
      return line === "" ? '""\n' : `${line}\n`; // readers skip empty lines
    })
    .join("");
}

/** In quotes if they are needed. */
function quote(text: string): string {
  return /[",;\t\n\r]|^\s|\s$/.test(text) ? inQuotes(text) : text;
}

function inQuotes(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
