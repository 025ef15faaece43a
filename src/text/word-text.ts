// A running text as ids of words for a language model, and back. Reads whole strings, up to about a hundred megabytes;
// longer texts are for characters or bytes (`text.ts`).
import { allocateIds, type Ids } from "./alphabet.ts";
import {
  boundaryId,
  buildVocabulary,
  unknownId,
  unknownSymbol,
  vocabularyIndex,
  vocabularySize,
  type Vocabulary,
} from "./vocabulary.ts";
import { joiner, lineEnd, wordsAndLineEnds } from "./words.ts";

/** A vocabulary of words, whose boundary is the end of a line. */
export type WordVocabulary = Vocabulary & { readonly unit: "word" };

export interface WordTextSettings {
  /** Words that come less often are unknown. Default 1. */
  readonly atLeast?: number;
  /** At most so many words, the most frequent ones. Default all. */
  readonly most?: number;
}

/** Throws where fewer than two symbols are left. */
export function readWords(
  text: string,
  settings: WordTextSettings = {},
): { readonly vocabulary: WordVocabulary; readonly ids: Ids } {
  const words = wordsAndLineEnds(text);
  if (words.length < 2) throw new Error("text: nothing to predict; give a text of two words or more");
  const vocabulary = buildVocabulary(
    words.filter((word) => word !== lineEnd),
    { ...settings, unit: "word" },
  ) as WordVocabulary;
  return { vocabulary, ids: idsOf(vocabulary, words) };
}

/** The ids of another text; words that the vocabulary lacks are unknown. */
export function encodeWords(vocabulary: WordVocabulary, text: string): Ids {
  return idsOf(vocabulary, wordsAndLineEnds(text));
}

function idsOf(vocabulary: WordVocabulary, words: readonly string[]): Ids {
  const index = vocabularyIndex(vocabulary);
  const ids = allocateIds(vocabularySize(vocabulary), words.length);
  words.forEach((word, i) => {
    ids[i] = word === lineEnd ? boundaryId : (index.get(word) ?? unknownId);
  });
  return ids;
}

/** Both directions in one, as a sampler takes it; a text without a beginning follows a line's end. */
export function wordCodec(vocabulary: WordVocabulary): {
  encode(text: string): Ids;
  decoder(before?: string): { push(ids: ArrayLike<number>): string; end(): string };
  readonly start: number;
} {
  const wordOf = (id: number): string => {
    if (id === boundaryId) return lineEnd;
    return id === unknownId ? unknownSymbol : (vocabulary.symbols[id - 2] as string);
  };
  return {
    encode: (text) => encodeWords(vocabulary, text),
    decoder(before) {
      const join = joiner(before);
      return { push: (ids) => Array.from(ids, (id) => join(wordOf(id))).join(""), end: () => "" };
    },
    start: boundaryId,
  };
}
