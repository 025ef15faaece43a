// Pairs of texts from files: two columns of a table, or the lines of a text file with a tab between source and target.
import { extname } from "node:path";
import { checkOptions, type OptionRules } from "../../base/options.ts";
import { readLines, readUtf8 } from "../../formats/files.ts";
import { column, placeOf, showCell } from "../../formats/table.ts";
import { readTableFile } from "../../formats/table-file.ts";
import type { CommandContext, ReadData } from "../command.ts";
import { chooseColumn, foundInWords } from "../shared/columns.ts";
import { textColumn } from "../shared/sequence-files.ts";
import type { TextPair } from "./design.ts";

/** The columns of a table of pairs. */
export interface PairColumns {
  /** The column of sources. Default `source`, or the only column besides the targets. */
  readonly source?: string | undefined;
  /** The column of targets. Default `target`, or the only column besides the sources. */
  readonly target?: string | undefined;
}

const rules: OptionRules<PairColumns> = { source: "any", target: "any" };

/**
 * Reads a table (.csv, .tsv, .jsonl, .json, .parquet), or a text file (.txt) with a source, a tab and a target per line.
 * Further columns are left out where all lines have as many. Throws for missing columns, empty cells and lines without a
 * tab, by file and line.
 */
export async function readPairs(path: string, columns: PairColumns = {}): Promise<TextPair[]> {
  checkOptions("readPairs", columns, rules);
  return (await readPairsAndColumns(path, columns)).data;
}

async function readPairsAndColumns(
  path: string,
  { source, target }: PairColumns,
): Promise<{
  readonly data: TextPair[];
  readonly columns: Record<string, string>;
  readonly notes: readonly string[];
}> {
  if (isText(path)) return { ...(await linesWithTabs(path)), columns: {} };
  if (source !== undefined && source === target) {
    throw new Error(`${path}: '${source}' cannot be both source and target; name another column`);
  }
  const table = await readTableFile(path);
  const sources = chooseColumn(table, { name: source, usual: "source", taken: [target ?? "target"] });
  const targets = chooseColumn(table, { name: target, usual: "target", taken: [sources] });
  const [from, to] = [textColumn(table, sources), textColumn(table, targets)];
  return {
    data: from.map((text, i) => ({ source: text, target: to[i] as string, place: placeOf(table, i) })),
    columns: { source: sources, target: targets },
    notes: [],
  };
}

/** Reads pairs as the command line does, and says which columns were found. `typed` says which a person named. */
export async function readPairsFor(
  path: string,
  columns: PairColumns,
  typed: Readonly<Record<string, unknown>>,
  context: Pick<CommandContext, "say">,
): Promise<ReadData<TextPair[]>> {
  checkColumns(path, typed);
  const { data, columns: found, notes } = await readPairsAndColumns(path, columns);
  const told = foundInWords(found, { ...columns });
  for (const note of told === "" ? notes : [told, ...notes]) context.say(note);
  return { data, found };
}

/** A text to translate. */
export interface PlacedSource {
  readonly source: string;
  /** File and line, or row. */
  readonly place: string;
}

/** Reads sources as the command line does. `typed` says which column a person named. */
export async function readSourcesFor(
  path: string,
  columns: Pick<PairColumns, "source">,
  typed: Readonly<Record<string, unknown>>,
): Promise<PlacedSource[]> {
  checkColumns(path, typed);
  return readSources(path, columns);
}

/**
 * Reads texts to translate: the lines of a text file (.txt), up to a tab if there is one, or a column of a table. A blank
 * line or cell is an empty text. Throws for missing columns.
 */
export async function readSources(
  path: string,
  { source }: Pick<PairColumns, "source"> = {},
): Promise<PlacedSource[]> {
  if (isText(path)) {
    const lines = (await readUtf8(path)).replace(/(?:\r\n|\r|\n)$/u, "").split(/\r\n|\r|\n/u);
    return lines.map((text, i) => ({
      source: text.split("\t")[0] as string,
      place: `${path}, line ${i + 1}`,
    }));
  }
  const table = await readTableFile(path);
  const { cells } = column(table, chooseColumn(table, { name: source, usual: "source", taken: ["target"] }));
  return cells.map((cell, i) => ({ source: String(cell ?? ""), place: placeOf(table, i) }));
}

const isText = (path: string): boolean => extname(path).toLowerCase() === ".txt";

/** Throws for the name of a column of a file that has none. Models of 0.1.0 name the usual columns in any case. */
function checkColumns(path: string, typed: Readonly<Record<string, unknown>>): void {
  const name = ["source", "target"].find((usual) => typed[usual] !== undefined && typed[usual] !== usual);
  if (name === undefined || !isText(path)) return;
  throw new Error(`${path}: a text file has no columns, so --${name} would do nothing; leave it out`);
}

/** Pairs, and a note where lines have more columns than two. */
async function linesWithTabs(
  path: string,
): Promise<{ readonly data: TextPair[]; readonly notes: readonly string[] }> {
  const lines = await readLines(path);
  const width = lines[0]?.text.split("\t").length ?? 0;
  // Collections of sentences have a third column for where each is from.
  const hasMore =
    width > 2 && lines.length > 1 && lines.every(({ text }) => text.split("\t").length === width);
  const data = lines.map(({ text, place }) => {
    const [source, target, ...more] = text.split("\t");
    if (source && target && (hasMore || more.length === 0)) return { source, target, place };
    throw new Error(
      `${place}: expected a source, a tab and a target, got ${showCell(text)}; correct the line, or remove it`,
    );
  });
  return { data, notes: hasMore ? [`source: column 1, target: column 2 of ${width}`] : [] };
}
