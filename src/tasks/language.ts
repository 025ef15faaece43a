// Language models: what comes next in a text. Says of what symbols; the network is `model/language-model.ts`.
import type { Alphabet } from "../data/alphabet.ts";

export interface LanguageTask {
  readonly kind: "language";
  readonly text: Alphabet;
}
