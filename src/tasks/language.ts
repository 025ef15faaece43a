// Language models: what comes next in a text. Says of what symbols; the network is `model/language-model.ts`.
import type { Alphabet, Ids } from "../data/alphabet.ts";
import { textCodec } from "../data/prompt.ts";
import { vocabularySize } from "../data/vocabulary.ts";
import { wordCodec, type WordVocabulary } from "../data/word-text.ts";
import type { TextCodec } from "../generate/sample.ts";

/** The symbols of a text: characters or bytes, all of which are known, or words. */
export type Symbols = Alphabet | WordVocabulary;

export interface LanguageTask {
  readonly kind: "language";
  readonly text: Symbols;
}

/** How many there are, those for line ends and unknown words among them. */
export function symbolCount(text: Symbols): number {
  return text.unit === "word" ? vocabularySize(text) : text.symbols.length;
}

/** Between a person's text and ids, for a sampler. */
export function codecOf(text: Symbols): TextCodec {
  return text.unit === "word" ? wordCodec(text) : textCodec(text);
}

/** A text that was read for a language model. */
export interface ReadText {
  readonly text: Symbols;
  readonly ids: Ids;
  /** How long it is in other units, to tell the loss by. */
  readonly bytes: number;
}
