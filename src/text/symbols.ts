// A text as numbers and back: the one interface that characters, bytes, words and sub-words share. Whoever reads or writes
// text asks it, and not which of the four it is.
import type { Alphabet, Ids } from "./alphabet.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The kinds of symbol: Unicode characters, bytes, words, or the sub-words of a tokenizer. */
export type Unit = "char" | "byte" | "word" | "subword";

export const units: readonly Unit[] = ["char", "byte", "word", "subword"];

/** Bytes of a text in reading order, cut anywhere. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Turns ids into text as they come. */
export interface SymbolDecoder {
  /** The text that these ids complete; a character of several bytes comes with its last byte. */
  push(ids: ArrayLike<number>): string;
  /** The unfinished rest: U+FFFD for a character cut short, otherwise nothing. */
  end(): string;
}

/** A text as numbers and back: characters, bytes, words or sub-words behind one interface. */
export interface Symbols {
  readonly unit: Unit;
  /** "character", "byte", "word" or "sub-word". */
  readonly noun: string;
  /** The customary measure of a loss: bits per symbol, or perplexity where symbols are words or their parts. */
  readonly measure: "bits" | "perplexity";
  /** The number of symbols, V; ids run from 0 to V - 1. */
  readonly size: number;
  /** The id that a text without a beginning follows. */
  readonly start: number;
  /** The id that ends a text; absent where texts have no end. */
  readonly end?: number;
  /** The id of symbols outside the list; absent where they are errors. */
  readonly unknown?: number;
  /** The ids of a prompt. Throws for symbols outside the list where `unknown` is absent, naming them. */
  encode(text: string): Ids;
  /** The ids of a long text from its bytes, [N]. `sizeHint`: the bytes, if known. Throws as `encode` does. */
  read(chunks: Chunks, sizeHint?: number): Promise<Ids>;
  /** Decodes ids that follow the text `before` (default none). */
  decoder(before?: string): SymbolDecoder;
  /** The text of one id within a text; undefined for an id that has none of its own. */
  textOf(id: number): string | undefined;
  /** The symbols as plain data, which a model file keeps; `openSymbols` reads it. */
  readonly data: SymbolsData;
}

/** The sub-words of a tokenizer, whose file a model carries unchanged. */
export interface SubwordData {
  readonly unit: "subword";
  /** One more than the largest id. */
  readonly size: number;
  /** The text of its `tokenizer.json`. */
  readonly tokenizer: string;
}

/** Words in order of frequency, with an id for line ends and one for unknown words. */
export type WordVocabulary = Vocabulary & { readonly unit: "word" };

/** Symbols as plain data, which a model file keeps; `openSymbols` reads it. */
export type SymbolsData = Alphabet | WordVocabulary | SubwordData;

/** A text, read and encoded in symbols learned from it or given. */
export interface Text {
  readonly symbols: Symbols;
  /** [N] the ids; a view of a longer buffer where that spares a copy. */
  readonly ids: Ids;
  /** The length in bytes; 0 if unknown. */
  readonly bytes: number;
}
