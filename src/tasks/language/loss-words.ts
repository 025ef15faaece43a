// A language model's loss in the unit that is customary for its symbols.
import type { Symbols } from "../../text/symbols.ts";
import { decimals } from "../shared/words.ts";
import type { LossWords } from "../task.ts";

/** `1.617 nats, 2.333 bits per character`; for words `5.021 nats, perplexity 151.6`. */
export function lossInWords(nats: number, { measure, noun }: Pick<Symbols, "measure" | "noun">): string {
  const customary =
    measure === "perplexity"
      ? `perplexity ${decimals(Math.exp(nats), 1)}`
      : `${decimals(nats / Math.LN2)} bits per ${noun}`;
  return `${decimals(nats)} nats, ${customary}`;
}

/** The same for the progress and the results of training. */
export function languageLossWords(symbols: Symbols): LossWords {
  return {
    token: symbols.noun,
    json: (nats) => ({ nats, bits: nats / Math.LN2 }),
    words: (nats) => lossInWords(nats, symbols),
    brief: (nats) => [
      `${decimals(nats)} nats`,
      symbols.measure === "perplexity"
        ? `ppl ${decimals(Math.exp(nats), 1)}`
        : `${decimals(nats / Math.LN2)} bits/${symbols.unit}`,
    ],
  };
}
