// How much of what a model is to read it has never seen: its network gets one and the same id for all of that.
import { showCell } from "../../formats/table.ts";
import { unknownSymbol, vocabularyIndex } from "../../text/vocabulary.ts";
import { isText, tokensOf, type SequenceInput, type SequenceValue } from "./sequence-input.ts";
import { grouped, percent } from "./words.ts";

/** New texts usually have some. */
const usualShare = 0.1;

/**
 * A line where more than a tenth of the symbols are not in the vocabulary: "14 of 50 tokens (28.0 %) are unknown to the
 * model, such as 'Ghent', 'Bruges'"; else none. None for series of numbers.
 */
export function unknownInWords(
  input: SequenceInput,
  values: readonly SequenceValue[],
  noun: "tokens" | "symbols",
): string[] {
  if (input.kind === "series") return [];
  const { vocabulary, lowerCase } = input;
  const index = vocabularyIndex(vocabulary);
  const examples = new Set<string>();
  let [unknown, all] = [0, 0];
  for (const value of values) {
    const symbols = isText(value) ? tokensOf(value, vocabulary.unit, lowerCase) : [];
    all += symbols.length;
    for (const symbol of symbols) {
      if (index.has(symbol) || symbol === unknownSymbol) continue;
      unknown += 1;
      if (examples.size < 3) examples.add(symbol);
    }
  }
  if (unknown <= usualShare * all) return [];
  const share = `${grouped(unknown)} of ${grouped(all)} ${noun} (${percent(unknown / all)})`;
  return [`${share} are unknown to the model, such as ${[...examples].map(showCell).join(", ")}`];
}
