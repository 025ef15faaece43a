// BLEU of a corpus: how many of the candidates' n-grams stand in a reference, and whether they are long enough.
// Takes tokens as they are: how a text was cut changes the score, so compare only scores of one tokenisation.
import { checkCorpus, type Comparison, type Tokens } from "./comparison.ts";
import { ngramCounts } from "./ngrams.ts";

const orders = [1, 2, 3, 4] as const;

/** BLEU of a corpus, and what it is made of. */
export interface Bleu {
  /** [4] BLEU-1 to BLEU-4, from 0 to 1: geometric means of the first 1 to 4 precisions, times `brevityPenalty`. */
  readonly scores: readonly number[];
  /** [4] clipped precisions of n-grams of length 1 to 4, over the whole corpus. */
  readonly precisions: readonly number[];
  /** From 0 to 1; 1 where the candidates are as long as the references. */
  readonly brevityPenalty: number;
  /** Tokens of all candidates. */
  readonly candidateLength: number;
  /** Tokens of the references closest in length to their candidates; the shorter of two as close. */
  readonly referenceLength: number;
}

/** Settings of `bleu`. */
export interface BleuSettings {
  /**
   * `"add-one"` adds 1 to matches and totals of n-grams of 2 tokens and more (Lin & Och 2004, ORANGE, COLING).
   * Default `"none"`: the score is 0 where a precision is.
   */
  readonly smoothing?: "none" | "add-one";
}

/**
 * Papineni et al. 2002 (ACL), with equal weights, over the corpus and not as a mean of sentences. A precision of
 * no n-grams at all is 0. COCO's code agrees, but gives a small positive number where BLEU is 0.
 * Throws at no candidates and at one without references.
 */
export function bleu(corpus: readonly Comparison[], settings: BleuSettings = {}): Bleu {
  checkCorpus("bleu", corpus);
  const { smoothing = "none" } = settings;
  let candidateLength = 0;
  let referenceLength = 0;
  const matches = [0, 0, 0, 0];
  const totals = [0, 0, 0, 0];
  for (const { candidate, references } of corpus) {
    candidateLength += candidate.length;
    referenceLength += closestLength(candidate.length, references);
    orders.forEach((n, at) => {
      matches[at]! += clippedMatches(candidate, references, n);
      totals[at]! += Math.max(0, candidate.length - n + 1);
    });
  }
  const precisions = orders.map((n, at) => {
    const extra = smoothing === "add-one" && n > 1 ? 1 : 0;
    const total = totals[at]! + extra;
    return total === 0 ? 0 : (matches[at]! + extra) / total;
  });
  const brevityPenalty =
    candidateLength === 0 ? 0 : Math.exp(Math.min(0, 1 - referenceLength / candidateLength));
  const scores = orders.map((n) => {
    const logs = precisions.slice(0, n).reduce((sum, precision) => sum + Math.log(precision), 0);
    return brevityPenalty * Math.exp(logs / n);
  });
  return { scores, precisions, brevityPenalty, candidateLength, referenceLength };
}

function closestLength(length: number, references: readonly Tokens[]): number {
  return references
    .map((reference) => reference.length)
    .reduce((best, other) => {
      const gain = Math.abs(best - length) - Math.abs(other - length);
      return gain > 0 || (gain === 0 && other < best) ? other : best;
    });
}

/** N-grams of the candidate, each at most as often as in the reference that has it most often. */
function clippedMatches(candidate: Tokens, references: readonly Tokens[], n: number): number {
  const allowed = references.map((reference) => ngramCounts(reference, n));
  let sum = 0;
  for (const [ngram, count] of ngramCounts(candidate, n))
    sum += Math.min(count, Math.max(...allowed.map((counts) => counts.get(ngram) ?? 0)));
  return sum;
}
