// Many texts at once from a language model: each prompt in a row of its own, continued by sampling or, one after another,
// by beam search. The continuation of a prompt does not depend on the other prompts.
import { randomStream, streams } from "../base/random.ts";
import type { Symbols } from "../text/symbols.ts";
import { beamSearch, type BeamSettings } from "./beam.ts";
import { continueText, type Continuation, type GenerateSettings } from "./continuation.ts";
import type { Session } from "./session.ts";

/** Prompts for a model; an empty prompt follows the symbols' start. */
export interface Prompts {
  readonly session: Session;
  readonly symbols: Symbols;
  readonly prompts: readonly string[];
}

/** The continuation of a prompt. */
export interface GeneratedText {
  readonly text: string;
  /** The stop string that ended it. */
  readonly stop?: string;
}

export interface SampleSettings extends GenerateSettings {
  /** Random seed. Default 1. Prompt `i` is continued as a sampler with the seed `seed + i` continues it. */
  readonly seed?: number;
  /** Prompts side by side. Default 64. */
  readonly batch?: number;
}

/** Samples a continuation for each prompt. Throws as `Sampler.generate` does. */
export async function sampleTexts(
  { session, symbols, prompts }: Prompts,
  settings: SampleSettings,
): Promise<GeneratedText[]> {
  const { seed = 1, batch = 64, ...choice } = settings;
  const beginnings = prompts.map((prompt) => beginningOf(prompt, symbols));
  const texts: GeneratedText[] = [];
  const rows = Math.min(batch, prompts.length);
  for (let from = 0; from < prompts.length; from += rows) {
    const ids = beginnings.slice(from, from + rows);
    const continuations = ids.map((_, row) => {
      const prompt = prompts[from + row] as string;
      const stream = randomStream(seed + from + row, streams.sampling);
      return continueText(choice, symbols.decoder(prompt.slice(-1)), stream);
    });
    texts.push(...(await sampleRows(session, rows, ids, continuations)));
  }
  return texts;
}

/** Continues rows side by side until each has ended. */
async function sampleRows(
  session: Session,
  rows: number,
  beginnings: readonly (readonly number[])[],
  continuations: readonly Continuation[],
): Promise<GeneratedText[]> {
  const texts = beginnings.map(() => "");
  const isOpen = beginnings.map(() => true);
  const ids = new Int32Array(rows);
  await session.begin(rows);
  for (let t = 0; isOpen.includes(true); t++) {
    beginnings.forEach((beginning, row) => {
      if (t < beginning.length) ids[row] = beginning[t] as number;
    });
    const logits = await session.step(ids);
    for (const [row, beginning] of beginnings.entries()) {
      if (t < beginning.length - 1 || !isOpen[row]) continue;
      const continuation = continuations[row] as Continuation;
      const step = continuation.next(logits.subarray(row * session.width, (row + 1) * session.width));
      texts[row] += step ? step.text : continuation.end();
      if (step) ids[row] = step.id;
      else isOpen[row] = false;
    }
  }
  return texts.map((text, row) => {
    const { stop } = continuations[row] as Continuation;
    return { text, ...(stop !== undefined && { stop }) };
  });
}

/** A continuation that beam search found. */
export interface TextBeam {
  /** The text after the prompt, without the end. */
  readonly text: string;
  /** The model's log-probability of it, and of the end if there is one, in nats. */
  readonly logProbability: number;
  /** What it was ranked by. */
  readonly score: number;
}

/** The most likely continuations of each prompt, best first. Throws as `beamSearch` does. */
export async function searchTexts(
  { session, symbols, prompts }: Prompts,
  settings: Omit<BeamSettings, "start">,
): Promise<TextBeam[][]> {
  const { width = 4, ...search } = settings;
  if (!Number.isSafeInteger(width) || width < 1)
    throw new Error(`beam search: width must be a whole number, 1 or more, not ${width}`);
  const texts: TextBeam[][] = [];
  for (const prompt of prompts) {
    const ids = beginningOf(prompt, symbols);
    await session.begin(width);
    for (const id of ids.slice(0, -1)) await session.step(new Int32Array(width).fill(id));
    const [beams = []] = await beamSearch(session, 1, { ...search, width, start: ids.at(-1) as number });
    texts.push(
      beams.map(({ symbols: found, logProbability, score }) => {
        const decoder = symbols.decoder(prompt.slice(-1));
        return { text: decoder.push(found) + decoder.end(), logProbability, score };
      }),
    );
  }
  return texts;
}

/** What the model reads before the first symbol that it writes. */
function beginningOf(prompt: string, symbols: Symbols): number[] {
  const ids = Array.from(symbols.encode(prompt));
  return ids.length > 0 ? ids : [symbols.start];
}
