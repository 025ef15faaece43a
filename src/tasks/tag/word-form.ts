// The form of words as symbols: what case, prefixes, suffixes and digits tell of words that are rare or new.
import { buildVocabulary, encodeTokens, type Vocabulary } from "../../text/vocabulary.ts";

/** What is read of a word besides itself. */
export type Aspect = "lower" | `prefix${1 | 2 | 3}` | `suffix${1 | 2 | 3 | 4}` | "shape";

/** All aspects, in the order in which a network reads them. */
export const allAspects: readonly Aspect[] = [
  "lower",
  "prefix1",
  "prefix2",
  "prefix3",
  "suffix1",
  "suffix2",
  "suffix3",
  "suffix4",
  "shape",
];

/** An aspect of a word: it in lower case, its first or last letters in lower case, or its shape. */
export function aspectOf(aspect: Aspect, word: string): string {
  if (aspect === "shape") return shapeOf(word);
  const lower = word.toLowerCase();
  if (aspect === "lower") return lower;
  const length = Number(aspect.at(-1));
  const letters = Array.from(lower);
  return (aspect.startsWith("prefix") ? letters.slice(0, length) : letters.slice(-length)).join("");
}

/** The letters of a word as X and x, its digits as d, other characters as they are; of a run of the same kind two. */
function shapeOf(word: string): string {
  const kinds = Array.from(word, (character) =>
    /[\p{Lu}\p{Lt}]/u.test(character)
      ? "X"
      : /\p{L}/u.test(character)
        ? "x"
        : /\p{N}/u.test(character)
          ? "d"
          : character,
  );
  return kinds.filter((kind, i) => kind !== kinds[i - 1] || kind !== kinds[i - 2]).join("");
}

/** An aspect of words, and the symbols that it had in training. */
export interface WordForm {
  readonly of: Aspect;
  readonly vocabulary: Vocabulary;
}

/** The forms of words to learn from. Those of words in lower case alone have no shape, and no lower case of their own. */
export function fitForms(words: readonly string[], minCount: number, lowerCase: boolean): WordForm[] {
  return allAspects
    .filter((of) => !(lowerCase && of === "lower"))
    .map((of) => ({
      of,
      vocabulary: buildVocabulary(
        words.map((word) => aspectOf(of, word)),
        { unit: "word", minCount },
      ),
    }));
}

/** The symbols of words under each form, by aspect, [words] each. */
export function encodeForms(
  forms: readonly WordForm[],
  words: readonly string[],
): Record<string, Int32Array> {
  return Object.fromEntries(
    forms.map(({ of, vocabulary }) => [
      of,
      encodeTokens(
        vocabulary,
        words.map((word) => aspectOf(of, word)),
      ),
    ]),
  );
}
