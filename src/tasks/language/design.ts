// The network of a language model, for the symbols of a text.
import { languageModel } from "../../model/language-model.ts";
import type { Symbols, SymbolsData, Text } from "../../text/symbols.ts";
import type { Design } from "../task.ts";
import { cellRecord, recurrentOptions } from "../shared/network-options.ts";
import type { LanguageOptions } from "./options.ts";

/** What a language model keeps in its model file. */
export interface LanguageSpec {
  readonly kind: "language";
  readonly text: SymbolsData;
}

/** The defaults of a language model's recurrent layers. */
export const languageDefaults = { cell: "lstm", size: 128 } as const;

export function designLanguageModel(
  symbols: Symbols,
  options: LanguageOptions,
): Pick<Design<Text, unknown>, "network" | "cell"> & { readonly spec: LanguageSpec } {
  const { embedding, tied, inputDropout, connections } = options;
  const recurrent = recurrentOptions(options, languageDefaults);
  const network = languageModel({
    vocabulary: symbols.size,
    ...recurrent,
    ...(embedding !== undefined && { embedding }),
    ...(tied !== undefined && { tied }),
    ...(inputDropout !== undefined && { inputDropout }),
    ...(connections && { connections }),
  });
  return { spec: { kind: "language", text: symbols.data }, network, cell: cellRecord(recurrent.cell) };
}
