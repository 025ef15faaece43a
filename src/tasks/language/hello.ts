// The first example of lectures on recurrent networks: a network with the vocabulary h, e, l, o that learns to write
// "hello", small enough to look inside.
import { nextSymbols } from "../../batch/example.ts";
import { cellOf } from "../../cells/cell-of.ts";
import { createSession, type Session } from "../../infer/session.ts";
import type { Cell } from "../../language/cell.ts";
import { languageModel, symbolsInput } from "../../model/language-model.ts";
import { readoutOf } from "../../model/readout.ts";
import type { Device } from "../../run/device.ts";
import { referenceDevice } from "../../run/reference/device.ts";
import { fit } from "../../train/fit.ts";

/** The vocabulary. */
export const helloLetters: readonly string[] = ["h", "e", "l", "o"];
const inputs = "hell";
const targets = "ello";

/** One step of the trained network on "hell". */
export interface HelloStep {
  /** The letter that is read. */
  readonly input: string;
  /** The letter that follows. */
  readonly target: string;
  /** The probability of each letter of the vocabulary, [4]. */
  readonly outputs: readonly number[];
  /** The hidden state after the step, [H]. */
  readonly hidden: readonly number[];
}

/** The network that says "hello", trained, with everything that it holds. */
export interface Hello {
  /** Trained numbers of the network. */
  readonly parameters: number;
  /** Updates made. */
  readonly steps: number;
  /** The mean loss of the four letters after the last update, in nats. */
  readonly nats: number;
  /** [4] the network on each letter of "hell". */
  readonly table: readonly HelloStep[];
  /** The text that follows "h" if the most likely letter is taken each time. */
  readonly continuation: string;
}

/** Training ends where every letter is nearly certain, or is given up. */
const enough = 0.005;
const mostSteps = 2000;

/**
 * Trains the network by full backpropagation through its four steps, with the same weights every time. `cell`: default
 * `elman`; `size`: hidden width, default 8; `device`: default the reference, in float64.
 */
export async function trainHello(
  settings: { readonly cell?: string | Cell; readonly size?: number; readonly device?: Device } = {},
): Promise<Hello> {
  const { cell = "elman", size = 8, device = referenceDevice() } = settings;
  const network = languageModel({ vocabulary: helloLetters.length, cell: cellOf(cell), size });
  const word = Array.from(inputs + targets.slice(-1), (letter) => helloLetters.indexOf(letter));
  const run = await fit({
    network,
    device,
    batch: 1,
    rate: 0.03,
    seed: 1,
    data: { kind: "examples", train: [nextSymbols(word, symbolsInput)] },
    budget: { steps: mostSteps },
  });
  let steps = 0;
  for await (const event of run) {
    if (event.kind !== "step") continue;
    steps = event.step;
    if (event.loss < enough) break;
  }
  const session = createSession({ network, device, weights: run.store });
  const table = await lookInside(session);
  const nats = table.reduce((sum, { outputs, target }) => {
    return sum - Math.log(outputs[helloLetters.indexOf(target)] as number) / table.length;
  }, 0);
  const continuation = await mostLikely(session);
  session.dispose();
  run.dispose();
  return { parameters: run.store.layout.size, steps, nats, table, continuation };
}

/** The outputs and the hidden state of every step. */
async function lookInside({ network, sequence }: Session): Promise<HelloStep[]> {
  const steps = inputs.length;
  const symbols = Array.from(inputs, (letter) => helloLetters.indexOf(letter));
  const { outputs } = await sequence({ inputs: { [symbolsInput]: symbols }, rows: 1, steps });
  const readout = readoutOf(network);
  const recurrent = network.layers.find((layer) => layer.name !== readout)?.name ?? readout;
  const row = (layer: string, t: number): Float64Array => {
    const values = outputs[layer] as Float64Array;
    const width = values.length / steps;
    return values.subarray(t * width, (t + 1) * width);
  };
  return Array.from(inputs, (input, t) => ({
    input,
    target: targets[t] as string,
    outputs: probabilities(row(readout, t)),
    hidden: [...row(recurrent, t)],
  }));
}

/** Softmax, as lectures write it. */
function probabilities(logits: Float64Array): number[] {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** The letters that follow "h". */
async function mostLikely(session: Session): Promise<string> {
  let [text, letter] = ["", 0];
  await session.begin(1);
  for (let t = 0; t < targets.length; t++) {
    const logits = await session.step([letter]);
    letter = logits.indexOf(Math.max(...logits));
    text += helloLetters[letter] as string;
  }
  return text;
}
