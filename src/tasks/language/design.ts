// The network of a language model, for the symbols of a text.
import { lower } from "../../graph/lower.ts";
import { languageModel } from "../../model/language-model.ts";
import type { Symbols, SymbolsData, Text } from "../../text/symbols.ts";
import type { TrainingOptions } from "../../train/settings.ts";
import type { Design } from "../task.ts";
import { cellRecord, recurrentOptions } from "../shared/network-options.ts";
import type { LanguageOptions } from "./options.ts";

/** What a language model keeps in its model file. */
export interface LanguageSpec {
  readonly kind: "language";
  readonly text: SymbolsData;
}

/** How models of words are trained by default: a text has few words for as many parameters, so updates are many and small. */
export const trainingOfWords = { batch: 10, window: 35, rate: 0.003, schedule: "cosine", epochs: 6 } as const;

/** Rates of dropout of models of words by default. */
export const dropoutOfWords = { dropout: 0.4, inputDropout: 0.3 } as const;

/** The defaults of a language model's recurrent layers. */
export const languageDefaults = { cell: "lstm", size: 128 } as const;

function defaultsOfWords(): Partial<TrainingOptions> {
  const { epochs, ...rest } = trainingOfWords;
  return { ...rest, budget: { epochs } };
}

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
): Pick<Design<Text, unknown>, "network" | "cell" | "defaults"> & { readonly spec: LanguageSpec } {
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
  return {
    spec: { kind: "language", text: symbols.data },
    network,
    cell: cellRecord(recurrent.cell),
    ...(isOfWords && { defaults: defaultsOfWords() }),
  };
}
