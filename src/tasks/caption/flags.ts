// Captions on the command line: images and captions in, captions of other images out; and a data set to begin with.
import { z } from "zod";
import { taskCommand, type CommandContext, type Report, type TaskCommand } from "../command.ts";
import {
  flag,
  flags,
  oneOf,
  outputFile,
  partField,
  searchFields,
  seedFlag,
  whole,
  wholeFrom,
} from "../shared/flags.ts";
import { checkGivenSplit } from "../shared/parts.ts";
import { grouped, quoted, table } from "../shared/words.ts";
import { heldOutByDefault } from "../shared/scored-part.ts";
import type { Part } from "../task.ts";
import { caption, type Captioner, type CaptionScore } from "./caption.ts";
import { captionDefaults } from "./design.ts";
import { builtInEncoder } from "./encoder-choice.ts";
import { preprocessingNames } from "./images/image.ts";
import {
  cacheBeside,
  encodeImages,
  encoderOf,
  imagePaths,
  listImages,
  pageOfImages,
  readCaptions,
  withVectors,
  type EncodingProgress,
  type ImageFile,
} from "./image-files.ts";
import { sideLimit } from "./shapes/paint.ts";
import { writeShapesFolder } from "./shapes/shapes-folder.ts";
import type { CaptionScores } from "./scores.ts";

const images = z
  .string()
  .optional()
  .describe("the folder of the images (default: images/ beside the captions, else their folder)");

const cache = z
  .string()
  .optional()
  .describe("the folder that keeps computed features (default: .features beside the file)");

const copy = z
  .string()
  .optional()
  .describe("the model's .onnx encoder, which its file knows by content; the built-in one needs no file");

const captionsFile = "a file of captions: COCO, Flickr, a CSV of files and captions, or a JSON list";

const names = { images: "folder", cache: "folder", encoder: "file" };

const searching = searchFields("captions", "word");

/** Images that are described after a validation; all of them would take long. */
const imagesWhileTraining = 100;

const shapes = flags({
  count: whole(1).default(2000).describe("images to make"),
  side: wholeFrom(8, sideLimit).default(32).describe("pixels along each side"),
  seed: seedFlag,
});

export const captionCommand: TaskCommand = taskCommand({
  renamed: { "--sees": "--condition", "--shuffle": "--baseline" },
  maker: caption,
  about: "captions of images, from the features of a convolutional network",
  train: {
    about: "train a network that writes captions of images",
    file: captionsFile,
    ending: ".csv",
    examples: [
      "caption shapes shapes/ --count 5000",
      "caption train shapes/captions.json --split 0.9/0.02/0.08",
      "caption eval captions-lstm.safetensors shapes/captions.json --part test --page captions.html",
      "caption train flickr8k.token.txt --images Flicker8k/ --encoder vgg16.onnx --tap fc7",
    ],
    next: () => "eval",
    paths: ["images", "encoder", "cache"],
    hasEmbedding: true,
    batches: "captions",
    defaults: captionDefaults,
    flags: flags(
      {
        images,
        encoder: z
          .string()
          .optional()
          .describe(
            `an .onnx network that computes features (default: ${builtInEncoder}, for simple drawings)`,
          ),
        tap: z
          .string()
          .optional()
          .describe(
            "the encoder's value to use as features: (part of) its name, as fc7, or a dense layer, as -2",
          ),
        preprocessing: oneOf(preprocessingNames)
          .optional()
          .describe(
            `scaling of images for the encoder: ${preprocessingNames.join(", ")} (default: imagenet; plain for ${builtInEncoder})`,
          ),
        cache,
        condition: oneOf(["first", "every", "start"])
          .default("first")
          .describe("when the network sees the image: first (step), every (step) or start (of the states)"),
        minCount: whole(1).default(1).describe("words that occur fewer times become unknown"),
      },
      { ...names, tap: "name", preprocessing: "name", condition: "when" },
    ),
    async read(path, { images: folder, encoder, tap, preprocessing, cache: kept }, { split }, context) {
      const hasParts = (await listImages(path, folder)).some((image) => image.split !== undefined);
      if (hasParts && split !== undefined) checkGivenSplit(split, "images");
      const reading = { images: folder, encoder, tap, preprocessing, cache: kept };
      return { data: await readCaptions(path, { ...reading, progress: teller(context) }) };
    },
    options: ({ condition, minCount }) => ({ condition, minCount }),
  },
  score: {
    async brief(model, validation) {
      const data = { images: validation.images.slice(0, imagesWhileTraining) };
      const { bleu4, ciderD } = await model.score(data, { hasBaseline: false });
      return `BLEU-4 ${bleu4.toFixed(3)}, CIDEr-D ${ciderD.toFixed(3)}`;
    },
    async beside(model, part) {
      const score = await model.score(part);
      const { baseline } = score;
      return {
        ...reportOf(score),
        betterBaseline: baseline && baseline.bleu4 >= score.bleu4 ? baseline.name : undefined,
      };
    },
  },
  evaluate: {
    about: "score a model's captions against captions by people",
    file: captionsFile,
    ending: ".csv",
    outputs: ["page"],
    flags: flags(
      {
        images,
        encoder: copy,
        cache,
        part: partField,
        ...searching,
        baseline: flag.describe("compare with the model when blind, its features shuffled between images"),
        page: outputFile(".html").optional().describe("write an HTML page of the images with their captions"),
      },
      { ...names, part: "part", page: "file" },
    ),
    async run(model, path, settings, context) {
      const { beam: width, lengthPenalty, baseline: hasBaseline } = settings;
      const file = path as string;
      const listed = await partOf(model, await listImages(file, settings.images), settings.part, context);
      if (hasBaseline && listed.length < 2) {
        throw new Error("--baseline shuffles features, which needs two images or more; leave it out");
      }
      const data = await withVectors(listed, encoderOf(model, settings.encoder), {
        cache: settings.cache ?? cacheBeside(file),
        progress: teller(context),
      });
      const score = await model.score(data, { hasBaseline, width, lengthPenalty });
      if (settings.page !== undefined) {
        const html = await pageOfImages(settings.page, model, data, { width, lengthPenalty });
        await context.write(settings.page, html);
      }
      return reportOf(score);
    },
  },
  predict: {
    about: "print a caption for each image",
    file: "an image (.png, .jpg, .webp), or a folder of images",
    ending: ".png",
    flags: flags({ encoder: copy, cache, ...searching }, names),
    async run(model, path, { encoder, cache: kept, beam: width, lengthPenalty }, context) {
      const paths = await imagePaths(path as string);
      const vectors = await encodeImages(paths, encoderOf(model, encoder), {
        cache: kept ?? cacheBeside(paths[0] as string),
        progress: teller(context),
      });
      const results = await model.search(vectors, { width, lengthPenalty });
      return {
        json: results.map((captions, i) => ({ file: paths[i], caption: captions[0]?.text, captions })),
        text: results.map((captions, i) => `${paths[i]}\t${captions[0]?.text ?? ""}`).join("\n"),
      };
    },
  },
  further: [
    {
      name: "shapes",
      about: "make images of coloured shapes with captions, as training data",
      argument: ["folder", "the new folder to write"],
      flags: shapes,
      async run(folder: string, settings: ReturnType<(typeof shapes)["parse"]>, context: CommandContext) {
        const path = await writeShapesFolder(folder, settings);
        const { count, seed: from } = settings;
        context.say(`${grouped(count)} images written; to train on them:`);
        return {
          json: [{ captions: path, images: count, seed: from }],
          text: `unrolled caption train ${quoted(path)}`,
        };
      },
    },
  ],
});

/** Says which encoder it is, once, and how far it has come. */
function teller(context: Pick<CommandContext, "say" | "status">): (progress: EncodingProgress) => void {
  return ({ encoder, done, total }) => {
    if (done === 0) context.say(encoder);
    else context.status(done === total ? "" : `features of ${grouped(done)} of ${grouped(total)} images`);
  };
}

/** The images of a part of the training's data, in the order of the part. */
async function partOf(
  model: Captioner,
  listed: readonly ImageFile[],
  given: Part | "all" | undefined,
  context: Pick<CommandContext, "say">,
): Promise<readonly ImageFile[]> {
  // Parts do not depend on the vectors, which take long.
  const data = { images: listed.map((image) => ({ ...image, vector: [] })) };
  const part = given ?? (await heldOutByDefault(model, data, context, ({ images }) => images.length));
  if (part === "all") return listed;
  const byPath = new Map(listed.map((image) => [image.path, image]));
  const parts = await model.parts(data);
  const chosen = (parts[part]?.images ?? []).map(({ path = "" }) => byPath.get(path) as ImageFile);
  if (chosen.length > 0) return chosen;
  throw new Error(`--part ${part}: training had no such part; choose another`);
}

function reportOf({ baseline, images: count, ...score }: CaptionScore): Report {
  const rows: [string, CaptionScores][] = [["this model", score]];
  if (baseline) {
    const { name, ...scores } = baseline;
    rows.push([name, scores]);
  }
  return {
    json: rows.map(([model, scores]) => ({ model, ...scores, images: count })),
    text: table(
      ["score", ...rows.map(([model]) => model)],
      (Object.keys(score) as (keyof CaptionScores)[]).map((name) => [
        name,
        ...rows.map(([, scores]) => scores[name].toFixed(3)),
      ]),
    ),
  };
}
