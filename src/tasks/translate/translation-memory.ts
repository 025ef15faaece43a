// A translation memory: translates a text as the training pair whose source is most like it. The baseline of translators.
import { ngramCounts } from "../shared/ngrams.ts";
import type { Tokens } from "../shared/comparison.ts";

/** A pair of texts as tokens. */
export interface TokenPair {
  readonly source: Tokens;
  readonly target: Tokens;
}

/** Stands before and after a source; a noncharacter of Unicode. */
const boundary = "\ufdd0";

const bigrams = (tokens: Tokens): Map<string, number> => ngramCounts([boundary, ...tokens, boundary], 2);

/**
 * The target of the source that shares most pairs of neighbouring tokens with a text: the largest Dice coefficient, twice
 * the shared pairs over all of both; the first of equal ones. Throws without pairs.
 */
export function translationMemory(pairs: readonly TokenPair[]): (source: Tokens) => Tokens {
  const [first] = pairs;
  if (!first) throw new Error("translation memory: there are no pairs to learn from; give one or more");
  const containing = new Map<string, { readonly pair: number; readonly count: number }[]>();
  pairs.forEach(({ source }, pair) => {
    for (const [bigram, count] of bigrams(source)) {
      const list = containing.get(bigram);
      if (list) list.push({ pair, count });
      else containing.set(bigram, [{ pair, count }]);
    }
  });
  return (source) => {
    const shared = new Map<number, number>();
    for (const [bigram, count] of bigrams(source)) {
      for (const { pair, count: other } of containing.get(bigram) ?? []) {
        shared.set(pair, (shared.get(pair) ?? 0) + Math.min(count, other));
      }
    }
    let [best, highest] = [0, 0];
    for (const [pair, common] of shared) {
      // A text of n tokens has n + 1 pairs of neighbours.
      const length = (pairs[pair] as TokenPair).source.length;
      const likeness = (2 * common) / (length + source.length + 2);
      if (likeness > highest || (likeness === highest && pair < best)) [best, highest] = [pair, likeness];
    }
    return (pairs[best] ?? first).target;
  };
}
