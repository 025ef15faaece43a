// Scores of captions against those of people, and the blind baseline: what words alone are worth.
import { randomStream, streams } from "../../base/random.ts";
import { bleu } from "../shared/bleu.ts";
import { ciderD } from "./cider.ts";
import { wordsOf } from "./design.ts";
import { meteorExact } from "./meteor.ts";
import { rougeL } from "./rouge.ts";

/**
 * Scores of one caption per image, over the captions by people: shares and BLEU, ROUGE-L and METEOR from 0
 * to 1, CIDEr-D from 0 to 10. Captions are compared word by word, in lower case and without punctuation
 * marks.
 */
export interface CaptionScores {
  /** The share of captions that are one of the image's own, word by word. */
  readonly exact: number;
  /** BLEU of words, with 1-grams alone and up to 4-grams. */
  readonly bleu1: number;
  readonly bleu2: number;
  readonly bleu3: number;
  readonly bleu4: number;
  /** ROUGE-L, as COCO reports it. */
  readonly rougeL: number;
  /** CIDEr-D; 0 for a single image. */
  readonly ciderD: number;
  /** METEOR with exact matches alone. */
  readonly meteor: number;
  /** Of the images' own captions, per word and end. */
  readonly perplexity: number;
  /** The share of captions that the model ended; the others were cut off. */
  readonly ended: number;
}

/** Scores of one caption per image; `nats` is the mean loss of the images' own captions. */
export function captionScores(
  written: readonly { readonly text: string; readonly isEnded: boolean }[],
  references: readonly (readonly string[])[],
  nats: number,
): CaptionScores {
  const comparisons = written.map(({ text }, i) => ({
    candidate: wordsOf(text),
    references: (references[i] ?? []).map(wordsOf),
  }));
  const exact = written.filter(({ text }, i) => isExactCaption(text, references[i] ?? []));
  const [bleu1, bleu2, bleu3, bleu4] = bleu(comparisons).scores as [number, number, number, number];
  return {
    exact: exact.length / written.length,
    bleu1,
    bleu2,
    bleu3,
    bleu4,
    rougeL: rougeL(comparisons).score,
    ciderD: ciderD(comparisons).score,
    meteor: meteorExact(comparisons).score,
    perplexity: Math.exp(nats),
    ended: written.filter(({ isEnded }) => isEnded).length / written.length,
  };
}

/** Whether a caption is one of `references`, word by word. */
export function isExactCaption(text: string, references: readonly string[]): boolean {
  const words = wordsOf(text).join(" ");
  return references.some((reference) => wordsOf(reference).join(" ") === words);
}

/** Each vector at another image: the order rotated by a random number of images, the same every time. */
export function shuffledVectors<V>(vectors: readonly V[]): V[] {
  const by = 1 + Math.floor(randomStream(1, streams.data).uniform() * (vectors.length - 1));
  return vectors.map((_, i) => vectors[(i + by) % vectors.length] as V);
}
