// How well a language model predicts a text, beside an n-gram model and mixed with it.
import { evaluate } from "../../infer/evaluate.ts";
import type { Session } from "../../infer/session.ts";
import type { Text } from "../../text/symbols.ts";
import { trainKneserNey } from "./kneser-ney.ts";
import { symbolLosses } from "./losses.ts";
import { bits, natsPerUnit, perplexity } from "./units.ts";

/** A mean loss per symbol. */
export interface LanguageLoss {
  /** The mean negative log-probability of a symbol, in nats. */
  readonly nats: number;
  /** The same in bits: nats over ln 2. */
  readonly bits: number;
  /** e to the nats. */
  readonly perplexity: number;
}

/** How well a model predicts a text, and beside it an n-gram model and the mean of both probabilities. */
export interface LanguageScore extends LanguageLoss {
  /** Bits per byte of the text; absent where its length in bytes is not known. */
  readonly bitsPerByte?: number;
  /** Symbols of the text. */
  readonly symbols: number;
  /** Symbols that were predicted: all but the first of each parallel lane, and a rest shorter than the lanes are many. */
  readonly tokens: number;
  /** An n-gram model with Kneser-Ney smoothing; absent without data to learn from. */
  readonly baseline?: LanguageLoss & { readonly name: string };
  /** Half the model's probability and half the baseline's. */
  readonly mixture?: LanguageLoss & { readonly name: string };
}

interface TextScoreSettings {
  /** Parallel lanes, and steps at a time. */
  readonly batch: number;
  readonly window: number;
  /** Length of the baseline's n-grams. */
  readonly order: number;
  /** The text that the baseline learns from; absent without a baseline. */
  readonly training: Text | undefined;
}

/** Scores a text of two symbols or more, which are the session's. */
export async function scoreText(
  session: Session,
  { ids, bytes, symbols }: Text,
  { training, order, ...lanes }: TextScoreSettings,
): Promise<LanguageScore> {
  if (ids.length < 2)
    throw new Error(`score: expected a text of two symbols or more, got ${ids.length}; use a longer one`);
  const counts = { symbols: ids.length };
  if (training === undefined) {
    const { loss, tokens } = await evaluate(session, { kind: "text", ids }, lanes);
    const perByte = bytes > 0 ? { bitsPerByte: bits(natsPerUnit(loss, ids.length, bytes)) } : {};
    return { ...lossOf(loss), ...perByte, ...counts, tokens };
  }
  const grams = trainKneserNey(training.ids, { order, vocabulary: symbols.size }).probabilities(ids);
  const losses = await symbolLosses(session, ids, lanes);
  return { ...mixed(losses, grams, order), ...counts };
}

function lossOf(nats: number): LanguageLoss {
  return { nats, bits: bits(nats), perplexity: perplexity(nats) };
}

/** The losses of the model, of the n-grams, and of the mean of both probabilities, over the symbols that were predicted. */
function mixed(
  losses: Float64Array,
  grams: Float64Array,
  order: number,
): Omit<LanguageScore, "symbols" | "bitsPerByte"> {
  const sums = { model: 0, grams: 0, both: 0 };
  let tokens = 0;
  losses.forEach((nats, i) => {
    if (Number.isNaN(nats)) return;
    const gram = grams[i] as number;
    tokens += 1;
    sums.model += nats;
    sums.grams -= Math.log(gram);
    sums.both -= Math.log((Math.exp(-nats) + gram) / 2);
  });
  return {
    ...lossOf(sums.model / tokens),
    tokens,
    baseline: { name: `Kneser-Ney, ${order}-grams`, ...lossOf(sums.grams / tokens) },
    mixture: { name: "half of each", ...lossOf(sums.both / tokens) },
  };
}
