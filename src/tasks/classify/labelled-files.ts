// Labelled sequences from a table or a folder.
import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { suggestion } from "../../base/nearest.ts";
import { checkOptions, type OptionRules } from "../../base/options.ts";
import { decodeTable } from "../../formats/decode-table.ts";
import { readBytes } from "../../formats/files.ts";
import type { Table } from "../../formats/table.ts";
import { readTableFile } from "../../formats/table-file.ts";
import type { CommandContext, ReadData } from "../command.ts";
import { chooseColumn, foundInWords, splitNames } from "../shared/columns.ts";
import { chooseSequences, sequencesOf, textColumn } from "../shared/sequence-files.ts";
import type { LabelledItem } from "./design.ts";
import { readLabelledTexts } from "./labelled-folder.ts";

/** The columns of a table of labelled sequences. */
export interface LabelledColumns {
  /** The column of texts. Default `text`, or the only column besides the labels; lists of numbers in it are series. */
  readonly text?: string | undefined;
  /** The column of series, instead of texts: numbers with blanks or commas between them, or lists in JSON. */
  readonly series?: string | undefined;
  /** The column of labels. Default `label`, or the only column besides the sequences. */
  readonly label?: string | undefined;
}

const rules: OptionRules<LabelledColumns> = { text: "any", series: "any", label: "any" };

/**
 * Reads a table (.csv, .tsv, .jsonl, .json, .parquet) with a label per row. Throws for missing columns and cells, and for
 * wrong numbers, by file and line.
 */
export async function readLabelledTable(
  path: string,
  columns: LabelledColumns = {},
): Promise<LabelledItem[]> {
  checkOptions("readLabelledTable", columns, rules);
  return (await readTable(path, columns)).items;
}

async function readTable(
  path: string,
  { text, series, label }: LabelledColumns,
): Promise<{ readonly items: LabelledItem[]; readonly columns: Record<string, string> }> {
  const table = await labelledTable(path);
  const named = series ?? text;
  if (named !== undefined && named === label)
    throw new Error(`${path}: '${named}' cannot be both the sequence and its label; name another column`);
  const labels = chooseColumn(table, { name: label, usual: "label", taken: [named] });
  const read = chooseSequences(table, { text, series }, [labels]);
  const cells = textColumn(table, labels);
  return {
    items: sequencesOf(table, read).map((sequence, i) => ({
      ...sequence,
      label: (cells[i] as string).trim(),
    })),
    columns: { ...read, label: labels },
  };
}

/** A table. Throws for a text file without columns, which has no labels. */
async function labelledTable(path: string): Promise<Table> {
  if (extname(path).toLowerCase() !== ".txt") return readTableFile(path);
  const noLabels =
    `${path}: a text file has no labels; give a table with a column of labels (.csv, .jsonl, .parquet), or a folder with a ` +
    "file or a folder of texts for each label";
  const bytes = await readBytes(path);
  const table = await decodeTable(basename(path), bytes).catch((error: unknown) => {
    throw new Error(`${noLabels} (as a table: ${(error as Error).message})`, { cause: error });
  });
  if (table.columns.length > 1) return table;
  throw new Error(noLabels);
}

/** Reads a table or a folder as the command line does: without some labels, and without repetitions if so wanted. */
export async function readLabelled(
  path: string,
  settings: LabelledColumns & { readonly without?: string | undefined; readonly unique: boolean },
  context: Pick<CommandContext, "say">,
): Promise<ReadData<LabelledItem[]>> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  const { items, columns, notes, left } = isFolder
    ? { ...(await readLabelledTexts(path)), columns: {} }
    : { ...(await readTable(path, settings)), notes: [] as readonly string[], left: [] as readonly string[] };
  const told = foundInWords(columns, { ...settings });
  for (const note of told === "" ? notes : [told, ...notes]) context.say(note);
  const labels = new Set(items.map(({ label }) => label));
  const without = new Set(settings.without === undefined ? [] : splitNames(settings.without, [...labels]));
  for (const name of without) {
    if (!labels.has(name) && !left.includes(name))
      throw new Error(`--without: no sequence has the label '${name}'${suggestion(name, labels)}`);
  }
  const kept = items.filter((item) => !without.has(item.label));
  return { data: settings.unique ? distinct(kept) : kept, found: columns };
}

/** The first of equal sequences with the same label. */
function distinct(items: readonly LabelledItem[]): LabelledItem[] {
  const seen = new Set<string>();
  return items.filter(({ value, label }) => {
    const key = JSON.stringify([label, value]);
    return !seen.has(key) && seen.add(key);
  });
}
