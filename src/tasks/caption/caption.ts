// Captions of images: a sentence for each vector that an encoder makes of an image.
import * as z from "zod/mini";
import { shown } from "../../base/options.ts";
import { decode } from "../../infer/decode.ts";
import { evaluate } from "../../infer/evaluate.ts";
import { decodeTokens } from "../../text/vocabulary.ts";
import { joinWords } from "../../text/words.ts";
import { decodeSettings, type BeamOptions } from "../shared/beam-options.ts";
import { checkItems, checkList } from "../shared/data-checks.ts";
import { modelCore } from "../shared/model.ts";
import { recurrentOptions } from "../shared/network-options.ts";
import { recordedSplit, recordOf } from "../shared/parts.ts";
import { checkSpec, momentsFields, vocabularySchema } from "../shared/spec-schema.ts";
import { grouped, splitInWords } from "../shared/words.ts";
import { maker, type Maker, type Model, type Parts, type Trained } from "../task.ts";
import {
  captionDefaults,
  captionExamples,
  captionRules,
  designCaptioner,
  imageInput,
  scaledVector,
  type CaptionedImage,
  type CaptionedImages,
  type CaptionOptions,
  type CaptionSpec,
} from "./design.ts";
import {
  encoderInWords,
  encoderOfRecord,
  encoderRecord,
  isSameEncoder,
  type EncoderChoice,
} from "./encoder-choice.ts";
import { hasOwnParts, ownParts, partsOfImages } from "./parts.ts";
import { captionScores, shuffledVectors, type CaptionScores } from "./scores.ts";

/** A caption that a model writes. */
export interface Caption {
  readonly text: string;
  /** The model's log-probability of it, in nats. */
  readonly logProbability: number;
  /** Whether the model ended it; otherwise it was cut off at the longest length. */
  readonly isEnded: boolean;
}

/** Scores of a captioner, and of a baseline on the same images. */
export interface CaptionScore extends CaptionScores {
  /** Images scored. */
  readonly images: number;
  /**
   * The model itself, blind: with the features shuffled between the images, so that only what it knows of words counts.
   * Absent for a single image.
   */
  readonly baseline?: CaptionScores & { readonly name: string };
}

/** What `Captioner.score` may be told. */
export interface CaptionScoreOptions extends BeamOptions {
  /** Captions that are grown at once. Default 1: the most likely word each time. */
  readonly width?: number | undefined;
  /** Whether to score the blind baseline, which takes as long again. Default true. */
  readonly hasBaseline?: boolean;
  /** The blind baseline learns from no data. */
  readonly baseline?: never;
}

/** A trained captioner. */
export interface Captioner extends Model<CaptionedImages, CaptionScore> {
  readonly kind: "caption";
  /**
   * The encoder of its images; undefined where the training data did not name it. A loaded model knows an ONNX file by its
   * content, not its path, which is for the caller to give.
   */
  readonly encoder: EncoderChoice | undefined;
  /** The parts that the images name; otherwise the parts of the training's own data, found again. Needs no vectors. */
  parts(data: CaptionedImages): Promise<Parts<CaptionedImages>>;
  /**
   * Scores captions of images beside those of people, and beside the same model blind. Throws for vectors of
   * another encoder than the model's.
   */
  score(
    data: CaptionedImages | "train" | "validation" | "test",
    options?: CaptionScoreOptions,
  ): Promise<CaptionScore>;
  /** A caption for the vector of each image, by the most likely word each time. Throws for vectors of another width. */
  predict<const I extends readonly ArrayLike<number>[]>(
    vectors: I,
  ): Promise<{ readonly [K in keyof I]: Caption }>;
  /** The most likely captions for the vector of each image by beam search, best first. Throws as `predict`. */
  search(vectors: readonly ArrayLike<number>[], options?: BeamOptions): Promise<Caption[][]>;
}

/**
 * Captions of images, from vectors that an encoder makes of them. Trains an LSTM of 256 by default; scores BLEU, CIDEr-D
 * and others beside the same model blind.
 *
 * @function
 * @example
 * ```ts
 * import { caption, describeImages, readCaptions, train } from "unrolled/node";
 * const images = await readCaptions("captions.json", { encoder: "vgg16.onnx", tap: "fc7" });
 * const run = train(caption({ cell: "lstm", size: 256 }), images, { epochs: 10 });
 * await run.finish();
 * const [{ text }] = await describeImages(await run.best(), ["photo.jpg"]);
 * ```
 */
export const caption: Maker<CaptionOptions, CaptionedImages, Captioner> = maker(
  (options = {}) => ({
    kind: "caption",
    defaults: {
      budget: { epochs: 10 },
      batch: 64,
      schedule: { kind: "cosine" },
      clip: { kind: "norm", limit: 1 },
    },
    design(data, settings) {
      checkImages("caption", data);
      const parts = partsOfImages(data, settings);
      const { train, validation, test } = parts;
      const { spec, network, cell } = designCaptioner(train, options);
      const images = { train: train.images, validation: validation?.images, test: test?.images };
      return {
        spec,
        network,
        cell,
        parts,
        examples: {
          kind: "examples",
          train: captionExamples(spec, train.images),
          validation: validation && captionExamples(spec, validation.images),
        },
        record: () =>
          recordOf(recordedItems(data), { ...settings, ...(hasOwnParts(data) && { split: "own" }) }),
        summary: [
          `${splitInWords(images, "image")}; ${grouped(spec.vocabulary.symbols.length)} different words`,
        ],
        open: (trained) => openCaptioner(trained, parts),
      };
    },
  }),
  {
    kind: "caption",
    options: captionRules,
    validate: (options) => recurrentOptions(options, captionDefaults),
    check: (spec) => withoutEncoderPath(checkSpec(schema, spec)),
    open: (trained) => openCaptioner(trained),
  },
);

const schema: z.ZodMiniType<CaptionSpec> = z.strictObject({
  kind: z.literal("caption"),
  vocabulary: vocabularySchema,
  longest: z.int().check(z.minimum(1)),
  ...momentsFields,
  encoder: z.string(),
});

/** The spec of an early model file, which has the encoder's path, as it would be written today. */
function withoutEncoderPath(spec: CaptionSpec): CaptionSpec {
  const encoder = encoderOfRecord(spec.encoder);
  return encoder ? { ...spec, encoder: encoderRecord(encoder) } : spec;
}

function checkImages(place: string, data: CaptionedImages | undefined): void {
  const images: unknown = data?.images;
  if (images === undefined) throw new Error(`${place}: expected { images: […] }, got ${shown(data)}`);
  checkItems(place, images, { vector: "vector", captions: "texts" });
}

/** The images as their digest has them, which does not depend on the encoder. */
function recordedItems({ images }: CaptionedImages): readonly object[] {
  return images.map(({ captions, split }) => ({ captions, split }));
}

function openCaptioner(trained: Trained, trainedOn?: Parts<CaptionedImages>): Captioner {
  const spec = trained.spec as CaptionSpec;
  const encoder = trainedOn?.train.encoder ?? encoderOfRecord(spec.encoder);
  const core = modelCore("caption", trained, trainedOn);

  async function search(
    vectors: readonly ArrayLike<number>[],
    options: BeamOptions = {},
  ): Promise<Caption[][]> {
    checkList("predict", vectors);
    const { longest, ...settings } = decodeSettings(options, spec.longest);
    const scaled = vectors.map((vector, i) => scaledVector(spec, vector, `image ${i}`));
    const inputsOf = async (from: number, count: number): Promise<Record<string, Float32Array>> => {
      const rows = new Float32Array(count * spec.mean.length);
      scaled.slice(from, from + count).forEach((vector, row) => rows.set(vector, row * vector.length));
      return { [imageInput]: rows };
    };
    const sequences = await core.alone((session) =>
      decode(session, vectors.length, inputsOf, { ...settings, longest }),
    );
    return sequences.map((beams) =>
      beams.map(({ symbols, logProbability }) => ({
        text: joinWords(decodeTokens(spec.vocabulary, symbols)),
        logProbability,
        isEnded: symbols.length < longest,
      })),
    );
  }

  async function scoresOf(images: readonly CaptionedImage[], options: BeamOptions): Promise<CaptionScores> {
    const items = captionExamples(spec, images);
    const { loss } = await evaluate(core.session(), { kind: "examples", items });
    const beams = await search(
      images.map(({ vector }) => vector),
      options,
    );
    const written = beams.map(([best]) => best ?? { text: "", isEnded: false });
    const references = images.map(({ captions }) => captions);
    return captionScores(written, references, loss);
  }

  return {
    ...core,
    encoder,
    async predict(vectors) {
      return (await search(vectors, { width: 1 })).map(([best]) => best) as never;
    },
    search,
    async parts(data) {
      if (hasOwnParts(data)) return ownParts(data);
      return partsOfImages(data, await recordedSplit(recordedItems(data), core.metadata));
    },
    async score(data, { hasBaseline = true, width = 1, ...options } = {}) {
      const scored = core.dataOf(data);
      checkImages("score", scored);
      const { images, encoder: other } = scored;
      if (encoder && other && !isSameEncoder(encoder, other)) {
        throw new Error(
          `score: the images' vectors are of the encoder ${encoderInWords(other)}, and the model's of ${encoderInWords(encoder)}; ` +
            "compute them with the model's own encoder",
        );
      }
      const beams = { width, ...options };
      const scores = await scoresOf(images, beams);
      if (!hasBaseline || images.length < 2) return { ...scores, images: images.length };
      const vectors = shuffledVectors(images.map(({ vector }) => vector));
      const blind = images.map((image, i) => ({ ...image, vector: vectors[i] as ArrayLike<number> }));
      const baseline = { name: "shuffled features", ...(await scoresOf(blind, beams)) };
      return { ...scores, images: images.length, baseline };
    },
  };
}
