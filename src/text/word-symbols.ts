// Words as symbols, for language models: a running text as ids of words, and back. Reads whole strings, up to about a
// hundred megabytes; longer texts are for characters or bytes.
import { allocateIds, type Ids } from "./alphabet.ts";
import type { Chunks, Symbols, WordVocabulary } from "./symbols.ts";
import { stringOf } from "./chunks.ts";
import {
  boundaryId,
  buildVocabulary,
  unknownId,
  reserved,
  unknownSymbol,
  vocabularyIndex,
  vocabularySize,
} from "./vocabulary.ts";
import { joiner, lineEnd, wordsAndLineEnds } from "./words.ts";

interface WordTextSettings {
  /** Words seen fewer times become unknown. Default 2 in a text of 10,000 words or more, else 1. */
  readonly minCount?: number;
  /** The largest number of words, the most frequent ones. Default 30,000, or all with a `minCount`. */
  readonly most?: number;
}

/** From this many words on, those seen once are too many and too rare to learn. */
const longText = 10_000;

const mostByDefault = 30_000;

/** Reads a text and learns its words. Throws where fewer than two symbols are left. */
export function readWords(
  text: string,
  settings: WordTextSettings = {},
): { readonly vocabulary: WordVocabulary; readonly ids: Ids } {
  const words = wordsAndLineEnds(text);
  if (words.length < 2) throw new Error("text: nothing to predict; give a text of two words or more");
  const { minCount, most = minCount === undefined ? mostByDefault : Infinity } = settings;
  const vocabulary = buildVocabulary(
    words.filter((word) => word !== lineEnd),
    { minCount: minCount ?? (words.length < longText ? 1 : 2), most, unit: "word" },
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

/** The symbols of a vocabulary of words; line ends are symbols, and a text without a beginning follows one. */
export function wordSymbols(vocabulary: WordVocabulary): Symbols {
  const wordOf = (id: number): string => {
    if (id === boundaryId) return lineEnd;
    return id === unknownId ? unknownSymbol : (vocabulary.symbols[id - reserved] as string);
  };
  return {
    unit: "word",
    noun: "word",
    measure: "perplexity",
    size: vocabularySize(vocabulary),
    start: boundaryId,
    unknown: unknownId,
    encode: (text) => encodeWords(vocabulary, text),
    read: async (chunks: Chunks) => encodeWords(vocabulary, await stringOf(chunks)),
    decoder(before) {
      const join = joiner(before);
      return { push: (ids) => Array.from(ids, (id) => join(wordOf(id))).join(""), end: () => "" };
    },
    // A word's text depends on the words beside it.
    textOf: () => undefined,
    data: vocabulary,
  };
}
