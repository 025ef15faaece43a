// Sequences with a tag for each token, from text with a token a line, as the shared tasks of CoNLL have it, or from a
// table with a list of both a row; and those without tags. Knows no task.
import { extname } from "node:path";
import { column, placeOf, showCell, type Cell, type Table } from "../../formats/table.ts";
import { readUtf8 } from "../../formats/files.ts";
import { sequencesOf, type ReadSequence } from "../shared/sequence-files.ts";
import { readTableFile } from "../../formats/table-file.ts";

export interface TokenColumns {
  /** A column of lists of tokens, by default `tokens`. */
  readonly tokens?: string | undefined;
  /** A column of series instead: numbers with spaces or commas between them, or lists in JSON. */
  readonly series?: string | undefined;
}

export interface TaggedColumns extends TokenColumns {
  /** A column of lists of tags, by default `tags`. */
  readonly tags?: string | undefined;
}

export interface PlacedTokens {
  /** Tokens, a text that is not split yet, or the numbers of each step. */
  readonly value: string[] | ReadSequence;
  /** File and line, or row, where it begins. */
  readonly place: string;
}

export interface ReadTagged extends PlacedTokens {
  /** One for each token or step. */
  readonly tags: string[];
  /** Of each token, where each has a line of its own. */
  readonly places?: string[];
}

/**
 * Reads .conll, .tsv and .txt as lines with a token first and its tag last, tabs between them where the file has any, else
 * blanks, and an empty line between sentences; `-DOCSTART-` lines, and those that begin with # and have no other column,
 * are left out. Other extensions are tables, whose lists are JSON's or Parquet's, or have blanks between their parts.
 * Throws, by file and line, at a line without a tag or with other columns than the first, unequal counts of tokens and
 * tags, what is no UTF-8, and where there is no token.
 */
export async function readTagged(path: string, columns: TaggedColumns = {}): Promise<ReadTagged[]> {
  if (hasTokenLines(path)) return taggedSentences(path, await readTokenLines(path));
  const table = await readTableFile(path);
  const tags = listColumn(table, columns.tags ?? "tags");
  return tokensOf(table, columns).map((item, i) => {
    const own = tags[i] as string[];
    const steps = item.value.length;
    if (steps === own.length) return { ...item, tags: own };
    throw new Error(
      `${item.place}: ${steps} tokens or steps need as many tags, not ${own.length}; tag each, or remove the ${table.unit}`,
    );
  });
}

/**
 * Sequences to be tagged, from the same files, where tags are not needed and not read. A .txt file is one with a token a
 * line where all its lines end in one of `labels`, else one with a text a line. Throws as `readTagged`.
 */
export async function readTokens(
  path: string,
  labels: readonly string[],
  columns: TokenColumns = {},
): Promise<PlacedTokens[]> {
  if (!hasTokenLines(path)) return tokensOf(await readTableFile(path), columns);
  const lines = await readTokenLines(path);
  if (extname(path).toLowerCase() !== ".txt" || haveTags(lines, labels)) {
    return sentences(path, lines).map((sentence) => ({
      value: sentence.map((line) => line.cells[0] as string),
      place: placeOfLine(path, sentence[0] as TokenLine),
    }));
  }
  return lines.flatMap((line) => {
    const value = line.text.trim();
    return value === "" ? [] : [{ value, place: placeOfLine(path, line) }];
  });
}

function hasTokenLines(path: string): boolean {
  return [".conll", ".tsv", ".txt"].includes(extname(path).toLowerCase());
}

interface TokenLine {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** None of an empty line. */
  readonly cells: readonly string[];
}

async function readTokenLines(path: string): Promise<TokenLine[]> {
  const texts = (await readUtf8(path)).split(/\r\n|\r|\n/u);
  const isEmpty = (text: string): boolean => /^[ \t]*$/u.test(text);
  const hasTabs = texts.some((text) => text.includes("\t") && !isEmpty(text));
  const cellsOf = (text: string): string[] =>
    hasTabs ? text.split("\t").map((cell) => cell.replace(/^ +| +$/gu, "")) : (text.match(/[^ ]+/gu) ?? []);
  return texts.map((text, i) => ({ text, number: i + 1, cells: isEmpty(text) ? [] : cellsOf(text) }));
}

const isDocumentStart = ({ text }: TokenLine): boolean => /^-DOCSTART-(?:[ \t]|$)/u.test(text);
const isRemark = ({ cells }: TokenLine): boolean => cells.length === 1 && cells[0]?.startsWith("#") === true;

function haveTags(lines: readonly TokenLine[], labels: readonly string[]): boolean {
  const known = new Set(labels);
  return lines
    .filter((line) => line.cells.length > 0 && !isDocumentStart(line) && !isRemark(line))
    .every(({ cells }) => cells.length > 1 && known.has(cells.at(-1) as string));
}

/** Lines of tokens, all with as many columns. In a file of a single one a # may be a token, so there are no remarks. */
function sentences(path: string, lines: readonly TokenLine[]): TokenLine[][] {
  const tokens = lines.filter((line) => line.cells.length > 0 && !isDocumentStart(line));
  const first = tokens.find(({ cells }) => !cells[0]?.startsWith("#")) ?? tokens[0];
  if (!first) throw new Error(`${path}: there is no token in it; check that it is the right file`);
  const found: TokenLine[][] = [];
  let open: TokenLine[] | undefined;
  for (const line of lines) {
    if (line.cells.length === 0 || isDocumentStart(line)) open = undefined;
    else if (first.cells.length === 1 || !isRemark(line)) {
      checkColumns(path, line, first);
      if (!open) found.push((open = []));
      open.push(line);
    }
  }
  return found;
}

function checkColumns(path: string, line: TokenLine, { cells: expected, number }: TokenLine): void {
  const { cells, text } = line;
  const place = placeOfLine(path, line);
  if (cells.length !== expected.length) {
    throw new Error(
      `${place}: a line must have ${expected.length} columns, as line ${number}, not ${cells.length}: ${showCell(text)}; ` +
        `its tag may be missing, or put tabs between the columns where tokens have blanks in them`,
    );
  }
  if (cells[0] === "") throw new Error(`${place}: the token is empty; write it, or remove the line`);
}

function taggedSentences(path: string, lines: readonly TokenLine[]): ReadTagged[] {
  return sentences(path, lines).map((sentence) => {
    const places = sentence.map((line) => placeOfLine(path, line));
    const tags = sentence.map(({ cells, text }, i) => {
      const tag = cells.length > 1 ? cells.at(-1) : "";
      if (tag) return tag;
      throw new Error(
        `${places[i]}: a line must be a token and its tag, as Paris B-LOC, not ${showCell(text)}; add the tag`,
      );
    });
    const value = sentence.map((line) => line.cells[0] as string);
    return { value, tags, place: places[0] as string, places };
  });
}

function placeOfLine(path: string, { number }: TokenLine): string {
  return `${path}, line ${number}`;
}

function tokensOf(table: Table, { tokens = "tokens", series }: TokenColumns): PlacedTokens[] {
  if (series !== undefined) return sequencesOf(table, { series });
  return listColumn(table, tokens).map((value, i) => ({ value, place: placeOf(table, i) }));
}

/** Lists of texts. Throws for an empty one and for parts that are neither texts nor numbers, with the place. */
function listColumn(table: Table, name: string): string[][] {
  return column(table, name).cells.map((cell, i) => {
    const place = `${placeOf(table, i)}: '${name}'`;
    const parts = partsOf(cell);
    if (parts.length === 0) throw new Error(`${place} is empty; fill it in, or remove the ${table.unit}`);
    return parts.map((part) => {
      if ((typeof part === "string" && part !== "") || typeof part === "number") return String(part);
      throw new Error(
        `${place} must be a list of texts, as ["in", "Paris"] or in Paris, not ${showCell(cell)}; correct it`,
      );
    });
  });
}

/** The parts of a list in JSON, or of a text with blanks between them. */
function partsOf(cell: Cell): readonly unknown[] {
  const text = String(cell ?? "").trim();
  if (text.startsWith("[")) {
    try {
      return JSON.parse(text) as unknown[];
    } catch {
      // A token may begin with a bracket; Python's lists are neither this nor JSON's.
      if (/^\['.*'\]$/su.test(text)) return [null];
    }
  }
  return text.match(/\S+/gu) ?? [];
}
