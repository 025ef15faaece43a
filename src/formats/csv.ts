// CSV and TSV as tables, and rows as CSV. Cells stay text; columns of numbers are for `number-column.ts`.
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
  const { columns, lines } = parseColumns(source, text, { delimiter, start });
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
  const kept = all.filter(({ cells }, i) => first[i]?.trim() !== "" || cells.some((cell) => cell !== null));
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

function parseColumns(
  source: string,
  text: string,
  { delimiter, start }: { readonly delimiter: string; readonly start: number },
): ParsedColumns {
  const columns: Cell[][] = [];
  const lines: number[] = [];
  const nextDelimiter = finder(text, delimiter);
  const nextEnd = finder(text, "\n");
  const reader = cellReader(text, delimiter, nextDelimiter, nextEnd);
  let line = start > 0 ? 2 : 1;
  for (let at = start; at < text.length;) {
    if (text[at] === "\n") {
      at++;
      line++;
      continue;
    }
    const begin = at;
    const first = line;
    let width = 0;
    for (let hasMore = true; hasMore;) {
      const { content, end, fault } = reader(at);
      if (fault !== undefined) throw new Error(`${source}, ${fault(line)}`);
      for (let from = content.indexOf("\n"); from >= 0; from = content.indexOf("\n", from + 1)) line++;
      if (lines.length === 0) columns.push([]);
      columns[width]?.push(content === "" ? null : content);
      width++;
      hasMore = text.startsWith(delimiter, end);
      at = hasMore ? end + delimiter.length : end;
      if (width > mostColumns)
        throw new Error(
          `${source}, line ${first}: more than ${mostColumns.toLocaleString("en-US")} cells; check whether the file is a table, and its delimiter`,
        );
    }
    if (width !== columns.length) {
      const row = text
        .slice(begin, Math.min(at, begin + 200))
        .split(delimiter)
        .slice(0, 50)
        .join(" | ");
      throw new Error(
        `${source}, line ${first}: expected ${countOf(columns.length)}, as in the first row, got ${width}: ${showCell(row)}; ` +
          `correct it, or delete it if it is a note`,
      );
    }
    lines.push(first);
    at++; // the line's end
    line++;
  }
  return { columns, lines };
}

/** The position of a text from a place on, or the end. Places ascend, so that a text of any length is searched once. */
function finder(text: string, wanted: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found < from) found = text.indexOf(wanted, from);
    if (found < 0) found = text.length;
    return found;
  };
}

/** A cell, and the position of the delimiter or line end after it; or what is wrong in its line. */
interface ReadCell {
  readonly content: string;
  readonly end: number;
  readonly fault?: (line: number) => string;
}

function cellReader(
  text: string,
  delimiter: string,
  nextDelimiter: (from: number) => number,
  nextEnd: (from: number) => number,
): (from: number) => ReadCell {
  const skipBlanks = (from: number): number => {
    let at = from;
    while ((text[at] === " " || text[at] === "\t") && !text.startsWith(delimiter, at)) at++;
    return at;
  };
  const unclosed = (line: number): string =>
    `line ${line} or after: a quote is never closed; close it, or check whether the file is cut short`;
  const followed = (line: number): string =>
    `line ${line}: a cell with quotes must be quoted itself, and they doubled ("a ""b"" c"); correct it`;
  return (from) => {
    const open = skipBlanks(from);
    if (text[open] !== '"') {
      const end = Math.min(nextDelimiter(from), nextEnd(from));
      return { content: text.slice(from, end), end };
    }
    let close = text.indexOf('"', open + 1);
    while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
    if (close < 0) return { content: "", end: from, fault: unclosed };
    const end = skipBlanks(close + 1);
    const content = text.slice(open + 1, close).replaceAll('""', '"');
    const isEnd = end >= text.length || text[end] === "\n" || text.startsWith(delimiter, end);
    return { content, end, ...(!isEnd && { fault: followed }) };
  };
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
  return /[",;\t\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
