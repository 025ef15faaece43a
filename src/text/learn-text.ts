// A text and symbols learned from it, or the symbols of a tokenizer.
import { checkOptions, type OptionRules } from "../base/options.ts";
import { readAlphabetText } from "./alphabet-text.ts";
import { alphabetSymbols } from "./alphabet-symbols.ts";
import { stringOf } from "./chunks.ts";
import type { Chunks, Text, Unit } from "./symbols.ts";
import { readWords, wordSymbols } from "./word-symbols.ts";

/** What the symbols of a text are. */
export interface TextSettings {
  /** What a symbol is. Default `char`, or `subword` with a tokenizer. */
  readonly unit?: Unit;
  /** The text of a `tokenizer.json`, for sub-words. */
  readonly tokenizer?: string;
  /** Of words: those seen fewer times become unknown. Default 2 in a text of 10,000 words or more, else 1. */
  readonly minCount?: number;
  /** Of words: the largest number of them, the most frequent ones. Default 30,000, or all with a `minCount`. */
  readonly most?: number;
}

const rules: OptionRules<TextSettings> = {
  unit: ["char", "byte", "word", "subword"],
  tokenizer: "any",
  minCount: "number",
  most: "number",
};

/**
 * Reads a text from a string or from the bytes of a file, and learns its symbols. Throws for bytes that are not UTF-8
 * (but for unit `byte`), for a text of fewer than two different symbols, for settings of another unit, and for a unit
 * `subword` without a tokenizer.
 */
export async function learnText(
  source: string | Chunks,
  settings: TextSettings = {},
  sizeHint: number = 0,
): Promise<Text> {
  checkOptions("text", settings, rules);
  const { tokenizer, minCount, most } = settings;
  const { unit = tokenizer === undefined ? "char" : "subword" } = settings;
  if ((unit === "subword") !== (tokenizer !== undefined))
    throw new Error("text: the unit subword and a tokenizer go together; give both or neither");
  if (unit !== "word" && (minCount ?? most) !== undefined)
    throw new Error(`text: minCount and most are for the unit word, not ${unit}; leave them out`);
  const chunks = typeof source === "string" ? [encoded(source)] : source;
  const bytes = typeof source === "string" ? (chunks as Uint8Array[])[0]!.length : sizeHint;
  switch (unit) {
    case "char":
    case "byte": {
      const { alphabet, ids } = await readAlphabetText(chunks, { unit, sizeHint: bytes });
      return { symbols: alphabetSymbols(alphabet), ids, bytes };
    }
    case "word": {
      const { vocabulary, ids } = readWords(await stringOf(chunks), settings);
      return { symbols: wordSymbols(vocabulary), ids, bytes };
    }
    case "subword": {
      const [{ readTokenizer }, { subwordSymbols }] = await Promise.all([
        import("./tokenizer.ts"),
        import("./subword-symbols.ts"),
      ]);
      const symbols = subwordSymbols(readTokenizer(tokenizer as string));
      return { symbols, ids: await symbols.read(chunks), bytes };
    }
  }
  return unit satisfies never;
}

function encoded(text: string): Uint8Array {
  const broken = text.search(/\p{Cs}/u);
  if (broken < 0) return new TextEncoder().encode(text);
  throw new Error(`text: half a surrogate pair at string index ${broken}; cut strings between characters`);
}
