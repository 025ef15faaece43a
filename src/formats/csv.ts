// CSV and TSV as tables, and rows as CSV. The package csv-parse has the grammar; the delimiter, the header, line numbers
// and errors are found here. Cells stay text.
import { parse } from "csv-parse/sync";
import { makeTable, numberOf, showCell, type Table } from "./table.ts";
import { decodeText } from "./utf8.ts";

/** Settings of `decodeCsv`. */
export interface CsvSettings {
  /** Default: comma, semicolon or tab, whichever is most frequent in the first line. */
  readonly delimiter?: string;
  /** Column names of a file without a header; by default the first line has them. */
  readonly columns?: readonly string[];
}

/**
 * Decodes a file's bytes. Cells may be in double quotes, with inner quotes doubled; line ends in them become `\n`. An
 * empty cell is null, and empty lines are skipped. A byte order mark and any mix of line ends are accepted. A column with
 * an empty name, as pandas writes for its index, is called "column 1" after its number.
 * Throws, with the line, at bytes that are not UTF-8, no rows, no header, rows with more or fewer cells than the first,
 * and quotes that are never closed or stand in the middle of a cell.
 */
export function decodeCsv(source: string, bytes: Uint8Array, settings: CsvSettings = {}): Table {
  const text = decodeText(source, bytes).replaceAll(/\r\n?/g, "\n");
  const { delimiter = findDelimiter(text) } = settings;
  const { records, lines } = parseRecords(source, text, delimiter);
  const [first] = records;
  if (!first) throw new Error(`${source}: the file has no rows; check that it is the right one`);
  const names = settings.columns ?? columnNames(source, first, lines[0] ?? 1);
  if (names.length !== first.length)
    throw new Error(
      `${source}, line ${lines[0]}: expected ${names.length} cells, for the columns ${names.join(", ")}, got ` +
        `${first.length}; name every column, or set the delimiter (taken to be ${JSON.stringify(delimiter)})`,
    );
  const headerRows = settings.columns ? 0 : 1;
  if (records.length === headerRows)
    throw new Error(`${source}: the file has a header but no rows; check whether it is cut short`);
  const rows = records.slice(headerRows);
  const columns = names.map((name, i) => ({ name, cells: rows.map((row) => row[i] || null) }));
  return makeTable(source, columns, { unit: "line", lines: Int32Array.from(lines.slice(headerRows)) });
}

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

/** Records as cells, and for each the line in which it begins. */
function parseRecords(
  source: string,
  text: string,
  delimiter: string,
): { records: readonly (readonly string[])[]; lines: readonly number[] } {
  const lines: number[] = [];
  let last = 0; // the line in which the last record ended
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
    throw new Error(`${source}, ${reasonOf(error, last, width)}`, { cause: error });
  }
}

function lineEnds(cell: string): number {
  return cell.includes("\n") ? cell.split("\n").length - 1 : 0;
}

/** A csv-parse error after a record that ended in line `last`, where records have `width` cells. */
function reasonOf(error: unknown, last: number, width: number): string {
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
      const row = showCell((record ?? []).join(" | "));
      return (
        `line ${line}: expected ${width} cells, as in the first row, got ${record?.length ?? 0}: ${row}; ` +
        `correct it, or delete it if it is a note`
      );
    }
    case "CSV_QUOTE_NOT_CLOSED":
      return `line ${last + 1} or after: a quote is never closed; close it, or check whether the file is cut short`;
    case "CSV_INVALID_CLOSING_QUOTE":
    case "INVALID_OPENING_QUOTE":
      return `line ${lines}: a cell with quotes must be quoted itself, and they doubled ("a ""b"" c"); correct it`;
    default:
      return `line ${lines}: ${message}; correct it`;
  }
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
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined)
    throw new Error(`${source}, line ${line}: column name '${repeated}' appears twice; rename one`);
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
          `writing CSV, row ${i}: expected ${width} cells, as in the first row, got ${row.length}`,
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
