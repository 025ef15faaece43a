// Labelled sequences from a table or a folder.
import { stat } from "node:fs/promises";
import { checkOptions, type OptionRules } from "../../base/options.ts";
import { readTableFile } from "../../formats/table-file.ts";
import type { CommandContext, ReadData } from "../command.ts";
import { chooseColumn, foundInWords } from "../shared/columns.ts";
import { sequencesOf, textColumn } from "../shared/sequence-files.ts";
import type { LabelledItem } from "./design.ts";
import { readLabelledFolder } from "./labelled-folder.ts";

/** The columns of a table of labelled sequences. */
export interface LabelledColumns {
  /** The column of texts. Default `text`, or the only column besides the labels. */
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
  return (await readTable(path, columns)).data;
}

async function readTable(
  path: string,
  { text, series, label }: LabelledColumns,
): Promise<{ readonly data: LabelledItem[]; readonly columns: Record<string, string> }> {
  const table = await readTableFile(path);
  const named = series ?? text;
  if (named !== undefined && named === label)
    throw new Error(`${path}: '${named}' cannot be both the sequence and its label; name another column`);
  const labels = chooseColumn(table, { name: label, usual: "label", taken: [named] });
  const read =
    series === undefined
      ? { text: chooseColumn(table, { name: text, usual: "text", taken: [labels] }) }
      : { series: chooseColumn(table, { name: series, usual: "series" }) };
  const cells = textColumn(table, labels);
  return {
    data: sequencesOf(table, read).map((sequence, i) => ({
      ...sequence,
      label: (cells[i] as string).trim(),
    })),
    columns: { ...read, label: labels },
  };
}

/** Reads a table or a folder as the command line does: without some labels, and without repetitions if so wanted. */
export async function readLabelled(
  path: string,
  settings: LabelledColumns & { readonly without?: string | undefined; readonly unique: boolean },
  context: Pick<CommandContext, "say">,
): Promise<ReadData<LabelledItem[]>> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  const { data, columns } = isFolder
    ? { data: await readLabelledFolder(path), columns: {} }
    : await readTable(path, settings);
  const told = foundInWords(columns, { ...settings });
  if (told !== "") context.say(told);
  const left = new Set(settings.without?.split(",").map((name) => name.trim()));
  for (const name of left) {
    if (data.every((item) => item.label !== name))
      throw new Error(`--without: no sequence has the label '${name}'`);
  }
  const items = data.filter((item) => !left.has(item.label));
  return { data: settings.unique ? distinct(items) : items, found: columns };
}

/** The first of equal sequences with the same label. */
function distinct(items: readonly LabelledItem[]): LabelledItem[] {
  const seen = new Set<string>();
  return items.filter(({ value, label }) => {
    const key = JSON.stringify([label, value]);
    return !seen.has(key) && seen.add(key);
  });
}
