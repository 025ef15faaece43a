// The runs of one to four symbols of a text, which words and endings are told by, whatever stands between them.
import { buildVocabulary, encodeTokens, type Vocabulary } from "../../text/vocabulary.ts";

/** The longest runs, in symbols. */
export const longestRun = 4;

/** Stand before and after a text, and are no character: noncharacters of Unicode. */
const [before, after] = ["\ufdd0", "\ufdd1"];
/** Stands between the words of a run. */
const between = "\u0000";

/** The runs of texts to learn from, the most frequent `most` of them; those that occur once say nothing of other texts. */
export function fitRuns(
  texts: readonly (readonly string[])[],
  unit: Vocabulary["unit"],
  most: number,
): Vocabulary {
  const all = texts.flatMap((tokens) => runsOf(tokens, unit).flat());
  const isRepeated = new Set(all).size < all.length;
  return buildVocabulary(all, { unit, minCount: isRepeated ? 2 : 1, most });
}

/** For each length, the indices of the runs about each step: [lengths][steps]. */
export function encodeRuns(runs: Vocabulary, tokens: readonly string[]): Int32Array[] {
  return runsOf(tokens, runs.unit).map((list) => encodeTokens(runs, list));
}

/** For each length, the runs about each step: of two symbols it is the first one, of three the middle one, of four the second. */
function runsOf(tokens: readonly string[], unit: Vocabulary["unit"]): string[][] {
  const padded = [before, ...tokens, after, after];
  return Array.from({ length: longestRun }, (_, i) =>
    tokens.map((_, t) => {
      const from = t + 1 - Math.floor(i / 2);
      return padded.slice(from, from + i + 1).join(unit === "char" ? "" : between);
    }),
  );
}
