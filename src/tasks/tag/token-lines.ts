// Text with a token per line, as in the shared tasks of CoNLL, as sentences: which lines have tokens, and which columns have
// the token and its tag.
import { showCell } from "../../formats/table.ts";
import { spanScheme } from "./spans.ts";

/** A line with a token. */
export interface TokenLine {
  readonly token: string;
  /** Empty where the line ends before it; undefined in a file of one column. */
  readonly tag: string | undefined;
  /** File and line, `names.conll, line 3`. */
  readonly place: string;
  /** The line as it is in the file. */
  readonly text: string;
}

/** The columns of the token and its tag, from 1. */
export type ColumnNumbers = readonly [token: number, tag: number];

export interface TokenSentences {
  readonly sentences: readonly (readonly TokenLine[])[];
  readonly columns: ColumnNumbers;
  /** Number of columns. */
  readonly width: number;
  /** The columns in words, and what was left out: a line of text each. */
  readonly notes: readonly string[];
}

/**
 * The sentences of a text, with an empty line or `-DOCSTART-` between them. Columns are separated by tabs if most lines have
 * one, else by blanks. Left out are a header and comments: lines that begin with # and have no other column, or stand
 * before or after a sentence and have other columns than tokens or an unknown tag. The token is in the first column and
 * the tag in the last; in CoNLL-U and CoNLL-X, whose ten columns begin with a count, they are in columns 2 and 4, or 2 and
 * 10 if the last marks spans, and lines of several words (`3-4`) or of none (`5.1`) are left out. `columns` names others.
 *
 * Throws, by line, at another number of columns than in the first line and at an empty token; without `columns` also where
 * the first one counts the tokens or is the same in all lines; and where there is no token.
 */
export function tokenSentences(path: string, text: string, columns?: ColumnNumbers): TokenSentences {
  const rows = rowsOf(text);
  const noToken = `${path}: the file has no token; check that it is the right file`;
  // In a file of one column a # may be a token.
  const sample = rows.find((row) => !isHash(row)) ?? rows[0];
  if (!sample) throw new Error(noToken);
  const layout: Layout = { path, width: widthOf(sample), sample };
  const { tokens, comments } = withoutComments(rows, layout, columns);
  const header = isHeader(tokens, columns) ? tokens.shift() : undefined;
  if (tokens.length === 0) throw new Error(noToken);
  for (const row of tokens) checkWidth(row, layout);
  const isCounted = countsTokens(tokens);
  const chosen = columns ? namedColumns(columns, layout) : chooseColumns(tokens, isCounted, layout);
  const isWord = ({ cells }: Row): boolean =>
    !isCounted || chosen[0] === 1 || wholeNumber.test(cells[0] ?? "");
  return {
    sentences: sentencesOf(tokens, isWord, chosen, layout),
    columns: chosen,
    width: layout.width,
    notes: [
      ...(chosen[1] === 0
        ? []
        : [
            `${isCounted && layout.width === 10 ? "CoNLL-U; " : ""}token: column ${chosen[0]}, tag: column ${chosen[1]} of ${layout.width}`,
          ]),
      ...(header ? [`left out the header, line ${header.number}: ${showCell(header.text)}`] : []),
      ...leftOut("comment", comments),
      ...leftOut(
        "line of several words or of none",
        tokens.filter((row) => !isWord(row)),
      ),
    ],
  };
}

/** Whether every line that is no comment ends in one of `labels`: a file of tagged tokens, not of sentences. */
export function haveTags(text: string, labels: readonly string[], tagColumn?: number): boolean {
  const known = new Set(labels);
  const rows = rowsOf(text).filter((row) => !(isHash(row) && row.cells.length === 1));
  const tagOf = ({ cells }: Row): string | undefined =>
    tagColumn !== undefined && cells.length >= tagColumn ? cells[tagColumn - 1] : cells.at(-1);
  return rows.every((row) => row.cells.length > 1 && (known.has(tagOf(row) ?? "") || isHash(row)));
}

interface Row {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** The sentence that it belongs to, if it is no comment: a number that grows at empty lines and starts of documents. */
  readonly block: number;
  readonly cells: readonly string[];
}

interface Layout {
  readonly path: string;
  /** Number of columns. */
  readonly width: number;
  /** The line that the others are compared with. */
  readonly sample: Row;
}

const wholeNumber = /^\d+$/u;

/** The lines that are not empty. */
function rowsOf(text: string): Row[] {
  const lines = text.split(/\r\n|\r|\n/u);
  const isEmpty = (line: string): boolean => /^[ \t]*$/u.test(line);
  const isDocumentStart = (line: string): boolean => /^-DOCSTART-(?:[ \t]|$)/u.test(line);
  let [withTabs, without] = [0, 0];
  for (const line of lines) {
    if (line.startsWith("#") || isEmpty(line)) continue;
    if (line.includes("\t")) withTabs++;
    else without++;
  }
  const hasTabs = withTabs > without || (withTabs === 0 && without === 0 && text.includes("\t"));
  const cellsOf = (line: string): string[] =>
    hasTabs ? line.split("\t").map(withoutBlanks) : (line.match(/[^ \t]+/gu) ?? []);
  const rows: Row[] = [];
  let block = 0;
  lines.forEach((line, i) => {
    if (isEmpty(line) || isDocumentStart(line)) block++;
    else rows.push({ text: line, number: i + 1, block, cells: cellsOf(line) });
  });
  return rows;
}

const isHash = ({ cells }: Pick<Row, "cells">): boolean => cells[0]?.startsWith("#") === true;

/** Columns without empty ones at the end. */
function widthOf({ cells }: Row): number {
  const last = cells.findLastIndex((cell) => cell !== "");
  return Math.max(1, last + 1);
}

function withoutComments(
  rows: readonly Row[],
  { width }: Layout,
  columns?: ColumnNumbers,
): { readonly tokens: Row[]; readonly comments: readonly Row[] } {
  const tagOf = ({ cells }: Row): string => cells[(columns?.[1] ?? width) - 1] ?? "";
  const tags = new Set(rows.filter((row) => !isHash(row)).map(tagOf));
  const tokens: Row[] = [];
  const comments: Row[] = [];
  rows.forEach((row, i) => {
    const isBefore = tokens.at(-1)?.block !== row.block;
    const isAfter = rows[i + 1]?.block !== row.block;
    const isOther = row.cells.length !== width && (isBefore || isAfter || row.cells.length === 1);
    const hasNoTag = width > 1 && isBefore && /^#+$/u.test(row.cells[0] ?? "") && !tags.has(tagOf(row));
    (isHash(row) && (isOther || hasNoTag) ? comments : tokens).push(row);
  });
  return { tokens, comments };
}

const titles = {
  token: /^(?:id|idx|index|tokens?|words?|forms?|text|sentence(?:[ _-]?id)?)$/iu,
  tag: /^(?:tags?|labels?|entity|entities|(?:ner?|pos|iob2?|bio|chunk)(?:[ _-]?(?:tags?|labels?))?|upos|xpos)$/iu,
};

/** Whether the first line names the columns: one of its cells is a title, and no other line has its tag. */
function isHeader([first, ...others]: readonly Row[], columns?: ColumnNumbers): boolean {
  if (!first || first.cells.length < 2 || others.length === 0) return false;
  const [token, tag] = columns ?? [1, first.cells.length];
  const [title = "", tagTitle = ""] = [first.cells[token - 1], first.cells[tag - 1]];
  if (!titles.token.test(title) && !titles.tag.test(tagTitle)) return false;
  return others.every(({ cells }) => cells[tag - 1] !== tagTitle);
}

/** Whether the first column is numbers that ascend in each sentence, with CoNLL-U's `3-4` and `5.1` among them. */
function countsTokens(rows: readonly Row[]): boolean {
  let hasAscent = false;
  let before: { readonly block: number; readonly count: number } | undefined;
  for (const { cells, block } of rows) {
    const [first = ""] = cells;
    if (/^\d+[-.]\d+$/u.test(first)) continue;
    if (!wholeNumber.test(first)) return false;
    const count = Number(first);
    if (before?.block === block) {
      if (count <= before.count) return false;
      hasAscent = true;
    }
    before = { block, count };
  }
  return hasAscent;
}

function namedColumns([token, tag]: ColumnNumbers, { path, width, sample }: Layout): ColumnNumbers {
  if (width === 1) return [1, 0];
  const missing = [token, tag].find((column) => column > width);
  if (missing === undefined) return [token, tag];
  throw new Error(
    `${path}, line ${sample.number}: there is no column ${missing} in ${showCell(sample.text)}; name columns from 1 to ${width}`,
  );
}

function chooseColumns(rows: readonly Row[], isCounted: boolean, layout: Layout): ColumnNumbers {
  const { path, width, sample } = layout;
  if (isCounted && width === 10) {
    const words = rows.filter(({ cells }) => wholeNumber.test(cells[0] ?? ""));
    const last = new Set(words.map(({ cells }) => cells[9] ?? ""));
    return [2, spanScheme([...last]) ? 10 : 4];
  }
  const [first = ""] = rows[0]?.cells ?? [];
  const isConstant = width > 2 && rows.length > 2 && rows.every(({ cells }) => cells[0] === first);
  if (!isCounted && !isConstant) return [1, width === 1 ? 0 : width];
  const fault = isCounted ? "counts the tokens" : `is '${first}' in all lines`;
  const remedy =
    width < 3
      ? "write the tokens there; if these are the tokens, add --columns 1,2"
      : `name the columns of the token and its tag, such as --columns 2,${width} for ${showCell(sample.text)}`;
  throw new Error(`${path}: the first column ${fault}, so it has no tokens; ${remedy}`);
}

function checkWidth({ cells, number, text }: Row, { path, width, sample }: Layout): void {
  if (cells.length === width) return;
  if (cells.length > width && cells.slice(width).every((cell) => cell === "")) return;
  throw new Error(
    `${path}, line ${number}: expected ${width} ${width === 1 ? "column" : "columns"}, as in line ${sample.number}, got ` +
      `${cells.length}: ${showCell(text)}; add a missing tag, or put tabs between the columns if tokens have blanks in ` +
      "them; a comment begins with # and stands before its sentence",
  );
}

function sentencesOf(
  rows: readonly Row[],
  isWord: (row: Row) => boolean,
  [token, tag]: ColumnNumbers,
  { path }: Layout,
): TokenLine[][] {
  const sentences: TokenLine[][] = [];
  const before = `${path}, line `;
  let last: Row | undefined;
  for (const row of rows) {
    if (!isWord(row)) continue;
    const { cells, text, number } = row;
    const place = before + number;
    const word = cells[token - 1];
    if (!word) throw new Error(`${place}: the token is empty; write it, or remove the line`);
    if (last?.block !== row.block) sentences.push([]);
    last = row;
    sentences.at(-1)?.push({ token: word, tag: tag === 0 ? undefined : (cells[tag - 1] ?? ""), place, text });
  }
  return sentences;
}

/** "left out 3 comments, the first in line 1: '# doc'". */
function leftOut(kind: string, rows: readonly Row[]): string[] {
  const [first] = rows;
  if (!first) return [];
  const count =
    rows.length === 1 ? `a ${kind}, in` : `${rows.length} ${kind.replace(/^\w+/u, "$&s")}, the first in`;
  return [`left out ${count} line ${first.number}: ${showCell(first.text)}`];
}

/** A cell without spaces around it; a regular expression would take time as their square. */
function withoutBlanks(cell: string): string {
  let [from, to] = [0, cell.length];
  while (cell[from] === " ") from++;
  while (to > from && cell[to - 1] === " ") to--;
  return cell.slice(from, to);
}
