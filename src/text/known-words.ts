// A text of words without those that a part of it, from which is learned, lacks.
import { allocateIds, type Ids } from "./alphabet.ts";
import type { WordVocabulary } from "./symbols.ts";
import { reserved, unknownId, vocabularyIndex, vocabularySize } from "./vocabulary.ts";

/**
 * A text in which words that none of `learned`, a part of its ids, has are unknown: what a model never sees it cannot learn,
 * and it would be blamed for it. The same text where there are no such words.
 */
export function withKnownWords(
  vocabulary: WordVocabulary,
  ids: Ids,
  learned: Ids,
): { readonly vocabulary: WordVocabulary; readonly ids: Ids } {
  const seen = new Set<number>(learned);
  const isKnown = (_: unknown, i: number): boolean => seen.has(i + reserved);
  if (vocabulary.symbols.every(isKnown)) return { vocabulary, ids };
  const known = { ...vocabulary, symbols: vocabulary.symbols.filter(isKnown) };
  const index = vocabularyIndex(known);
  const renamed = Int32Array.from({ length: vocabularySize(vocabulary) }, (_, id) =>
    id < reserved ? id : (index.get(vocabulary.symbols[id - reserved] as string) ?? unknownId),
  );
  const all = allocateIds(vocabularySize(known), ids.length);
  ids.forEach((id, i) => {
    all[i] = renamed[id] as number;
  });
  return { vocabulary: known, ids: all };
}
