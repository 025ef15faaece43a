// The runs of one to four symbols of a text, which words and endings are told by, whatever stands between them.
import { buildVocabulary, encodeTokens, reserved, type Vocabulary } from "../../text/vocabulary.ts";

/** The longest runs, in symbols. */
export const longestRun = 4;

/** Stand before and after a text, and are no character: noncharacters of Unicode. */
const [before, after] = ["\ufdd0", "\ufdd1"];
/** Stands between the words of a run. */
const between = "\u0000";

/** Runs, and how much each says: plain data, which a model keeps. */
export interface Runs {
  readonly vocabulary: Vocabulary;
  /** By run: ln((1 + n) / (1 + d)) + 1 for the d of n texts that have it. */
  readonly rarity: readonly number[];
}

/** The runs of texts to learn from, the most frequent `most` of them; those that occur once say nothing of other texts. */
export function fitRuns(texts: readonly (readonly string[])[], unit: Vocabulary["unit"], most: number): Runs {
  const all = texts.map((tokens) => runsOf(tokens, unit).flat());
  const flat = all.flat();
  const isRepeated = new Set(flat).size < flat.length;
  const vocabulary = buildVocabulary(flat, { unit, minCount: isRepeated ? 2 : 1, most });
  const having = new Map<string, number>();
  for (const list of all) for (const run of new Set(list)) having.set(run, (having.get(run) ?? 0) + 1);
  const rarity = vocabulary.symbols.map(
    (run) => Math.log((1 + texts.length) / (1 + (having.get(run) ?? 0))) + 1,
  );
  return { vocabulary, rarity };
}

/** The runs about each step of a text by their lengths, and what each counts. */
export interface EncodedRuns {
  readonly ids: readonly Int32Array[]; // [lengths][steps]
  readonly weights: Float32Array; // [steps, lengths]
}

/**
 * A run that occurs c times counts (1 + ln c) times its rarity, in c equal parts; a text is scaled to the length 1. Unknown
 * runs count 0.
 */
export function encodeRuns({ vocabulary, rarity }: Runs, tokens: readonly string[]): EncodedRuns {
  const ids = runsOf(tokens, vocabulary.unit).map((list) => encodeTokens(vocabulary, list));
  const counts = new Map<number, number>();
  for (const list of ids) for (const id of list) counts.set(id, (counts.get(id) ?? 0) + 1);
  const weightOf = new Map(
    [...counts].map(([id, count]) => [id, (1 + Math.log(count)) * (rarity[id - reserved] ?? 0)]),
  );
  const length = Math.sqrt([...weightOf.values()].reduce((sum, v) => sum + v * v, 0)) || 1;
  const weights = new Float32Array(tokens.length * longestRun);
  ids.forEach((list, n) =>
    list.forEach((id, t) => {
      weights[t * longestRun + n] = (weightOf.get(id) as number) / length / (counts.get(id) as number);
    }),
  );
  return { ids, weights };
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
