// The network of a captioner, and images with captions as examples for it. A vector of each image comes into the recurrent
// layers through weights of its own, and each word follows from those before. Karpathy & Fei-Fei 2015, arXiv:1412.2306v2.
import type { OptionRules } from "../../base/options.ts";
import type { Example } from "../../batch/example.ts";
import { embedding as embeddingCell } from "../../cells/parts.ts";
import { conditioned, contextWidth } from "../../cells/transforms/conditioned.ts";
import { planHead } from "../../model/head.ts";
import { stack } from "../../model/stack.ts";
import type { Network, NetworkLayer } from "../../plan/network.ts";
import {
  boundaryId,
  buildVocabulary,
  encodeTokens,
  vocabularySize,
  type Vocabulary,
} from "../../text/vocabulary.ts";
import { momentsOf, standardised, type Moments } from "../shared/moments.ts";
import { cellRecord, checkWhole, recurrentOptions } from "../shared/network-options.ts";
import { recurrentRules, type RecurrentOptions } from "../shared/recurrent-options.ts";
import { tokensOf } from "../shared/sequence-input.ts";
import type { Design } from "../task.ts";
import { encoderRecord, type EncoderChoice } from "./encoder-choice.ts";

/** A captioner's part of its model file. The moments are those of the images' vectors. */
export interface CaptionSpec extends Moments {
  readonly kind: "caption";
  readonly vocabulary: Vocabulary;
  /** Words of the longest caption that was learned. */
  readonly longest: number;
  /** The encoder of the images, as `encoderRecord` writes it. */
  readonly encoder: string;
}

/** An image as a vector, with captions by people. */
export interface CaptionedImage {
  /** [width] the image's features. */
  readonly vector: ArrayLike<number>;
  readonly captions: readonly string[];
  /** The part of the data that the image belongs to, as data sets call it: `train`, `val2014`, `test`. Default `train`. */
  readonly split?: string | undefined;
  /** The image's file. */
  readonly path?: string;
}

/** Images with captions. Where an image names its part, the parts are those that the images name. */
export interface CaptionedImages {
  readonly images: readonly CaptionedImage[];
  /** The encoder of the vectors; a model keeps it, so that it can describe image files. */
  readonly encoder?: EncoderChoice | undefined;
}

/** Options of `caption`. Default an LSTM of 256. */
export interface CaptionOptions extends RecurrentOptions {
  /** Width of a learned vector per word. Default 64. */
  readonly embedding?: number;
  /** When the network sees the image: at the `first` step, at `every` step, or as the `start` of its states. Default `first`. */
  readonly condition?: "first" | "every" | "start";
  /** Words seen fewer times become unknown. Default 1. */
  readonly minCount?: number;
}

export const captionRules: OptionRules<CaptionOptions> = {
  ...recurrentRules,
  embedding: "number",
  condition: ["first", "every", "start"],
  minCount: "number",
};

/** The defaults of a captioner's recurrent layers. */
export const captionDefaults = { cell: "lstm", size: 256, embedding: 64 } as const;

/** The network's inputs: the word before, and the image. */
const wordInput = "word";
export const imageInput = "image";

/** The network and the vocabulary for images. Throws where there are no words, and for vectors of several widths. */
export function designCaptioner(
  { images, encoder }: CaptionedImages,
  options: CaptionOptions,
): Pick<Design<never, never>, "network" | "cell"> & { readonly spec: CaptionSpec } {
  const captions = images.flatMap((image) => image.captions.map(wordsOf));
  if (captions.length === 0) {
    throw new Error("captions: there are none to learn from; give images with captions");
  }
  if (captions.every((words) => words.length === 0)) {
    throw new Error("captions: there is no word in any of them, only marks; give captions with words");
  }
  const vectors = images.map((image) => image.vector);
  const [{ length: width } = []] = vectors;
  const other = vectors.findIndex((vector) => vector.length !== width);
  if (other >= 0) {
    throw new Error(
      `image ${other}: expected a vector of ${width} numbers, as the first one, got ${vectors[other]?.length}; use one ` +
        "encoder for all",
    );
  }
  const spec: CaptionSpec = {
    kind: "caption",
    vocabulary: buildVocabulary(captions.flat(), { unit: "word", minCount: options.minCount ?? 1 }),
    longest: captions.reduce((most, words) => Math.max(most, words.length), 1),
    ...momentsOf(vectors),
    encoder: encoderRecord(encoder),
  };
  const recurrent = recurrentOptions(options, captionDefaults);
  return { spec, network: captionNetwork(spec, options, recurrent), cell: cellRecord(recurrent.cell) };
}

function captionNetwork(
  spec: CaptionSpec,
  options: CaptionOptions,
  { cell, size, layers, dropout, sizes }: ReturnType<typeof recurrentOptions>,
): Network {
  const { embedding = captionDefaults.embedding, condition = "first" } = options;
  checkWhole("captions", { embedding });
  const words = vocabularySize(spec.vocabulary);
  const width = spec.mean.length;
  const seeing = conditioned(cell, condition);
  const read: NetworkLayer = {
    name: "embedding",
    cell: embeddingCell,
    sizes: { I: words, H: embedding },
    inputs: { x: wordInput },
  };
  const recurrent = stack(read.name, embedding, {
    cell: [seeing.cell, ...Array.from({ length: layers - 1 }, () => cell)],
    size,
    dropout,
    sizes: { ...sizes, [contextWidth]: width },
    inputs: (depth) => (depth === 1 ? { [seeing.input]: imageInput } : {}),
  });
  const head = planHead(recurrent.output, recurrent.width, { kind: "classes", classes: words });
  return {
    inputs: [
      { name: wordInput, width: words, kind: "index", per: "step" },
      { name: imageInput, width, kind: "dense", per: "sequence" },
    ],
    layers: [read, ...recurrent.layers, ...head.layers],
    loss: head.loss,
  };
}

/** The words of a caption, in lower case, without its punctuation marks. */
export function wordsOf(caption: string): string[] {
  return tokensOf(caption, "word", true).filter((word) =>
    /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word),
  );
}

/** Each caption as an example, with its image's vector. */
export function captionExamples(spec: CaptionSpec, images: readonly CaptionedImage[]): Example[] {
  return images.flatMap((image, i) => {
    const vector = scaledVector(spec, image.vector, image.path ?? `image ${i}`);
    return image.captions.map((caption): Example => {
      const ids = encodeTokens(spec.vocabulary, wordsOf(caption));
      return {
        steps: ids.length + 1,
        inputs: { [wordInput]: Int32Array.of(boundaryId, ...ids), [imageInput]: vector },
        targets: Int32Array.of(...ids, boundaryId),
      };
    });
  });
}

/** A vector as the network takes it. Throws for one of another width than those that were learned. */
export function scaledVector(spec: CaptionSpec, vector: ArrayLike<number>, place: string): Float32Array {
  const { length: width } = spec.mean;
  if (vector.length === width) {
    const wrong = Array.from(vector).findIndex((value) => !Number.isFinite(value));
    if (wrong < 0) return standardised(spec, vector);
    throw new Error(
      `${place}: number ${wrong} must be finite, not ${vector[wrong]}; compute the vector again`,
    );
  }
  throw new Error(
    `${place}: expected a vector of ${width} numbers, as the model's images have, got ${vector.length}; use the ` +
      "encoder that the model was trained with",
  );
}
