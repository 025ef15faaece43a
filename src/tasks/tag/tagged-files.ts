// Sequences with a tag for each token, from text with a token per line or from a table; and sequences without tags.
import { basename, extname } from "node:path";
import { checkOptions, shown, type OptionRules } from "../../base/options.ts";
import { readUtf8 } from "../../formats/files.ts";
import { showCell, type Table } from "../../formats/table.ts";
import { readTableFile } from "../../formats/table-file.ts";
import type { CommandContext, ReadData } from "../command.ts";
import { foundInWords } from "../shared/columns.ts";
import type { SequenceValue } from "../shared/sequence-input.ts";
import type { TaggedItem } from "./design.ts";
import { taggedRows, tokenRows } from "./tagged-tables.ts";
import { haveTags, tokenSentences, type TokenLine } from "./token-lines.ts";

/** Where the tokens of a file are. */
export interface TokenColumns {
  /** The column of a table with lists of tokens. Default `tokens`, or the only column that fits. */
  readonly tokens?: string | undefined;
  /** The column of series, instead of tokens: numbers with blanks or commas between them, or lists in JSON. */
  readonly series?: string | undefined;
  /**
   * Of a file with a token per line the columns of the token and of its tag, from 1. Default the first and the last, or
   * what CoNLL-U has.
   */
  readonly columns?: readonly [token: number, tag: number] | undefined;
}

/** Where the tokens and the tags of a file are. */
export interface TaggedColumns extends TokenColumns {
  /** The column of a table with lists of tags. Default `tags`, or the only column that fits. */
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

const rules: OptionRules<TaggedColumns> = { tokens: "any", series: "any", tags: "any", columns: "any" };

/**
 * Reads a file with a token per line, first its token and last its tag, with an empty line between sentences: .conll,
 * .conllu, .tsv, .txt, .bio, .iob and the like, or no extension. Columns are separated by tabs or blanks; comments, a header
 * and `-DOCSTART-` lines are left out; CoNLL-U has its tokens in column 2 and its tags in column 4. Other extensions are
 * tables, whose lists are JSON's, Parquet's or Python's, or have blanks between items, or which have a token per row and
 * a column that numbers the sentences.
 *
 * Throws, by file and line, for a line without a tag or with another number of columns than the first, for different
 * numbers of tokens and tags, for text that is not UTF-8, where a first column counts tokens, and where there is no token.
 */
export async function readTagged(path: string, columns: TaggedColumns = {}): Promise<TaggedItem[]> {
  checkOptions("readTagged", columns, rules);
  return (await readWithColumns(path, columns)).items;
}

/** Reads as the command line does: says which columns were found, and what was left out. */
export async function readTaggedData(
  path: string,
  columns: TaggedColumns,
  context: Pick<CommandContext, "say">,
): Promise<ReadData<TaggedItem[]>> {
  const { items, found, notes } = await readWithColumns(path, columns);
  sayColumns(hasTokenLines(path) ? {} : found, columns, notes, context);
  return { data: items, found };
}

function sayColumns(
  found: Readonly<Record<string, string>>,
  columns: TaggedColumns,
  notes: readonly string[],
  context: Pick<CommandContext, "say">,
): void {
  const words = foundInWords(found, { ...columns });
  for (const note of words === "" ? notes : [words, ...notes]) context.say(note);
}

/**
 * Reads sequences to be tagged from the same kinds of files, whose tags, if any, are not read. A .txt file, or one without
 * extension, has a token per line where every line ends in one of `labels`, else a text per line. Throws as `readTagged`.
 */
export async function readTokens(path: string, settings: TokenSettings = {}): Promise<PlacedTokens[]> {
  return (await readTokensWithColumns(path, settings)).items;
}

/** Reads as the command line does: says which columns were found, and what was left out. */
export async function readTokensFor(
  path: string,
  settings: TokenSettings,
  context: Pick<CommandContext, "say">,
): Promise<readonly PlacedTokens[]> {
  const { items, found, notes } = await readTokensWithColumns(path, settings);
  sayColumns(found, settings, notes, context);
  return items;
}

/** What was read, the columns that it was found in, and what else was taken for what. */
interface Reading<T> {
  readonly items: T[];
  readonly found: Record<string, string>;
  readonly notes: readonly string[];
}

async function readTokensWithColumns(path: string, settings: TokenSettings): Promise<Reading<PlacedTokens>> {
  const { labels = [], columns } = settings;
  if (!hasTokenLines(path)) {
    return tokenRows(await readTable(path, settings), settings);
  }
  const text = await readUtf8(path);
  if (isTextFile(path) && !haveTags(text, labels, columns?.[1])) {
    const items = text.split(/\r\n|\r|\n/u).flatMap((line, i) => {
      const value = line.trim();
      return value === "" ? [] : [{ value, place: `${path}, line ${i + 1}` }];
    });
    return { items, found: {}, notes: ["a sentence per line"] };
  }
  const { sentences, notes } = tokenSentences(path, text, checkedColumns(columns));
  const items = sentences.map((sentence) => ({
    value: sentence.map(({ token }) => token),
    place: sentence[0]?.place ?? path,
  }));
  return { items, found: {}, notes: ["a token per line", ...notes] };
}

async function readWithColumns(path: string, columns: TaggedColumns): Promise<Reading<TaggedItem>> {
  if (!hasTokenLines(path)) {
    return taggedRows(await readTable(path, columns), columns);
  }
  const text = await readUtf8(path);
  const {
    sentences,
    columns: found,
    width,
    notes,
  } = tokenSentences(path, text, checkedColumns(columns.columns));
  const isUsual = found[0] === 1 && found[1] === width;
  return { items: sentences.map(itemOf), found: isUsual ? {} : { columns: found.join(",") }, notes };
}

function itemOf(sentence: readonly TokenLine[]): TaggedItem {
  const places = sentence.map(({ place }) => place);
  return {
    value: sentence.map(({ token }) => token),
    tags: sentence.map(({ tag, text, place }) => {
      if (tag) return tag;
      throw new Error(
        `${place}: expected a token and its tag, such as Paris B-LOC, got ${showCell(text)}; add the tag`,
      );
    }),
    place: places[0] as string,
    places,
  };
}

async function readTable(path: string, { columns }: TokenColumns): Promise<Table> {
  if (columns === undefined) return readTableFile(path);
  throw new Error(
    `${basename(path)}: columns by number are those of a file with a token per line, and this is a table; name its ` +
      "columns of tokens and tags instead",
  );
}

function checkedColumns(columns: TokenColumns["columns"]): TokenColumns["columns"] {
  const isWhole = (column: unknown): boolean => Number.isSafeInteger(column) && (column as number) >= 1;
  if (columns === undefined || (Array.isArray(columns) && columns.length === 2 && columns.every(isWhole)))
    return columns;
  throw new Error(
    `columns: expected the numbers of the token's and the tag's column, such as [2, 4], got ${shown(columns)}`,
  );
}

const extensions = [
  ..."conll conllu conllx conllup tsv txt bio iob iob2 bioes iobes bilou ner pos"
    .split(" ")
    .map((name) => `.${name}`),
  "",
];

/** Whether a file has a token per line, by its extension, rather than a table. */
export function hasTokenLines(path: string): boolean {
  return extensions.includes(extname(path).toLowerCase());
}

/** Whether a file to be tagged may have a text per line instead. */
const isTextFile = (path: string): boolean => [".txt", ""].includes(extname(path).toLowerCase());
