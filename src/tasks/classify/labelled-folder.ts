// Labelled texts from a folder: a folder per label with a text per file, or a file per label with a text per line. Tables are
// read by `table-file.ts`.
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { readLines, readUtf8 } from "../../formats/files.ts";
import { listNames } from "../../formats/table.ts";

/** A text with its label, read from a folder. */
export interface LabelledText {
  readonly value: string;
  readonly label: string;
  /** File, and line where there are several in one. */
  readonly place: string;
}

export interface LabelledTexts {
  readonly items: readonly LabelledText[];
  /** What was taken for what, and what was left out: a line of text each. */
  readonly notes: readonly string[];
  /** Labels that the names of left-out files would be. */
  readonly left: readonly string[];
}

/**
 * Reads labelled texts from a folder, in the order of the names: a folder for each label with a text per file, or a file for
 * each label with a text per line. Texts are .txt and .md files and those without an extension; files that tell of the data,
 * such as README, LICENSE and SOURCE.txt, are left out, and so are files beside folders of labels. Throws for a folder with
 * fewer than two labels, and where folders of labels have only folders, naming what is there.
 */
export async function readLabelledFolder(folder: string): Promise<LabelledText[]> {
  return [...(await readLabelledTexts(folder)).items];
}

/** Reads a folder, and says what was taken for what. */
export async function readLabelledTexts(folder: string): Promise<LabelledTexts> {
  const listing = await list(folder);
  const folders = await Promise.all(
    listing.folders.map(async (name) => ({ name, ...(await list(join(folder, name))) })),
  );
  const labels = folders.filter(({ texts }) => texts.length > 0);
  if (labels.length < 2 && listing.texts.length < 2) throw new Error(noLabels(folder, listing, folders));
  return labels.length >= 2 ? textsOfFolders(folder, listing, folders) : linesOfFiles(folder, listing);
}

/** The names in a folder, in order. */
interface Listing {
  readonly folders: readonly string[];
  /** Files with texts. */
  readonly texts: readonly string[];
  readonly others: readonly string[];
}

interface NamedListing extends Listing {
  readonly name: string;
}

const textExtensions: readonly string[] = [".txt", ".md", ".text", ""];

/** Names of files that tell of the data, without their extensions. */
const telling =
  /^(?:readme|licen[cs]e|README|LICEN[CS]E|SOURCES?|NOTICE|AUTHORS|CREDITS|CITATION|COPYING|COPYRIGHT|CHANGELOG|CONTRIBUTING|VERSION|ABOUT|INFO)$/u;

const stem = (name: string): string => name.slice(0, name.length - extname(name).length);

async function list(folder: string): Promise<Listing> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(
    ({ name }) => !name.startsWith("."),
  );
  const listing = { folders: [] as string[], texts: [] as string[], others: [] as string[] };
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name } = entry;
    const isFolder =
      entry.isDirectory() || (entry.isSymbolicLink() && (await stat(join(folder, name))).isDirectory());
    const isText = textExtensions.includes(extname(name).toLowerCase()) && !telling.test(stem(name));
    (isFolder ? listing.folders : isText ? listing.texts : listing.others).push(name);
  }
  return listing;
}

/** A process may not have as many files open as a label may have. */
const filesAtOnce = 64;

async function textsOfFolders(
  folder: string,
  beside: Listing,
  folders: readonly NamedListing[],
): Promise<LabelledTexts> {
  const items: LabelledText[] = [];
  const kinds = new Map<string, number>();
  for (const { name: label, texts } of folders) {
    for (let from = 0; from < texts.length; from += filesAtOnce) {
      const places = texts.slice(from, from + filesAtOnce).map((name) => join(folder, label, name));
      const values = await Promise.all(places.map((place) => readUtf8(place)));
      places.forEach((place, i) => items.push({ value: (values[i] as string).trim(), label, place }));
    }
    for (const name of texts) {
      const kind = extname(name) || "without extension";
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
  }
  const inside = folders.flatMap(({ name, folders: deeper, texts, others }) =>
    [...others, ...deeper, ...(texts.length === 0 ? [""] : [])].map((other) => join(name, other)),
  );
  const counts = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ");
  return {
    items,
    notes: [
      `a label per folder, a text per file (${counts})`,
      ...leftOut([...beside.texts, ...beside.others], "beside the folders of labels"),
      ...leftOut(inside, "in them, not a text"),
    ],
    left: beside.texts.map(stem),
  };
}

async function linesOfFiles(folder: string, { texts, folders, others }: Listing): Promise<LabelledTexts> {
  const items: LabelledText[] = [];
  for (const name of texts) {
    for (const { text, place } of await readLines(join(folder, name)))
      items.push({ value: text.trim(), label: stem(name), place });
  }
  return {
    items,
    notes: ["a label per file, a text per line", ...leftOut([...folders, ...others], "not a file of texts")],
    left: others.map(stem),
  };
}

/** "left out 2 files beside the folders of labels: README.txt, urls.txt". */
function leftOut(names: readonly string[], why: string): string[] {
  return names.length === 0 ? [] : [`left out ${names.length}, ${why}: ${listNames(names)}`];
}

function noLabels(folder: string, { texts, others }: Listing, folders: readonly NamedListing[]): string {
  const all = [...folders.map(({ name }) => name), ...texts, ...others];
  const deep = folders.find((one) => one.texts.length === 0 && one.folders.length > 0);
  const found = all.length === 0 ? "it is empty" : `it has ${listNames(all)}`;
  const remedy = deep
    ? `; ${deep.name} has only folders (${listNames(deep.folders)}): give a folder below, or move the texts up`
    : "";
  return (
    `${folder}: a folder of labelled texts has a folder for each label with a text per file, or a .txt file for each with a ` +
    `text per line, and two labels or more; ${found}${remedy}`
  );
}
