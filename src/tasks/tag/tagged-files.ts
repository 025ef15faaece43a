// Sequences with a tag for each token, from text with a token per line, as in the shared tasks of CoNLL, or from a table
// with a list of tokens and a list of tags per row; and sequences without tags.
import { extname } from "node:path";
import { checkOptions, type OptionRules } from "../../base/options.ts";
import {
  column,
  numberOf,
  placeOf,
  showCell,
  type Cell,
  type Column,
  type Table,
} from "../../formats/table.ts";
import { readUtf8 } from "../../formats/files.ts";
import { readTableFile } from "../../formats/table-file.ts";
import type { CommandContext, ReadData } from "../command.ts";
import { chooseColumn, foundInWords } from "../shared/columns.ts";
import { sequencesOf } from "../shared/sequence-files.ts";
import type { SequenceValue } from "../shared/sequence-input.ts";
import type { TaggedItem } from "./design.ts";

/** The column of a table that has sequences. */
export interface TokenColumns {
  /** The column of lists of tokens. Default `tokens`, or the only column that fits. */
  readonly tokens?: string | undefined;
  /** The column of series, instead of tokens: numbers with blanks or commas between them, or lists in JSON. */
  readonly series?: string | undefined;
}

/** The columns of a table of tagged sequences. */
export interface TaggedColumns extends TokenColumns {
  /** The column of lists of tags. Default `tags`, or the only column that fits. */
  readonly tags?: string | undefined;
}

export interface TokenSettings extends TokenColumns {
  /** The labels of the tagger, by which a .txt file with tags at the ends of its lines is told from other text. */
  readonly labels?: readonly string[];
}

/** A sequence to be tagged. */
export interface PlacedTokens {
  /** Tokens; a text that is not split yet; or the numbers of each step. */
  readonly value: SequenceValue;
  /** File and line, or row, where it begins. */
  readonly place: string;
}

const rules: OptionRules<TaggedColumns> = { tokens: "any", series: "any", tags: "any" };

/**
 * Reads .conll, .tsv and .txt as lines with a token first and its tag last, separated by tabs if the file has any, else by
 * blanks, with an empty line between sentences; `-DOCSTART-` lines are left out, and so are lines that begin with # and
 * have no other column. Other extensions are tables, whose lists are JSON's or Parquet's, or have blanks between items.
 * Throws, by file and line, for a line without a tag or with another number of columns than the first, for different
 * numbers of tokens and tags, for text that is not UTF-8, and where there is no token.
 */
export async function readTagged(path: string, columns: TaggedColumns = {}): Promise<TaggedItem[]> {
  checkOptions("readTagged", columns, rules);
  return (await readWithColumns(path, columns)).data;
}

/** Reads as the command line does: says which columns were found. */
export async function readTaggedData(
  path: string,
  columns: TaggedColumns,
  context: Pick<CommandContext, "say">,
): Promise<ReadData<TaggedItem[]>> {
  const { data, found } = await readWithColumns(path, columns);
  const words = foundInWords(found, { ...columns });
  if (words !== "") context.say(words);
  return { data, found };
}

/**
 * Reads sequences to be tagged from the same kinds of files, whose tags, if any, are not read. A .txt file has a token per
 * line where every line ends in one of `labels`, else a text per line. Throws as `readTagged` does.
 */
export async function readTokens(path: string, settings: TokenSettings = {}): Promise<PlacedTokens[]> {
  if (!hasTokenLines(path)) {
    const table = await readTableFile(path);
    const { tokens, series } = settings;
    return tokensOf(table, series === undefined ? { tokens: chooseTokens(table, tokens) } : { series });
  }
  const lines = await readTokenLines(path);
  if (extname(path).toLowerCase() !== ".txt" || haveTags(lines, settings.labels ?? [])) {
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

async function readWithColumns(
  path: string,
  columns: TaggedColumns,
): Promise<{ readonly data: TaggedItem[]; readonly found: Record<string, string> }> {
  if (hasTokenLines(path)) return { data: taggedSentences(path, await readTokenLines(path)), found: {} };
  const table = await readTableFile(path);
  const { tags, ...sequence } = chooseColumns(table, columns);
  const lists = listColumn(table, tags);
  const data = tokensOf(table, sequence).map((item, i) => {
    const list = lists[i] as string[];
    const steps = item.value.length;
    if (steps === list.length) return { ...item, tags: list };
    throw new Error(
      `${item.place}: expected ${steps} tags, one per token or step, got ${list.length}; tag each, or remove the ${table.unit}`,
    );
  });
  return { data, found: { ...sequence, tags } };
}

type SequenceColumn = { readonly tokens: string } | { readonly series: string };

function chooseColumns(
  table: Table,
  { tokens, series, tags }: TaggedColumns,
): SequenceColumn & { readonly tags: string } {
  if (tokens !== undefined && series !== undefined) {
    throw new Error(
      `${table.source}: sequences are tokens ('${tokens}') or series ('${series}'), not both; name one column`,
    );
  }
  const usual = table.columns.some(({ name }) => name === "tokens") ? "tokens" : undefined;
  const taken = [series ?? tokens ?? usual];
  const chosen = chooseColumn(table, { name: tags, usual: "tags", taken, fits: hasText });
  if (series !== undefined)
    return { series: chooseColumn(table, { name: series, usual: "series" }), tags: chosen };
  return { tokens: chooseTokens(table, tokens, chosen), tags: chosen };
}

function chooseTokens(table: Table, name: string | undefined, tags?: string): string {
  return chooseColumn(table, { name, usual: "tokens", taken: [tags], fits: hasText });
}

/** Whether a column may have lists, in JSON or with blanks between items; one of numbers has none. */
const hasText = ({ cells }: Column): boolean =>
  cells.some((cell) => cell !== null && numberOf(cell) === undefined);

/** Whether a file has a token per line, by its extension, rather than a table. */
export function hasTokenLines(path: string): boolean {
  return [".conll", ".tsv", ".txt"].includes(extname(path).toLowerCase());
}

interface TokenLine {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Empty for an empty line. */
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
const isComment = ({ cells }: TokenLine): boolean => cells.length === 1 && cells[0]?.startsWith("#") === true;

function haveTags(lines: readonly TokenLine[], labels: readonly string[]): boolean {
  const known = new Set(labels);
  return lines
    .filter((line) => line.cells.length > 0 && !isDocumentStart(line) && !isComment(line))
    .every(({ cells }) => cells.length > 1 && known.has(cells.at(-1) as string));
}

/** Sentences of lines with equal numbers of columns. In a file of one column a # may be a token, so it has no comments. */
function sentences(path: string, lines: readonly TokenLine[]): TokenLine[][] {
  const tokens = lines.filter((line) => line.cells.length > 0 && !isDocumentStart(line));
  const first = tokens.find(({ cells }) => !cells[0]?.startsWith("#")) ?? tokens[0];
  if (!first) throw new Error(`${path}: the file has no token; check that it is the right file`);
  const all: TokenLine[][] = [];
  let open: TokenLine[] | undefined;
  for (const line of lines) {
    if (line.cells.length === 0 || isDocumentStart(line)) open = undefined;
    else if (first.cells.length === 1 || !isComment(line)) {
      checkColumns(path, line, first);
      if (!open) all.push((open = []));
      open.push(line);
    }
  }
  return all;
}

function checkColumns(path: string, line: TokenLine, { cells: expected, number }: TokenLine): void {
  const { cells, text } = line;
  const place = placeOfLine(path, line);
  if (cells.length !== expected.length) {
    throw new Error(
      `${place}: expected ${expected.length} columns, as in line ${number}, got ${cells.length}: ${showCell(text)}; ` +
        `add a missing tag, or put tabs between the columns if tokens have blanks in them`,
    );
  }
  if (cells[0] === "") throw new Error(`${place}: the token is empty; write it, or remove the line`);
}

function taggedSentences(path: string, lines: readonly TokenLine[]): TaggedItem[] {
  return sentences(path, lines).map((sentence) => {
    const places = sentence.map((line) => placeOfLine(path, line));
    const tags = sentence.map(({ cells, text }, i) => {
      const tag = cells.length > 1 ? cells.at(-1) : "";
      if (tag) return tag;
      throw new Error(
        `${places[i]}: expected a token and its tag, such as Paris B-LOC, got ${showCell(text)}; add the tag`,
      );
    });
    const value = sentence.map((line) => line.cells[0] as string);
    return { value, tags, place: places[0] as string, places };
  });
}

function placeOfLine(path: string, { number }: TokenLine): string {
  return `${path}, line ${number}`;
}

function tokensOf(table: Table, chosen: SequenceColumn): PlacedTokens[] {
  if ("series" in chosen) return sequencesOf(table, chosen);
  return listColumn(table, chosen.tokens).map((value, i) => ({ value, place: placeOf(table, i) }));
}

/** Lists of texts. Throws for an empty list, and for items that are neither texts nor numbers, with the place. */
function listColumn(table: Table, name: string): string[][] {
  return column(table, name).cells.map((cell, i) => {
    const place = `${placeOf(table, i)}: '${name}'`;
    const items = itemsOf(cell);
    if (items.length === 0) throw new Error(`${place} is empty; fill it in, or remove the ${table.unit}`);
    return items.map((item) => {
      if ((typeof item === "string" && item !== "") || typeof item === "number") return String(item);
      throw new Error(
        `${place} must be a list of texts, such as ["in", "Paris"] or in Paris, not ${showCell(cell)}; correct it`,
      );
    });
  });
}

/** The items of a list in JSON, or of a text with blanks between them. */
function itemsOf(cell: Cell): readonly unknown[] {
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
