// A language model's loss in the unit that is customary for its symbols.
import type { Symbols } from "../../text/symbols.ts";
import type { LossWords } from "../task.ts";

/** `1.617 nats, 2.333 bits per character`; for words `5.021 nats, perplexity 151.6`. */
export function lossInWords(nats: number, { measure, noun }: Pick<Symbols, "measure" | "noun">): string {
  const customary =
    measure === "perplexity"
      ? `perplexity ${Math.exp(nats).toFixed(1)}`
      : `${(nats / Math.LN2).toFixed(3)} bits per ${noun}`;
  return `${nats.toFixed(3)} nats, ${customary}`;
}

/** The same for the progress and the results of training. */
export function languageLossWords(symbols: Symbols): LossWords {
  return {
    token: symbols.noun,
    json: (nats) => ({ nats, bits: nats / Math.LN2 }),
    words: (nats) => lossInWords(nats, symbols),
    brief: (nats) => [
      `${nats.toFixed(3)} nats`,
      symbols.measure === "perplexity"
        ? `ppl ${Math.exp(nats).toFixed(1)}`
        : `${(nats / Math.LN2).toFixed(3)} bits/${symbols.unit}`,
    ],
  };
}
