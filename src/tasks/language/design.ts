// The network of a language model, for the symbols of a text.
import type { OptionRules } from "../../base/options.ts";
import { languageModel } from "../../model/language-model.ts";
import type { Network } from "../../plan/network.ts";
import type { Symbols, SymbolsData } from "../../text/symbols.ts";
import { recurrentOptions, recurrentRules, type RecurrentOptions } from "../shared/network-options.ts";

/** What a language model keeps in its model file. */
export interface LanguageSpec {
  readonly kind: "language";
  readonly text: SymbolsData;
}

/** Options of `language`. Default an LSTM of 128. */
export interface LanguageOptions extends RecurrentOptions {
  /** Width of a learned vector per symbol; 0 is one-hot. Default 0. */
  readonly embedding?: number;
  /** Whether the readout's matrix is the embedding's, which must then be as wide as the last layer. Default false. */
  readonly tied?: boolean;
  /** Rate of dropout on the embedded symbols; needs an embedding. Default 0. */
  readonly inputDropout?: number;
  /** Connections around each recurrent layer but the first. Default none. */
  readonly connections?: "residual" | "highway";
}

export const languageRules: OptionRules<LanguageOptions> = {
  ...recurrentRules,
  embedding: "number",
  tied: "boolean",
  inputDropout: "number",
  connections: ["residual", "highway"],
};

/** The defaults of a language model's recurrent layers. */
export const languageDefaults = { cell: "lstm", size: 128 } as const;

export function designLanguageModel(
  symbols: Symbols,
  options: LanguageOptions,
): { readonly spec: LanguageSpec; readonly network: Network } {
  const { embedding, tied, inputDropout, connections } = options;
  const network = languageModel({
    vocabulary: symbols.size,
    ...recurrentOptions(options, languageDefaults),
    ...(embedding !== undefined && { embedding }),
    ...(tied !== undefined && { tied }),
    ...(inputDropout !== undefined && { inputDropout }),
    ...(connections && { connections }),
  });
  return { spec: { kind: "language", text: symbols.data }, network };
}
