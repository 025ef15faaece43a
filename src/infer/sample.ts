// Text from a language model, symbol by symbol from the carried state, so that each costs the same however long the text
// is. Draws from a random stream of its own: training is not touched.
import { randomStream, streams } from "../base/random.ts";
import type { Symbols } from "../text/symbols.ts";
import { continueText, type GenerateSettings } from "./continuation.ts";
import type { Session } from "./session.ts";

export interface SamplerSettings {
  /** The model, as a session that the sampler alone steps; its weights may change between two samples. */
  readonly session: Session;
  readonly symbols: Symbols;
  /** Random seed. Default 1. */
  readonly seed?: number;
  /** The position in the random stream to continue from, as `Sampler.counter` had it. Default 0. */
  readonly counter?: number;
}

export interface Sampler {
  /** Reads a text without writing any; the next text follows it. An empty text changes nothing. */
  prime(text: string): Promise<void>;
  /**
   * Writes text from the current state, piece by piece. A `break` stops it, and the next call continues from there. Throws
   * at settings out of range and at logits that are not numbers.
   */
  generate(settings: GenerateSettings): AsyncGenerator<string, void, void>;
  /** Forgets the text; the random stream goes on. */
  reset(): void;
  /** Random numbers drawn so far. */
  readonly counter: number;
}

/** A sampler of a network with one index input, whose readout are the logits of the next symbol. */
export function createSampler({ session, symbols, seed = 1, counter = 0 }: SamplerSettings): Sampler {
  const stream = randomStream(seed, streams.sampling, counter);
  let logits = new Float64Array(session.width); // [V] after the latest symbol
  let isFresh = true;
  /** The end of the text so far, to which words are joined. */
  let before = "";

  async function feed(id: number): Promise<void> {
    if (isFresh) await session.begin(1);
    isFresh = false;
    logits = (await session.step([id])) as Float64Array<ArrayBuffer>;
  }

  return {
    async prime(text) {
      const ids = symbols.encode(text);
      if (text !== "") before = text.slice(-1);
      for (let i = 0; i < ids.length; i++) await feed(ids[i] as number);
    },
    async *generate(settings) {
      const continuation = continueText(settings, symbols.decoder(before), stream);
      if (isFresh && settings.length > 0) await feed(symbols.start);
      for (let step = continuation.next(logits); step; step = continuation.next(logits)) {
        await feed(step.id);
        if (step.text === "") continue;
        before = step.text.slice(-1);
        yield step.text;
      }
      const rest = continuation.end();
      if (rest !== "") yield rest;
    },
    reset: () => {
      isFresh = true;
      before = "";
    },
    get counter() {
      return stream.counter;
    },
  };
}
