// Files of captions, in the forms in which they are handed round, as pictures with their captions. Knows no pictures: a
// name is all there is of one.
import { z } from "zod";
import { readUtf8 } from "./files.ts";

export interface CaptionedPicture {
  /** The picture's name as the file has it, with a folder where it names one. */
  readonly file: string;
  /** One or more, without space at the ends, in the order of the file. */
  readonly captions: readonly string[];
  /** The part of the data it belongs to, as the file calls it: "train", "restval", "val", "test". */
  readonly split?: string;
}

const text = z.string().trim().min(1, "must not be empty");
const id = z.union([z.number(), z.string()]);

/** COCO's annotations: http://cocodataset.org, format of 2014 and later. */
const coco = z.object({
  images: z.array(z.object({ id, file_name: text })),
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

/** A list of what `readCaptions` gives. */
const list = z.array(z.object({ file: text, captions: z.array(text), split: text.optional() }));

/**
 * Reads COCO's annotations, Karpathy's `dataset.json`, a JSON list of `{ file, captions, split }`, or Flickr's token file
 * with lines `1000.jpg#0<TAB>a caption`, whichever the file is. In the order of the file; pictures without a caption are
 * left out. Throws, naming the file and the line or entry, for what is damaged, a caption of no picture, a picture that is
 * listed twice, and a file without any caption.
 */
export async function readCaptions(path: string): Promise<CaptionedPicture[]> {
  const content = await readUtf8(path);
  const pictures = /^\s*[[{]/.test(content) ? fromJson(content, path) : fromTokens(content, path);
  const seen = new Set<string>();
  for (const { file } of pictures) {
    if (seen.has(file)) throw new Error(`${path}: picture '${file}' is listed twice; join its captions`);
    seen.add(file);
  }
  const captioned = pictures.filter(({ captions }) => captions.length > 0);
  if (captioned.length > 0) return captioned;
  throw new Error(`${path}: no picture in it has a caption; choose another file`);
}

function fromJson(content: string, path: string): CaptionedPicture[] {
  const value = parsed(content, path);
  if (Array.isArray(value))
    return checked(list, value, path).map(({ file, captions, split }) => picture(file, captions, split));
  if (typeof value === "object" && value !== null && "annotations" in value)
    return fromCoco(checked(coco, value, path), path);
  return checked(karpathy, value, path).images.map(({ filename, filepath, split, sentences }) => {
    const file = filepath ? `${filepath.replace(/\/$/, "")}/${filename}` : filename;
    return picture(
      file,
      sentences.map(({ raw }) => raw),
      split,
    );
  });
}

function fromCoco({ images, annotations }: z.infer<typeof coco>, path: string): CaptionedPicture[] {
  const byId = new Map<number | string, string[]>();
  images.forEach((image, i) => {
    if (byId.has(image.id))
      throw new Error(`${path}, images, entry ${i + 1}: id ${image.id} is taken; give each picture its own`);
    byId.set(image.id, []);
  });
  annotations.forEach(({ image_id, caption }, i) => {
    const captions = byId.get(image_id);
    if (!captions)
      throw new Error(
        `${path}, annotations, entry ${i + 1}: there is no picture with id ${image_id}; leave the caption out, or ` +
          `list the picture in 'images'`,
      );
    captions.push(caption);
  });
  return images.map((image) => picture(image.file_name, byId.get(image.id) ?? []));
}

/** Lines `name#number<TAB>caption`; those of one picture need not stand together. */
function fromTokens(content: string, path: string): CaptionedPicture[] {
  const byFile = new Map<string, string[]>();
  content.split(/\r\n|\r|\n/u).forEach((line, i) => {
    if (line.trim() === "") return;
    const [, file, caption = ""] = /^(\S.*?)#\d+\t(.*)$/u.exec(line) ?? [];
    const place = `${path}, line ${i + 1}`;
    if (file === undefined)
      throw new Error(
        `${place}: must be a picture's name, # and a number, a tab and a caption, as "1000.jpg#0<TAB>a dog", not ` +
          `${JSON.stringify(line.length > 40 ? `${line.slice(0, 40)}…` : line)}; correct it`,
      );
    if (caption.trim() === "")
      throw new Error(`${place}: the caption is empty; write one, or leave the line out`);
    byFile.set(file, [...(byFile.get(file) ?? []), caption.trim()]);
  });
  return [...byFile].map(([file, captions]) => picture(file, captions));
}

function picture(file: string, captions: readonly string[], split?: string): CaptionedPicture {
  return { file, captions, ...(split !== undefined && { split }) };
}

/** Of the first fault, its entry: "dataset.json, images, entry 3, sentences, entry 1: …". */
function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, path: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = (issue?.path ?? []).map((part) =>
    typeof part === "number" ? `, entry ${part + 1}` : `, ${String(part)}`,
  );
  const said = issue?.message.replace(/^Invalid input: /, "") ?? "it is not captions";
  throw new Error(`${path}${place.join("")}: ${said}; correct it`);
}

function parsed(content: string, path: string): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const at = Number(/position (\d+)/.exec(said)?.[1] ?? content.length);
    const line = content.slice(0, at).split("\n").length;
    throw new Error(`${path}, line ${line}: it is no JSON (${said}); correct it, or copy the file again`, {
      cause,
    });
  }
}
