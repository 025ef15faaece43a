// Files that list images with their captions, in the forms in which data sets come. Reads no images.
import { z } from "zod";
import { parseJson } from "../../base/json.ts";
import { makeTable, placeOf, type Column, type Table } from "../../formats/table.ts";
import { decodeCsv } from "../../formats/csv.ts";
import { readBytes } from "../../formats/files.ts";
import { decodeText } from "../../formats/utf8.ts";
import { partOfName } from "./parts.ts";

/** An image of a list of captions. */
export interface ListedImage {
  /** The image's name as the file has it, with a folder where it names one. */
  readonly file: string;
  /** One or more, without white space at the ends, in the order of the file. */
  readonly captions: readonly string[];
  /** The part of the data that the image belongs to, as the file calls it: "train", "restval", "val", "test". */
  readonly split?: string;
}

const text = z.string().trim().min(1, "must not be empty");

/** A number or text; "7" and 7 are the same. */
const id = z.union([z.number(), z.string()], "must be a number or text").transform(String);

/** COCO's annotations, in the format of 2014 and later: http://cocodataset.org. */
const coco = z.object({
  images: z.array(z.object({ id, file_name: text, split: text.optional() })),
  annotations: z.array(z.object({ image_id: id, caption: text })),
});

/** `dataset.json` of Karpathy and Fei-Fei (2015, arXiv 1412.2306v2), with their splits. */
const karpathy = z.object({
  images: z.array(
    z.object({
      filename: text,
      filepath: z.string().optional(),
      split: text.optional(),
      sentences: z.array(z.object({ raw: text })),
    }),
  ),
});

/** A list of `ListedImage`s, whose names for these may be those of tables. */
const list = z.array(
  z.preprocess(withOwnNames, z.object({ file: text, captions: z.array(text), split: text.optional() })),
);

/**
 * Reads a file of captions, whichever of these it is: COCO's annotations; Karpathy's `dataset.json`; a JSON list of
 * `{ file, captions, split }`; Flickr's token file, with lines `1000.jpg#0<TAB>a caption`; or a table whose header names a
 * file (or image), a caption (or comment) and perhaps a split, as CSV or, like Flickr30k's, with bars between its cells. In
 * the order of the file; images without a caption are left out. Throws, naming the line or entry, for damaged files, for a
 * caption without its image, for an image that is listed twice, and for a file without captions.
 */
export async function readCaptionList(path: string): Promise<ListedImage[]> {
  const bytes = await readBytes(path);
  const content = decodeText(path, bytes);
  const images = /^\s*[[{]/.test(content)
    ? fromJson(content, path)
    : isTable(content)
      ? fromTable(tableOf(content, bytes, path))
      : fromTokens(content, path);
  const seen = new Set<string>();
  for (const { file, split } of images) {
    if (seen.has(file)) throw new Error(`${path}: image '${file}' is listed twice; join its captions`);
    if (split !== undefined) partOfName(split, `${path}, image '${file}'`);
    seen.add(file);
  }
  const captioned = images.filter(({ captions }) => captions.length > 0);
  if (captioned.length > 0) return captioned;
  throw new Error(`${path}: no image in it has a caption; choose another file`);
}

function fromJson(content: string, path: string): ListedImage[] {
  const value = parsed(content, path);
  if (Array.isArray(value))
    return checked(list, value, path).map(({ file, captions, split }) => listed(file, captions, split));
  const { images, annotations } = value as Readonly<Record<string, unknown>>;
  const hasSome = (entries: unknown, name: string): boolean =>
    !Array.isArray(entries) || entries.some((entry) => (entry as Record<string, unknown> | null)?.[name]);
  if (annotations !== undefined) {
    if (Array.isArray(annotations) && annotations.length > 0 && !hasSome(annotations, "caption"))
      throw new Error(
        `${path}: none of its annotations is a caption; choose COCO's file of captions, as captions_val2017.json`,
      );
    return fromCoco(checked(coco, value, path), path);
  }
  if (images !== undefined && !hasSome(images, "sentences"))
    throw new Error(
      `${path}: it lists images without captions: it has neither COCO's 'annotations' nor 'sentences' in its images; ` +
        "choose the file that has the captions, as captions_val2017.json",
    );
  return checked(karpathy, value, path).images.map(({ filename, filepath, split, sentences }) => {
    const file = filepath ? `${filepath.replace(/\/$/, "")}/${filename}` : filename;
    return listed(
      file,
      sentences.map(({ raw }) => raw),
      split,
    );
  });
}

function fromCoco({ images, annotations }: z.infer<typeof coco>, path: string): ListedImage[] {
  const byId = new Map<string, string[]>();
  images.forEach((image, i) => {
    if (byId.has(image.id))
      throw new Error(`${path}, images, entry ${i + 1}: id ${image.id} is taken; give each image its own`);
    byId.set(image.id, []);
  });
  annotations.forEach(({ image_id, caption }, i) => {
    const captions = byId.get(image_id);
    if (!captions)
      throw new Error(
        `${path}, annotations, entry ${i + 1}: there is no image with id ${image_id}; leave the caption out, or list ` +
          `the image in 'images'`,
      );
    captions.push(caption);
  });
  return images.map((image) => listed(image.file_name, byId.get(image.id) ?? [], image.split));
}

/** Lines `name#number<TAB>caption`; those of one image need not stand together. */
function fromTokens(content: string, path: string): ListedImage[] {
  const byFile = new Map<string, string[]>();
  content.split(/\r\n|\r|\n/u).forEach((line, i) => {
    if (line.trim() === "") return;
    const tab = line.indexOf("\t");
    const mark = line.lastIndexOf("#", tab);
    const isListed = mark > 0 && !/^\s/u.test(line) && /^\d+$/u.test(line.slice(mark + 1, tab));
    const [file, caption] = isListed ? [line.slice(0, mark), line.slice(tab + 1)] : [undefined, ""];
    const place = `${path}, line ${i + 1}`;
    if (file === undefined)
      throw new Error(
        `${place}: expected an image's name, # and a number, a tab and a caption, as "1000.jpg#0<TAB>a dog", got ` +
          `${JSON.stringify(line.length > 40 ? `${line.slice(0, 40)}…` : line)}; correct it`,
      );
    if (caption.trim() === "")
      throw new Error(`${place}: the caption is empty; write one, or leave the line out`);
    const captions = byFile.get(file) ?? [];
    byFile.set(file, captions);
    captions.push(caption.trim());
  });
  return [...byFile].map(([file, captions]) => listed(file, captions));
}

// The names of columns, in lower case.
const fileNames = "file filename file_name file_path filepath image image_name image_path picture path".split(
  " ",
);
const captionNames = "caption captions comment sentence text".split(" ");
const splitNames = "split part partition subset set".split(" ");

/** The first of several names, in any case, that is one of those known. */
const nameAmong = (names: readonly string[], known: readonly string[]): string | undefined =>
  names.find((name) => known.includes(name.trim().toLowerCase()));

/** The names in the first line, whatever separates them. */
const headerNames = (content: string): string[] =>
  (content.split(/\r\n|\r|\n/u, 1)[0] ?? "").split(/[,;|\t]/u).map((name) => name.replaceAll('"', "").trim());

function isTable(content: string): boolean {
  const names = headerNames(content);
  return [fileNames, captionNames].every((known) => nameAmong(names, known) !== undefined);
}

/** An entry of a list with the names `file`, `captions` and `split`; several captions may also be one. */
function withOwnNames(entry: unknown): unknown {
  if (typeof entry !== "object" || entry === null) return entry;
  const values = entry as Readonly<Record<string, unknown>>;
  const valueOf = (known: readonly string[]): unknown => {
    const name = nameAmong(Object.keys(values), known);
    return name === undefined ? undefined : values[name];
  };
  const captions = valueOf(captionNames);
  return {
    file: valueOf(fileNames),
    captions: typeof captions === "string" ? [captions] : captions,
    split: valueOf(splitNames) ?? undefined,
  };
}

function tableOf(content: string, bytes: Uint8Array, path: string): Table {
  const [first = "", ...rest] = content.split(/\r\n|\r|\n/u);
  if (!first.includes("|")) return decodeCsv(path, bytes);
  // Quotation marks belong to the captions here, and further bars to the last cell.
  const names = headerNames(content);
  const lines = rest.map((text, i) => ({ text, line: i + 2 })).filter(({ text }) => text.trim() !== "");
  const cells = lines.map(({ text, line }) => {
    const parts = text.split("|").map((part) => part.trim());
    if (parts.length < names.length)
      throw new Error(
        `${path}, line ${line}: expected ${names.length} cells with | between them, got ${parts.length}; correct it`,
      );
    return [...parts.slice(0, names.length - 1), parts.slice(names.length - 1).join(" | ")];
  });
  return makeTable(
    path,
    names.map((name, i) => ({ name, cells: cells.map((row) => row[i] as string) })),
    { unit: "line", lines: lines.map(({ line }) => line) },
  );
}

/** A table with one caption per row; those of one image need not stand together. */
function fromTable(table: Table): ListedImage[] {
  const known = (names: readonly string[]): Column | undefined => {
    const chosen = nameAmong(
      table.columns.map(({ name }) => name),
      names,
    );
    return table.columns.find(({ name }) => name === chosen);
  };
  const [files, captions, splits] = [known(fileNames), known(captionNames), known(splitNames)];
  const byFile = new Map<string, { captions: string[]; split?: string }>();
  for (let row = 0; row < table.rows; row++) {
    const [file, caption, split] = [files, captions, splits].map((c) => String(c?.cells[row] ?? "").trim());
    const place = placeOf(table, row);
    if (!file || !caption)
      throw new Error(`${place}: expected a file and a caption; fill them in, or leave the line out`);
    const image: { captions: string[]; split?: string } = byFile.get(file) ?? { captions: [] };
    if (split) {
      image.split ??= split;
      if (partOfName(split, place) !== partOfName(image.split, place))
        throw new Error(
          `${place}: '${file}' is in the split '${image.split}' already, not '${split}'; choose one`,
        );
    }
    image.captions.push(caption);
    byFile.set(file, image);
  }
  return [...byFile].map(([file, image]) => listed(file, image.captions, image.split));
}

function listed(file: string, captions: readonly string[], split?: string): ListedImage {
  return { file, captions, ...(split !== undefined && { split }) };
}

/** Throws with the place of the first fault: "dataset.json, images, entry 3, sentences, entry 1: …". */
function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, path: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = (issue?.path ?? []).map((part) =>
    typeof part === "number" ? `, entry ${part + 1}` : `, ${String(part)}`,
  );
  const reason = issue?.message.replace(/^Invalid input: /, "") ?? "these are not captions";
  throw new Error(`${path}${place.join("")}: ${reason}; correct it`);
}

function parsed(content: string, path: string): unknown {
  try {
    return parseJson(content);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const at = Number(/position (\d+)/.exec(reason)?.[1] ?? content.length);
    const line = content.slice(0, at).split("\n").length;
    throw new Error(
      `${path}, line ${line}: this is not JSON (${reason}); correct it, or copy the file again`,
      {
        cause,
      },
    );
  }
}
