// Text from a model, one symbol at a time from the carried state, so that each costs the same however long the
// text is. Draws from its own random stream and has its own states: nothing of training is touched.
import { randomStream, streams } from "../base/random.ts";
import { buildPlan } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { Device, ParameterStore } from "../run/device.ts";
import { eventLoopTurns } from "../run/turn.ts";
import { continueText, type GenerateSettings } from "./continuation.ts";

/** Between text and the ids of a model's alphabet; `textCodec(alphabet)` is one. */
export interface TextCodec {
  /** Throws for what the alphabet lacks. */
  encode(text: string): ArrayLike<number>;
  /** Decodes ids as they come after a text; `end` is what was left unfinished. */
  decoder(before: string): { push(ids: ArrayLike<number>): string; end(): string };
  /** What stands before a text that has no beginning given. */
  readonly start: number;
}

export interface SamplerSettings {
  readonly network: Network;
  readonly device: Device;
  /** The model; it may go on training between two samples. */
  readonly store: ParameterStore;
  readonly text: TextCodec;
  /** Default 1. */
  readonly seed?: number;
  /** Where the random stream goes on, as `Sampler.counter` was. Default 0. */
  readonly counter?: number;
}

export interface Sampler {
  /** Reads a text without making any; the next one made follows it. An empty text changes nothing. */
  prime(text: string): Promise<void>;
  /**
   * Makes text from where the state is, piece by piece; the pieces joined are the text. Stops at a `break`, and
   * goes on from there at the next call. Throws at settings out of range and at logits that are not numbers.
   */
  generate(settings: GenerateSettings): AsyncGenerator<string, void, void>;
  /** Forgets what was read and made; the random stream goes on. */
  reset(): void;
  /** Numbers drawn so far. */
  readonly counter: number;
  dispose(): void;
}

/** A sampler of a network with one index input, which gives the logits of the next symbol. */
export async function createSampler(settings: SamplerSettings): Promise<Sampler> {
  const { network, device, store, text } = settings;
  const stream = randomStream(settings.seed ?? 1, streams.sampling, settings.counter ?? 0);
  const input = network.inputs[0]?.name ?? "symbols";
  const output = `output.${network.loss.of}`;
  const plan = buildPlan(network, { mode: "step", rows: 1, steps: 1 });
  const program = await device.compile(plan, store);
  const extent = { rows: 1, steps: 1 };
  const [symbol, reset] = [new Int32Array(1), new Float32Array(1)];
  const logits = new Float32Array(plan.views[output]?.width ?? 0); // [V] after the latest symbol
  const turns = eventLoopTurns();
  let fresh = true;
  /** The end of what was read or made, which words are joined to. */
  let before = "";

  async function feed(id: number): Promise<void> {
    symbol[0] = id;
    reset[0] = fresh ? 1 : 0;
    program.write(input, symbol);
    program.write("resets", reset);
    program.run("forward", extent);
    program.run("carry", extent);
    fresh = false;
    await program.read(output, logits);
    await turns();
  }

  return {
    async prime(beginning) {
      const ids = text.encode(beginning);
      if (beginning !== "") before = beginning.slice(-1);
      for (let i = 0; i < ids.length; i++) await feed(ids[i] as number);
    },
    async *generate(settings) {
      const going = continueText(settings, text.decoder(before), stream);
      if (fresh && settings.length > 0) await feed(text.start);
      for (let step = going.next(logits); step; step = going.next(logits)) {
        await feed(step.id);
        if (step.text === "") continue;
        before = step.text.slice(-1);
        yield step.text;
      }
      const rest = going.end();
      if (rest !== "") yield rest;
    },
    reset: () => {
      fresh = true;
      before = "";
    },
    get counter() {
      return stream.counter;
    },
    dispose: () => program.dispose(),
  };
}
