// Image files as data of captioning: read with their captions, computed to vectors by an encoder, described by a model.
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { readBytes } from "../../formats/files.ts";
import type { BeamOptions } from "../shared/beam-options.ts";
import { grouped } from "../shared/words.ts";
import { readCaptionList } from "./caption-list-file.ts";
import { captionPage } from "./caption-page.ts";
import type { Caption, Captioner } from "./caption.ts";
import type { CaptionedImages } from "./design.ts";
import { builtInEncoder, encoderInWords, type EncoderChoice } from "./encoder-choice.ts";
import { encodeFiles, featureCache } from "./images/feature-cache-files.ts";
import { imagesInFolder } from "./images/image-file.ts";
import type { PreprocessingName } from "./images/image.ts";
import { isExactCaption } from "./scores.ts";

/** The progress of encoding images. */
export interface EncodingProgress {
  /** The encoder in words: its input, the tapped value and the width of the vectors. */
  readonly encoder: string;
  /** Images encoded. */
  readonly done: number;
  /** Images to encode. */
  readonly total: number;
}

/** What `encodeImages` may be told. */
export interface EncodingOptions {
  /** A folder that keeps vectors, by the content of image and encoder. Default none. */
  readonly cache?: string | undefined;
  /** Called before the first image, and after every few. */
  readonly progress?: ((progress: EncodingProgress) => void) | undefined;
}

/** The encoder for new data: a model's own is `model.encoder`. */
export interface EncoderOptions {
  /** An ONNX file that makes vectors of images. Default `filter-bank`, which is built in and is for drawings. */
  readonly encoder?: string | undefined;
  /** What a model calls its encoder, whose path must then be given. */
  readonly name?: string | undefined;
  /** The file must have this digest, as `EncoderChoice` has it. Default any. */
  readonly digest?: string | undefined;
  /**
   * The value of the graph that is the vector: its name or a part of it, `fc7`, or the number of a dense layer, -2 for the
   * second last. Default the first output.
   */
  readonly tap?: string | number | undefined;
  /** Default `imagenet`, and `plain` for the built-in encoder. */
  readonly preprocessing?: PreprocessingName | undefined;
}

export interface CaptionReading extends EncoderOptions, Omit<EncodingOptions, "cache"> {
  /** The folder of the images. Default the folder `images` beside the captions, or the captions' own. */
  readonly images?: string | undefined;
  /** A folder that keeps vectors, by the content of image and encoder. Default `.features` beside the captions. */
  readonly cache?: string | undefined;
}

/**
 * Reads a file of captions (COCO, Flickr, a CSV of files and captions, or a JSON list) and its images, as vectors that an
 * encoder makes of them. Needs the packages sharp and onnxruntime-node. Throws as `readCaptionList`, for images that are
 * missing or damaged, and for files that are not encoders of images.
 */
export async function readCaptions(path: string, options: CaptionReading = {}): Promise<CaptionedImages> {
  const listed = await listImages(path, options.images);
  const encoder = await chooseEncoder(options);
  const { cache = cacheBeside(path), progress } = options;
  return withVectors(listed, encoder, { cache, progress });
}

/** An image of a file of captions, and its path. */
export interface ImageFile {
  readonly path: string;
  readonly captions: readonly string[];
  readonly split?: string | undefined;
}

/** The images of a file of captions, which are not read. Throws for one that is not in their folder. */
export async function listImages(path: string, folder: string | undefined): Promise<ImageFile[]> {
  const within = folder ?? (await folderOf(path));
  const listed = await readCaptionList(path);
  return listed.map(({ file, captions, split }) => {
    const image = join(within, file);
    const way = relative(within, image);
    if (way === "" || way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way))
      throw new Error(
        `${path}: image ${JSON.stringify(file)} is not in the folder of the images, ${within}; name its file from there, ` +
          "and the folder with --images (the option images)",
      );
    return { path: image, captions, split };
  });
}

async function folderOf(captions: string): Promise<string> {
  const inside = join(dirname(captions), "images");
  const isFolder = (await stat(inside).catch(() => undefined))?.isDirectory() === true;
  return isFolder ? inside : dirname(captions);
}

/** The folder that keeps vectors beside a file, where nobody chooses another. */
export const cacheBeside = (path: string): string => join(dirname(path), ".features");

/** Listed images with their vectors. */
export async function withVectors(
  listed: readonly ImageFile[],
  encoder: EncoderChoice,
  options: EncodingOptions,
): Promise<CaptionedImages> {
  const vectors = await encodeImages(
    listed.map(({ path }) => path),
    encoder,
    options,
  );
  return {
    images: listed.map((image, i) => ({ vector: vectors[i] as Float32Array, ...image })),
    encoder,
  };
}

/** The record of an encoder, with its digest. */
export async function chooseEncoder(options: EncoderOptions): Promise<EncoderChoice> {
  const { name, digest, tap, preprocessing } = options;
  if (options.encoder === undefined && name !== undefined) throw encoderNeeded(options);
  const { encoder = builtInEncoder } = options;
  return {
    encoder,
    digest: digest ?? digestOf(await encoderBytes(encoder)),
    ...(tap !== undefined && { tap: String(tap) }),
    preprocessing: preprocessing ?? (encoder === builtInEncoder ? "plain" : "imagenet"),
  };
}

/** The error for a model whose encoder nobody has given. */
function encoderNeeded(model: Pick<EncoderOptions, "name" | "digest">): Error {
  return new Error(
    `the model's encoder is ${encoderInWords(model)}; give the path of that file (--encoder FILE, or the option encoder)`,
  );
}

/** The modules of ONNX are loaded only where images are encoded: they would slow down every other command. */
async function encoderBytes(file: string): Promise<Uint8Array> {
  if (file !== builtInEncoder) return readBytes(file);
  const { filterBank } = await import("./images/filter-bank.ts");
  return filterBank();
}

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

/**
 * The vectors of image files (.png, .jpg, .webp), such as `model.predict` takes: `encodeImages(paths, model.encoder)`, or
 * with an ONNX file `encodeImages(paths, { ...model.encoder, encoder: "vgg16.onnx" })`. Throws without the path of the
 * encoder, and where its file is another one than its digest says.
 */
export async function encodeImages(
  paths: readonly string[],
  choice: EncoderChoice,
  { cache, progress }: EncodingOptions = {},
): Promise<Float32Array[]> {
  const { encoder: file, digest, tap, preprocessing } = choice;
  if (file === undefined) throw encoderNeeded(choice);
  const model = await encoderBytes(file);
  if (digest !== undefined && digestOf(model) !== digest) {
    throw new Error(
      `${file} is not the encoder that the model was trained with, so its vectors would mean something else; give ` +
        `${choice.name ?? "the file"}, whose SHA-256 begins with ${digest}`,
    );
  }
  const { openEncoder } = await import("./images/encoder.ts");
  const encoder = await openEncoder({
    model,
    name: file,
    preprocessing,
    ...(tap !== undefined && { tap: /^-?\d+$/u.test(tap) ? Number(tap) : tap }),
  });
  try {
    const words = encoder.describe();
    const tell = (done: number): void => progress?.({ encoder: words, done, total: paths.length });
    tell(0);
    const source = { model, tap: encoder.tap, preprocessing: encoder.preprocessing };
    return await encodeFiles(
      encoder,
      paths,
      cache === undefined ? undefined : featureCache(cache, source),
      tell,
    );
  } finally {
    await encoder.dispose();
  }
}

/** The caption of an image file. */
export interface DescribedImage extends Caption {
  readonly path: string;
}

/** What `describeImages` may be told. */
export interface DescribingOptions extends EncodingOptions {
  /** The path of the model's encoder, where it is an ONNX file. */
  readonly encoder?: string | undefined;
}

/** A caption for each image file. Throws for a model whose encoder is unknown, and as `encodeImages` does. */
export async function describeImages<const P extends readonly string[]>(
  model: Pick<Captioner, "encoder" | "predict">,
  paths: P,
  { encoder, ...options }: DescribingOptions = {},
): Promise<{ readonly [K in keyof P]: DescribedImage }> {
  const vectors = await encodeImages(paths, encoderOf(model, encoder), options);
  const captions = await model.predict(vectors);
  return captions.map((caption, i) => ({ path: paths[i], ...caption })) as never;
}

/** The encoder of a model, or a copy of it. Throws for a model whose encoder is unknown. */
export function encoderOf({ encoder }: Pick<Captioner, "encoder">, copy: string | undefined): EncoderChoice {
  if (encoder) return copy === undefined ? encoder : { ...encoder, encoder: copy };
  throw new Error(
    "the model does not know which encoder made its vectors; encode the images as for its training, and hand " +
      "the vectors to predict",
  );
}

/** An image file itself, or the images of a folder. */
export async function imagePaths(path: string): Promise<string[]> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  return isFolder ? (await imagesInFolder(path)).map((name) => join(path, name)) : [path];
}

/** The HTML of a page, to be written to `page`, of image files with the captions of a model and of people. */
export async function pageOfImages(
  page: string,
  model: Pick<Captioner, "search">,
  { images }: CaptionedImages,
  options: BeamOptions = {},
): Promise<string> {
  const vectors = images.map(({ vector }) => vector);
  const results = await model.search(vectors, options);
  const rows = images.map(({ path = "", captions }, i) => {
    const text = results[i]?.[0]?.text ?? "";
    const isExact = isExactCaption(text, captions);
    return { image: addressOf(path, dirname(page)), caption: text, references: captions, isExact };
  });
  return captionPage(`${grouped(rows.length)} captions`, rows);
}

/** The address of a file for a page in `folder`: from there on, with the signs escaped that mean something in addresses. */
function addressOf(path: string, folder: string): string {
  const way = relative(folder, path);
  if (isAbsolute(way)) return pathToFileURL(path).href; // on another drive
  return way.split(sep).map(encodeURIComponent).join("/");
}
