// The options of a language model.
import type { OptionRules } from "../../base/options.ts";
import { recurrentRules, type RecurrentOptions } from "../shared/recurrent-options.ts";

/**
 * Options of `language`. Default an LSTM of 128; for words also an embedding as wide as the layers, tied weights, dropout of
 * 0.4, and of 0.3 on the embedded words.
 */
export interface LanguageOptions extends RecurrentOptions {
  /** Width of a learned vector per symbol; 0 is one-hot. Default 0; for words the size of the layers. */
  readonly embedding?: number;
  /**
   * Whether the readout's matrix is the embedding's, which must then be as wide as the last layer. Default false; for words
   * true where the widths allow it.
   */
  readonly tied?: boolean;
  /** Rate of dropout on the embedded symbols; needs an embedding. Default 0; for words 0.3. */
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
