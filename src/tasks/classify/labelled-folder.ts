// Labelled sequences from a folder: a folder per label with one text per file, or a text file per label with one item per
// line. Tables are read by `table-file.ts`.
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { readLines, readUtf8 } from "../../formats/files.ts";

/** A text with its label, read from a folder. */
export interface LabelledText {
  readonly value: string;
  readonly label: string;
  /** File, and line where there are several in one. */
  readonly place: string;
}

/**
 * Reads labelled texts from a folder, in the order of the names: a folder for each label with a text per file, or a .txt
 * file for each label with an item per line. Throws for a folder without either, naming what was found.
 */
export async function readLabelledFolder(folder: string): Promise<LabelledText[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();
  const items: LabelledText[] = [];
  for (const name of names) {
    const path = join(folder, name);
    if ((await stat(path)).isDirectory()) items.push(...(await textsOfFolder(path, name)));
    else if (extname(name) === ".txt") items.push(...(await linesOfFile(path, name.slice(0, -4))));
  }
  const labels = new Set(items.map((item) => item.label));
  if (labels.size >= 2) return items;
  throw new Error(
    `${folder}: a folder of labelled texts has a folder for each label, or a .txt file with one item per line, and two ` +
      `labels or more; ${names.length === 0 ? "it is empty" : `it has ${names.slice(0, 8).join(", ")}`}`,
  );
}

async function textsOfFolder(folder: string, label: string): Promise<LabelledText[]> {
  const names = (await readdir(folder)).filter((name) => extname(name) === ".txt").sort();
  return Promise.all(
    names.map(async (name) => {
      const place = join(folder, name);
      return { value: (await readUtf8(place)).trim(), label, place };
    }),
  );
}

async function linesOfFile(path: string, label: string): Promise<LabelledText[]> {
  return (await readLines(path)).map(({ text, place }) => ({ value: text.trim(), label, place }));
}
