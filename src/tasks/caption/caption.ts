// Captions of images: a vector of each image comes into the recurrent layer through weights of its own, and the words
// follow one from another. Karpathy & Fei-Fei 2015, arXiv:1412.2306v2. Makes the network and its examples and writes
// captions; trains nothing, reads no files and knows no image.
import { embedding } from "../../cells/parts.ts";
import { conditioned, contextWidth, type Conditioning } from "../../cells/transforms/conditioned.ts";
import type { Example } from "../../batch/example.ts";
import { momentsOf, standardised, type Moments } from "../shared/moments.ts";
import {
  boundaryId,
  buildVocabulary,
  decodeTokens,
  encodeTokens,
  vocabularySize,
  type Vocabulary,
} from "../../text/vocabulary.ts";
import type { Cell } from "../../language/cell.ts";
import type { Sizes } from "../../graph/lower.ts";
import { planHead } from "../../model/head.ts";
import { stack } from "../../model/stack.ts";
import type { Network, NetworkLayer } from "../../plan/network.ts";
import { joinWords } from "../../text/words.ts";
import { decode, type DecodeSettings } from "../shared/decode.ts";
import type { TaskModel } from "../shared/model.ts";
import { tokensOf } from "../shared/sequence-input.ts";

/** The moments are those of the images' vectors. */
export interface CaptionTask extends Moments {
  readonly kind: "caption";
  readonly vocabulary: Vocabulary;
  /** Words of the longest caption that was learned. */
  readonly longest: number;
  /** What made the vectors of the images, as the caller describes it. */
  readonly encoder: string;
}

export interface CaptionedImage {
  /** [width] the image's vector; several captions of one image share it. */
  readonly vector: ArrayLike<number>;
  readonly captions: readonly string[];
}

export interface CaptionerSettings {
  readonly cell: Cell;
  /** Hidden width of each layer. Default 256. */
  readonly size?: number;
  readonly layers?: number;
  /** Width of a learned vector for each word. Default 64. */
  readonly embedding?: number;
  /** Rate of dropout after each recurrent layer. Default 0. */
  readonly dropout?: number;
  /** When the image is seen: at the first step (the paper), at every step, or as what the states start with. */
  readonly sees?: Conditioning;
  /** Rarer words are unknown ones. Default 1. */
  readonly atLeast?: number;
  /** What made the vectors, to be kept with the model. */
  readonly encoder: string;
  readonly sizes?: Sizes;
}

export interface Captioner {
  readonly task: CaptionTask;
  readonly network: Network;
}

/** The network's inputs: the word before, and the image. */
const wordInput = "word";
const imageInput = "image";

export function captioner(images: readonly CaptionedImage[], settings: CaptionerSettings): Captioner {
  const { atLeast = 1, encoder } = settings;
  const captions = images.flatMap((image) => image.captions.map(wordsOf));
  if (captions.length === 0)
    throw new Error("captions: there are none to learn from; give images with captions");
  if (captions.every((words) => words.length === 0))
    throw new Error("captions: there is no word in any of them, only marks; give captions with words");
  const vectors = images.map((image) => image.vector);
  const [{ length: width } = []] = vectors;
  const other = vectors.findIndex((vector) => vector.length !== width);
  if (other >= 0) {
    throw new Error(
      `image ${other}: its vector must have ${width} numbers, as the first one, not ${vectors[other]?.length}; use one ` +
        "encoder for all",
    );
  }
  const task: CaptionTask = {
    kind: "caption",
    vocabulary: buildVocabulary(captions.flat(), { unit: "word", atLeast }),
    longest: captions.reduce((most, words) => Math.max(most, words.length), 1),
    ...momentsOf(vectors),
    encoder,
  };
  return { task, network: networkOf(task, settings) };
}

function networkOf(task: CaptionTask, settings: CaptionerSettings): Network {
  const {
    cell,
    size = 256,
    layers = 1,
    embedding: width = 64,
    dropout = 0,
    sees = "first",
    sizes,
  } = settings;
  const words = vocabularySize(task.vocabulary);
  const seeing = conditioned(cell, sees);
  const read: NetworkLayer = {
    name: "embedding",
    cell: embedding,
    sizes: { I: words, H: width },
    inputs: { x: wordInput },
  };
  const recurrent = stack("embedding", width, {
    cell: [seeing.cell, ...Array.from({ length: layers - 1 }, () => cell)],
    size,
    dropout,
    sizes: { ...sizes, [contextWidth]: task.mean.length },
    inputs: (depth) => (depth === 1 ? { [seeing.input]: imageInput } : {}),
  });
  const head = planHead(recurrent.output, recurrent.width, { kind: "classes", classes: words });
  return {
    inputs: [
      { name: wordInput, width: words, kind: "index", per: "step" },
      { name: imageInput, width: task.mean.length, kind: "dense", per: "sequence" },
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
export function captionExamples(task: CaptionTask, images: readonly CaptionedImage[]): Example[] {
  return images.flatMap((image, i) => {
    const vector = scaled(task, image.vector, `image ${i}`);
    return image.captions.map((caption): Example => {
      const ids = encodeTokens(task.vocabulary, wordsOf(caption));
      return {
        steps: ids.length + 1,
        inputs: { [wordInput]: Int32Array.of(boundaryId, ...ids), [imageInput]: vector },
        targets: Int32Array.of(...ids, boundaryId),
      };
    });
  });
}

export interface Caption {
  readonly text: string;
  /** The model's own log-probability of it, in nats. */
  readonly logProbability: number;
  /** Whether the model ended it; else it has as many words as it may. */
  readonly isEnded: boolean;
}

/**
 * Captions for each vector, best first, `width` of each (default 1, the most likely word at each step), of up to `longest`
 * words (default twice as many as the longest learned).
 */
export async function describe(
  model: TaskModel<CaptionTask>,
  vectors: readonly ArrayLike<number>[],
  settings: DecodeSettings = {},
): Promise<Caption[][]> {
  const { task } = model;
  const size = task.mean.length;
  const inputsOf = async (from: number, count: number): Promise<Record<string, Float32Array>> => {
    const images = new Float32Array(count * size);
    for (let row = 0; row < count; row++) {
      const vector = vectors[from + row] as ArrayLike<number>;
      images.set(scaled(task, vector, `image ${from + row}`), row * size);
    }
    return { [imageInput]: images };
  };
  const longest = settings.longest ?? 2 * task.longest;
  const found = await decode(model, vectors.length, inputsOf, { ...settings, longest });
  return found.map((beams) =>
    beams.map(({ symbols, logProbability }) => ({
      text: joinWords(decodeTokens(task.vocabulary, symbols)),
      logProbability,
      isEnded: symbols.length < longest,
    })),
  );
}

function scaled(task: CaptionTask, vector: ArrayLike<number>, place: string): Float32Array {
  const { length: width } = task.mean;
  if (vector.length !== width) {
    throw new Error(
      `${place}: its vector must have ${width} numbers, as the model's images had, not ${vector.length}; use the ` +
        "encoder that the model was trained with",
    );
  }
  return standardised(task, vector);
}
