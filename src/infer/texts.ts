// Many texts at once from a model: each prompt in a row of its own, continued by chance or, one after another, by beam
// search. What a prompt becomes does not depend on what stands beside it.
import { randomStream, streams } from "../base/random.ts";
import { beamSearch, type BeamSettings } from "./beam.ts";
import { continueText, type Continuation, type GenerateSettings } from "./continuation.ts";
import { createDecoder, type DecoderSettings } from "./decoder.ts";
import type { TextCodec } from "./sample.ts";

export interface TextsSettings extends Omit<DecoderSettings, "rows"> {
  readonly text: TextCodec;
  /** Beginnings; an empty one follows what `text` says stands before a text. */
  readonly prompts: readonly string[];
}

export interface MadeText {
  /** What follows the prompt. */
  readonly text: string;
  /** The stop that ended it. */
  readonly stop?: string;
}

export interface DrawSettings extends TextsSettings, GenerateSettings {
  /** Default 1. The text of prompt `i` is drawn as a sampler with the seed `seed + i` draws it. */
  readonly seed?: number;
  /** Prompts side by side. Default 64. */
  readonly batch?: number;
}

/** A text for each prompt, drawn symbol by symbol. Throws as `Sampler.generate` does. */
export async function drawTexts(settings: DrawSettings): Promise<MadeText[]> {
  const { network, device, store, text, prompts, seed = 1, batch = 64, ...choice } = settings;
  const beginnings = prompts.map((prompt) => beginningOf(prompt, text));
  const rows = Math.min(batch, prompts.length);
  if (rows === 0) return [];
  const decoder = await createDecoder({ network, device, store, rows });
  const made: MadeText[] = [];
  try {
    for (let from = 0; from < prompts.length; from += rows) {
      const ids = beginnings.slice(from, from + rows);
      const going = ids.map((_, row): Continuation => {
        const prompt = prompts[from + row] as string;
        const stream = randomStream(seed + from + row, streams.sampling);
        return continueText(choice, text.decoder(prompt.slice(-1)), stream);
      });
      const texts = ids.map(() => "");
      const symbols = new Int32Array(rows);
      const isOpen = ids.map(() => true);
      decoder.begin();
      for (let t = 0; isOpen.includes(true); t++) {
        ids.forEach((own, row) => {
          if (t < own.length) symbols[row] = own[t] as number;
        });
        const logits = await decoder.step(symbols);
        for (const [row, own] of ids.entries()) {
          if (t < own.length - 1 || !isOpen[row]) continue;
          const { width } = decoder;
          const step = going[row]?.next(logits.subarray(row * width, (row + 1) * width));
          texts[row] += step ? step.text : (going[row]?.end() ?? "");
          if (step) symbols[row] = step.id;
          else isOpen[row] = false;
        }
      }
      made.push(
        ...texts.map((own, row): MadeText => {
          const { stop } = going[row] as Continuation;
          return { text: own, ...(stop !== undefined && { stop }) };
        }),
      );
    }
  } finally {
    decoder.dispose();
  }
  return made;
}

export interface TextBeam {
  /** What follows the prompt, without the end. */
  readonly text: string;
  /** The model's own log-probability of it, and of the end if there is one, in nats. */
  readonly logProbability: number;
  /** What it was ranked by. */
  readonly score: number;
}

export type SearchSettings = TextsSettings & Omit<BeamSettings, "start">;

/** The most likely texts that follow each prompt, best first. Throws as `beamSearch` does. */
export async function searchTexts(settings: SearchSettings): Promise<TextBeam[][]> {
  const { network, device, store, text, prompts, width = 4, ...search } = settings;
  const decoder = await createDecoder({ network, device, store, rows: width });
  const found: TextBeam[][] = [];
  try {
    for (const prompt of prompts) {
      const ids = beginningOf(prompt, text);
      decoder.begin();
      for (const id of ids.slice(0, -1)) await decoder.step(new Int32Array(width).fill(id));
      const [beams = []] = await beamSearch(decoder, 1, { ...search, width, start: ids.at(-1) as number });
      found.push(
        beams.map(({ symbols, logProbability, score }) => {
          const own = text.decoder(prompt.slice(-1));
          return { text: own.push(symbols) + own.end(), logProbability, score };
        }),
      );
    }
  } finally {
    decoder.dispose();
  }
  return found;
}

/** What the model reads before it makes the first symbol. */
function beginningOf(prompt: string, text: TextCodec): number[] {
  const ids = Array.from(text.encode(prompt));
  return ids.length > 0 ? ids : [text.start];
}
