// The network of a language model, for the symbols of a text.
import { lower } from "../../graph/lower.ts";
import { languageModel } from "../../model/language-model.ts";
import type { Symbols, SymbolsData, Text } from "../../text/symbols.ts";
import type { Design } from "../task.ts";
import { cellRecord, recurrentOptions } from "../shared/network-options.ts";
import { dropoutOfWords, type LanguageOptions } from "./options.ts";

/** What a language model keeps in its model file. */
export interface LanguageSpec {
  readonly kind: "language";
  readonly text: SymbolsData;
}

/** The defaults of a language model's recurrent layers. */
export const languageDefaults = { cell: "lstm", size: 128 } as const;

/** The width of the last layer's output. */
function outputWidth(
  { cell, size, layers, sizes }: ReturnType<typeof recurrentOptions>,
  input: number,
): number {
  const widthOf = (read: number): number => lower(cell, { ...sizes, H: size, I: read }).output.width;
  return layers === 1 ? widthOf(input) : widthOf(widthOf(input));
}

export function designLanguageModel(
  symbols: Symbols,
  options: LanguageOptions,
): Pick<Design<Text, unknown>, "network" | "cell"> & { readonly spec: LanguageSpec } {
  const { connections } = options;
  const isOfWords = symbols.unit === "word";
  const recurrent = recurrentOptions(
    { ...(isOfWords && { dropout: dropoutOfWords.dropout }), ...options },
    languageDefaults,
  );
  const { embedding = isOfWords ? recurrent.size : 0 } = options;
  const { inputDropout = isOfWords && embedding > 0 ? dropoutOfWords.inputDropout : 0 } = options;
  const { tied = isOfWords && embedding === outputWidth(recurrent, embedding) } = options;
  const network = languageModel({
    vocabulary: symbols.size,
    ...recurrent,
    embedding,
    tied,
    inputDropout,
    ...(connections && { connections }),
  });
  return { spec: { kind: "language", text: symbols.data }, network, cell: cellRecord(recurrent.cell) };
}
