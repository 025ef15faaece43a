// Captions of images on the command line: pictures and captions in, a network of features and words, captions of other
// pictures out; and a data set of coloured shapes to begin with.
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { preprocessingNames, type PreprocessingName } from "../../tasks/caption/images/image.ts";
import { readShares, splitItems } from "../../train/split.ts";
import { randomStream, streams } from "../../base/random.ts";
import { captionPage } from "../../tasks/caption/caption-page.ts";
import { readCaptions } from "../../tasks/caption/caption-files.ts";
import { encodeFiles, featureCache } from "../../tasks/caption/images/feature-cache-files.ts";
import { readBytes } from "../../formats/files.ts";
import { filterBank } from "../../tasks/caption/images/filter-bank.ts";
import { openEncoder } from "../../tasks/caption/images/encoder.ts";
import { imagesInFolder } from "../../tasks/caption/images/image-file.ts";
import { bleu } from "../../tasks/shared/bleu.ts";
import { ciderD } from "../../tasks/caption/cider.ts";
import { perplexity } from "../../tasks/language/units.ts";
import { meteorExact } from "../../tasks/caption/meteor.ts";
import { rougeL } from "../../tasks/caption/rouge.ts";
import {
  captioner,
  captionExamples,
  describe,
  wordsOf,
  type CaptionedImage,
  type CaptionTask,
} from "../../tasks/caption/caption.ts";
import type { TaskModel } from "../../tasks/shared/model.ts";
import { evaluate } from "../../train/evaluate.ts";
import { InputError } from "../failure.ts";
import { grouped, table } from "../format.ts";
import { outputField, writeOutput } from "../output-file.ts";
import { furtherWidths } from "../further-widths.ts";
import { searchFields } from "../search-fields.ts";
import { flag, oneOf, readSettings, whole } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import { itemsNoteOf, partField, splitAsTrained, trainedWith, type PartName } from "./parts.ts";
import { modelOf, type ModelUse, type TaskCommands } from "./task-commands.ts";

const builtIn = "filter-bank";

const encoding = {
  encoder: z
    .string()
    .optional()
    .describe(`an .onnx file that makes features of pictures (default: ${builtIn})`),
  tap: z
    .string()
    .optional()
    .describe("the value to take: a name or a part of one, fc7, or -2 for a dense layer"),
  preprocessing: oneOf(preprocessingNames)
    .optional()
    .describe(`of pictures: ${preprocessingNames.join(", ")}`),
  cache: z
    .string()
    .optional()
    .describe("a folder to keep features in (default: .features beside the captions)"),
};

const encodingNames = { encoder: "file", tap: "name", preprocessing: "name", cache: "folder" };

/** What made the features, as a model file keeps it. */
interface EncoderChoice {
  readonly encoder: string;
  /** Of the file. */
  readonly digest?: string | undefined;
  readonly tap?: string | undefined;
  readonly preprocessing: PreprocessingName;
}

async function encoderBytes(file: string): Promise<Uint8Array> {
  return file === builtIn ? filterBank() : readBytes(file);
}

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

async function encode(
  paths: readonly string[],
  { encoder: file, digest, tap, preprocessing }: EncoderChoice,
  cacheFolder: string,
  terminal: Terminal,
): Promise<Float32Array[]> {
  const model = await encoderBytes(file);
  if (digest !== undefined && digestOf(model) !== digest) {
    throw new InputError(
      `${file} is not the encoder that the model was trained with, so it would see other pictures; name a copy of that ` +
        "one with --encoder",
    );
  }
  const encoder = await openEncoder({
    model,
    name: file,
    preprocessing,
    ...(tap !== undefined && { tap: /^-?\d+$/u.test(tap) ? Number(tap) : tap }),
  });
  try {
    terminal.say(encoder.describe());
    const cache = featureCache(cacheFolder, {
      model,
      tap: encoder.tap,
      preprocessing: encoder.preprocessing,
    });
    return await encodeFiles(encoder, paths, cache, (done) =>
      terminal.status(`features of ${grouped(done)} of ${grouped(paths.length)} pictures`),
    );
  } finally {
    terminal.status("");
    await encoder.dispose();
  }
}

/** A picture of a captions file, where it stands. */
interface Pictured {
  readonly path: string;
  readonly captions: readonly string[];
  readonly split: string | undefined;
}

async function readPictured(file: string, images: string | undefined): Promise<Pictured[]> {
  const folder = images ?? (await folderOf(file));
  const listed = await readCaptions(file);
  return listed.map(({ file: name, captions, split }) => ({ path: join(folder, name), captions, split }));
}

/** Pictures stand beside their captions, or in a folder `images` there. */
async function folderOf(file: string): Promise<string> {
  const inside = join(dirname(file), "images");
  const isFolder = (await stat(inside).catch(() => undefined))?.isDirectory() === true;
  return isFolder ? inside : dirname(file);
}

const testNames: ReadonlySet<string> = new Set(["test"]);
const validationNames: ReadonlySet<string> = new Set(["val", "valid", "validation"]);

/** As the file says, where it does; else seeded shares. With a share of 1 nothing is left for validation. */
function parted(
  items: readonly Pictured[],
  shares: string,
  seed: number,
): Record<PartName, readonly Pictured[]> {
  if (items.every((item) => item.split === undefined)) {
    const { train, validation = [], test = [] } = splitItems(items, shares, seed);
    return { all: items, train, validation, test };
  }
  const isOf =
    (names: ReadonlySet<string>) =>
    (item: Pictured): boolean =>
      names.has(item.split ?? "");
  const [held, test] = [items.filter(isOf(validationNames)), items.filter(isOf(testNames))];
  const train = items.filter((item) => !held.includes(item) && !test.includes(item));
  return { all: items, train, validation: readShares(shares).length > 1 ? held : [], test };
}

/** The encoder that the model was trained with, unless another copy of it is named. */
function choiceOf({ task }: TaskModel<CaptionTask>, encoder: string | undefined): EncoderChoice {
  const saved = JSON.parse(task.encoder) as EncoderChoice;
  return encoder === undefined ? saved : { ...saved, encoder };
}

const searching = searchFields("captions", "word");

const evaluationFields = {
  images: z.string().optional().describe("the folder of the pictures (default: beside the captions)"),
  encoder: encoding.encoder,
  cache: encoding.cache,
  part: partField,
  ...searching,
  shuffle: flag.describe("give each picture another one's features: what the words alone are worth"),
  page: outputField(".html").optional().describe("write the pictures with their captions as an HTML file"),
};

const evaluation: ModelUse = {
  about: "measure captions against people's",
  file: "a file of captions: COCO, Flickr, a CSV of files and captions, or a JSON list of them",
  fields: evaluationFields,
  valueNames: { ...encodingNames, images: "folder", part: "part", page: "file" },
  async use(opened, path, given, { terminal }) {
    const model = modelOf(opened, "caption");
    const { task, checkpoint } = model;
    const own = readSettings(z.object(evaluationFields), given);
    const file = path as string;
    const items = await readPictured(file, own.images);
    const { split = "1", seed = "1" } = trainedWith(checkpoint);
    const hasSplit = items.some((item) => item.split !== undefined);
    const chosen =
      own.part === "all"
        ? items
        : hasSplit
          ? parted(items, split, Number(seed))[own.part]
          : splitAsTrained(items, checkpoint)[own.part];
    if (chosen.length === 0)
      throw new InputError(`--part ${own.part}: there is no such part; choose another`);
    const cache = own.cache ?? join(dirname(file), ".features");
    const vectors = await encode(
      chosen.map((item) => item.path),
      choiceOf(model, own.encoder),
      cache,
      terminal,
    );
    if (own.shuffle && vectors.length < 2)
      throw new InputError("--shuffle needs two pictures or more; leave it out");
    const seen = own.shuffle ? turned(vectors) : vectors;
    const images = chosen.map(({ captions }, i): CaptionedImage => ({
      vector: seen[i] as Float32Array,
      captions,
    }));
    const { loss } = await evaluate({
      ...model,
      data: { kind: "examples", items: captionExamples(task, images) },
    });
    const found = await describe(model, seen, { width: own.beam, lengthPenalty: own.lengthPenalty });
    const said = found.map(([best]) => best?.text ?? "");
    const comparisons = chosen.map(({ captions }, i) => ({
      candidate: wordsOf(said[i] ?? ""),
      references: captions.map(wordsOf),
    }));
    const isExact = comparisons.map(({ candidate, references }) =>
      references.some((reference) => reference.join(" ") === candidate.join(" ")),
    );
    const { scores } = bleu(comparisons);
    const figures = {
      exact: isExact.filter(Boolean).length / chosen.length,
      ...Object.fromEntries(scores.map((score, n) => [`bleu${n + 1}`, score])),
      rougeL: rougeL(comparisons).score,
      ciderD: ciderD(comparisons).score,
      meteor: meteorExact(comparisons).score,
      perplexity: perplexity(loss),
      ended: found.filter(([best]) => best?.isEnded).length / chosen.length,
    };
    if (own.page !== undefined) {
      const rows = chosen.map((item, i) => ({
        picture: relative(dirname(own.page as string), item.path),
        caption: said[i] ?? "",
        references: item.captions,
        isExact: isExact[i] === true,
      }));
      await writeOutput(own.page, captionPage(`${grouped(rows.length)} captions`, rows), [model.path, file]);
    }
    return {
      json: [{ ...figures, images: chosen.length }],
      text: table(
        ["score", "value"],
        Object.entries(figures).map(([name, value]) => [name, value.toFixed(3)]),
      ),
    };
  },
};

/** Each vector goes to another picture: the order turned about a little, so that none stays. */
function turned(vectors: readonly Float32Array[]): Float32Array[] {
  const by = 1 + Math.floor(randomStream(1, streams.data).uniform() * (vectors.length - 1));
  return vectors.map((_, i) => vectors[(i + by) % vectors.length] as Float32Array);
}

const runningFields = { encoder: encoding.encoder, cache: encoding.cache, ...searching };

const running: ModelUse = {
  about: "write captions of pictures",
  file: "a picture (.png, .jpg, .webp), or a folder of them",
  fields: runningFields,
  valueNames: encodingNames,
  async use(opened, path, given, { terminal }) {
    const model = modelOf(opened, "caption");
    const { encoder, cache, beam, lengthPenalty } = readSettings(z.object(runningFields), given);
    const place = path as string;
    const isFolder = (await stat(place).catch(() => undefined))?.isDirectory() === true;
    const names = isFolder ? await imagesInFolder(place) : [];
    const paths = isFolder ? names.map((name) => join(place, name)) : [place];
    const folder = cache ?? join(isFolder ? place : dirname(place), ".features");
    const vectors = await encode(paths, choiceOf(model, encoder), folder, terminal);
    const found = await describe(model, vectors, { width: beam, lengthPenalty });
    return {
      json: found.map((captions, i) => ({ file: paths[i], caption: captions[0]?.text, captions })),
      text: found.map((captions, i) => `${paths[i]}\t${captions[0]?.text ?? ""}`).join("\n"),
    };
  },
};

const fields = {
  ...encoding,
  images: evaluationFields.images,
  sees: oneOf(["first", "every", "start"])
    .default("first")
    .describe("when the picture is seen: at the first step, at every step, or as what states start with"),
  atLeast: whole(1).default(1).describe("rarer words are unknown ones"),
};

export const caption: TaskCommands = {
  kind: "caption",
  command: "caption",
  about: "captions of images: a convolutional network's features feed the hidden layer",
  training: {
    kind: "caption",
    command: "caption train",
    about: "train a network that writes captions of pictures",
    file: "a file of captions: COCO, Flickr, a CSV of files and captions, or a JSON list of them",
    examples: `
Examples:
  unrolled caption shapes shapes/ --count 5000
  unrolled caption train shapes/captions.json --split 0.9/0.02/0.08
  unrolled caption eval captions-lstm.safetensors shapes/captions.json --part test --page captions.html
  unrolled caption train flickr8k.token.txt --images Flicker8k/ --encoder vgg16.onnx --tap fc7`,
    fields,
    valueNames: { ...encodingNames, images: "folder", sees: "when" },
    defaults: { cell: "lstm", size: 256, embedding: 64, batch: 64, epochs: 10, schedule: "cosine", clip: 1 },
    async prepare(path, settings, given, cell, terminal) {
      const own = readSettings(z.object(fields), given);
      const { encoder = builtIn, tap, preprocessing, sees, atLeast } = own;
      const items = await readPictured(path, own.images);
      const parts = parted(items, settings.split, settings.seed);
      const choice: EncoderChoice = {
        encoder,
        digest: digestOf(await encoderBytes(encoder)),
        ...(tap !== undefined && { tap }),
        preprocessing: preprocessing ?? (encoder === builtIn ? "plain" : "imagenet"),
      };
      const cache = own.cache ?? join(dirname(path), ".features");
      const used = [...parts.train, ...parts.validation];
      const vectors = await encode(
        used.map((item) => item.path),
        choice,
        cache,
        terminal,
      );
      const images = used.map(({ captions }, i): CaptionedImage => ({
        vector: vectors[i] as Float32Array,
        captions,
      }));
      const train = images.slice(0, parts.train.length);
      const validation = images.slice(parts.train.length);
      const { size, layers, embedding, dropout } = settings;
      const { task, network } = captioner(train, {
        cell,
        size,
        layers,
        embedding,
        dropout,
        sees,
        atLeast,
        encoder: JSON.stringify(choice),
        sizes: furtherWidths(cell, settings.widths),
      });
      return {
        task,
        network,
        data: {
          kind: "examples",
          train: captionExamples(task, train),
          validation: validation.length > 0 ? captionExamples(task, validation) : undefined,
        },
        notes: itemsNoteOf(items),
        lines: [
          `train on ${grouped(train.length)} pictures, validate on ${grouped(validation.length)}; ` +
            `${grouped(task.vocabulary.symbols.length)} different words`,
        ],
      };
    },
  },
  evaluation,
  running,
};
