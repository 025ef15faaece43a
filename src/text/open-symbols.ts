// Symbols from the plain data that a model file keeps.
import { alphabetSymbols } from "./alphabet-symbols.ts";
import type { Symbols, SymbolsData } from "./symbols.ts";

/** The symbols of `data`. Those of words and sub-words load what they need first. */
export async function openSymbols(data: SymbolsData): Promise<Symbols> {
  switch (data.unit) {
    case "char":
    case "byte":
      return alphabetSymbols(data);
    case "word": {
      const { wordSymbols } = await import("./word-symbols.ts");
      return wordSymbols(data);
    }
    case "subword": {
      const [{ readTokenizer }, { subwordSymbols }] = await Promise.all([
        import("./tokenizer.ts"),
        import("./subword-symbols.ts"),
      ]);
      const tokenizer = readTokenizer(data.tokenizer);
      if (tokenizer.size === data.size) return subwordSymbols(tokenizer);
      throw new Error(
        `the tokenizer has ${tokenizer.size} tokens, not ${data.size}; the model file is damaged`,
      );
    }
  }
  return data satisfies never;
}
