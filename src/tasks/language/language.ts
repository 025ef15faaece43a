// Language models: what comes next in a text. Says of what symbols; the network is `model/language-model.ts`.
import type { Alphabet, Ids } from "../../text/alphabet.ts";
import { textCodec } from "../../text/prompt.ts";
import { vocabularySize } from "../../text/vocabulary.ts";
import { wordCodec, type WordVocabulary } from "../../text/word-text.ts";
import type { TextCodec } from "../../infer/sample.ts";

/** Sub-words of a tokenizer, whose file a model carries with it as it was: `tokenizer` is the text of its JSON. */
export interface Subwords {
  readonly unit: "subword";
  /** One more than the greatest id. */
  readonly size: number;
  readonly tokenizer: string;
}

/** The symbols of a text: characters or bytes, all of which are known, words, or sub-words. */
export type Symbols = Alphabet | WordVocabulary | Subwords;

export interface LanguageTask {
  readonly kind: "language";
  readonly text: Symbols;
}

/** How many there are, those for line ends and unknown words among them. */
export function symbolCount(text: Symbols): number {
  if (text.unit === "subword") return text.size;
  return text.unit === "word" ? vocabularySize(text) : text.symbols.length;
}

/** Between a person's text and ids, for a sampler. Sub-words need their tokenizer: `subwordCodec` of `unrolled/node`. */
export function codecOf(text: Exclude<Symbols, Subwords>): TextCodec {
  return text.unit === "word" ? wordCodec(text) : textCodec(text);
}

/** A text that was read for a language model. */
export interface ReadText {
  readonly text: Symbols;
  readonly ids: Ids;
  /** How long it is in other units, to tell the loss by. */
  readonly bytes: number;
}
