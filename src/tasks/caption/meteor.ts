// METEOR with exact matches alone: one-to-one matches of equal words, and the number of runs they fall into. Without stems,
// synonyms and paraphrases its scores are below those of the full METEOR and compare only with each other.
import { checkCorpus, mean, type Comparison, type Tokens } from "../shared/comparison.ts";

/** METEOR with exact matches alone, of a corpus. */
export interface Meteor {
  /** Mean over candidates, from 0 to 1. */
  readonly score: number;
  /** [candidates] the best over each one's references. */
  readonly each: readonly number[];
}

export interface Alignment {
  /** Words of the candidate that are in the reference, one to one; the largest number possible. */
  readonly matches: number;
  /** Runs of matches that are adjacent and in order in both; the smallest number. 0 without matches. */
  readonly chunks: number;
}

/** The weight of recall against precision, and the penalty of many chunks. */
const alpha = 0.9;
const beta = 3;
const gamma = 0.5;

/**
 * The METEOR of Banerjee & Lavie 2005 (ACL workshop on evaluation measures), version 1.0, with the exact module:
 * F = P R / (alpha P + (1 - alpha) R), times 1 - gamma (chunks / matches) ^ beta; alpha 0.9, beta 3, gamma 0.5. Among
 * alignments with the most matches it takes the one with the fewest chunks, as METEOR 1.5 does (Denkowski & Lavie 2014);
 * the paper takes the one with the fewest crossings. A candidate of m words that equals its reference has 1 - 0.5 / m³, not
 * 1. 0 without a match.
 *
 * This is not METEOR 1.5, which COCO reports: that weighs function words and has other parameters.
 * Throws at no candidates and at one without references.
 */
export function meteorExact(corpus: readonly Comparison[]): Meteor {
  checkCorpus("meteor", corpus);
  const each = corpus.map(({ candidate, references }) =>
    references.reduce((best, reference) => Math.max(best, against(candidate, reference)), 0),
  );
  return { score: mean(each), each };
}

function against(candidate: Tokens, reference: Tokens): number {
  const { matches, chunks } = alignWords(candidate, reference);
  if (matches === 0) return 0;
  const precision = matches / candidate.length;
  const recall = matches / reference.length;
  const f = (precision * recall) / (alpha * precision + (1 - alpha) * recall);
  return f * (1 - gamma * (chunks / matches) ** beta);
}

/** Partial alignments kept at each word, as in METEOR 1.5; a caption needs more only if it repeats itself. */
const beamWidth = 500;
const unmatched = -2;

interface Partial {
  /** [reference length] "1" where the word is matched. */
  readonly used: string;
  /** The index in the reference of the match of the candidate's last word, or `unmatched`. */
  readonly last: number;
  readonly chunks: number;
}

/**
 * Exact while there are at most 500 partial alignments at once, as for any caption of a dozen words that repeats two or
 * three; beyond that `matches` is exact and `chunks` the smallest number that a beam of 500 finds.
 */
export function alignWords(candidate: Tokens, reference: Tokens): Alignment {
  const indices = new Map<string, number[]>(); // by word: its indices in the reference
  reference.forEach((word, j) => indices.set(word, [...(indices.get(word) ?? []), j]));
  let beam: Partial[] = [{ used: "0".repeat(reference.length), last: unmatched, chunks: 0 }];
  candidate.forEach((word, i) => {
    const at = indices.get(word) ?? [];
    const following = occurrences(candidate.slice(i + 1), word);
    const wanted = Math.min(at.length, occurrences(candidate, word));
    const next = new Map<string, Partial>();
    const keep = (partial: Partial): void => {
      const key = `${partial.used} ${partial.last}`;
      if (partial.chunks < (next.get(key)?.chunks ?? Infinity)) next.set(key, partial);
    };
    for (const partial of beam) {
      const free = at.filter((j) => partial.used[j] === "0");
      const missing = wanted - (at.length - free.length);
      if (missing <= following) keep({ ...partial, last: unmatched });
      if (missing > 0) for (const j of free) keep(matched(partial, j));
    }
    beam = [...next.values()].sort((a, b) => a.chunks - b.chunks).slice(0, beamWidth);
  });
  const best = beam[0]!;
  return { matches: occurrences([...best.used], "1"), chunks: best.chunks };
}

function matched({ used, last, chunks }: Partial, j: number): Partial {
  return {
    used: `${used.slice(0, j)}1${used.slice(j + 1)}`,
    last: j,
    chunks: j === last + 1 ? chunks : chunks + 1,
  };
}

const occurrences = (tokens: Tokens, word: string): number => tokens.filter((token) => token === word).length;
