// How well a model predicts data it is not trained on: the mean over every token that counts, with the state
// carried through. Draws no noise and changes nothing.
import type { Ids } from "../data/alphabet.ts";
import { buildPlan } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { Device, ParameterStore, Program } from "../run/device.ts";
import { eventLoopTurns } from "../run/turn.ts";
import { evaluationFeed, sequenceFeed, writeBatch, type Feed } from "./feed.ts";

/** Text in one piece, or sequences that have nothing to do with one another. */
export type EvaluationData =
  | { readonly kind: "text"; readonly ids: Ids }
  | { readonly kind: "sequences"; readonly items: readonly ArrayLike<number>[] };

export interface Evaluation {
  /** Mean cross-entropy of a symbol, in nats. */
  readonly nats: number;
  /** The same in bits: nats / ln 2. */
  readonly bits: number;
  /**
   * Symbols it is the mean of. Of a text in lanes the first symbol is not predicted, nor are the last
   * (N - 1) mod batch.
   */
  readonly tokens: number;
}

export interface EvaluationSettings {
  readonly network: Network;
  readonly device: Device;
  /** Its parameters are the model. */
  readonly store: ParameterStore;
  readonly data: EvaluationData;
  /** Lanes of text, or sequences, side by side; fewer where the text is short. Default 32. */
  readonly batch?: number;
  /** Steps of text at a time. Default 50. */
  readonly window?: number;
}

export async function evaluate(settings: EvaluationSettings): Promise<Evaluation> {
  const { network, device, store, data, batch = 32, window = 50 } = settings;
  const feed = feedForEvaluation(data, batch, window);
  const plan = buildPlan(network, { mode: "evaluate", rows: feed.rows, steps: feed.steps });
  const program = await device.compile(plan, store);
  try {
    const parts = evaluateFeed(program, symbolInput(network), feed);
    for (;;) {
      const part = await parts.next();
      if (part.done) return part.value;
    }
  } finally {
    program.dispose();
  }
}

export function feedForEvaluation(data: EvaluationData, batch: number, window: number): Feed {
  return data.kind === "text"
    ? evaluationFeed(data.ids, { batch, window })
    : sequenceFeed(data.items, { batch, seed: 0, shuffle: false });
}

/** Time between two parts of an evaluation, where whoever drives it may stop. */
const millisecondsOfPart = 250;

/** Once through a feed with an evaluation program, in parts: each gives the share of the feed that is done. */
export async function* evaluateFeed(
  program: Program,
  input: string,
  feed: Feed,
): AsyncGenerator<number, Evaluation, void> {
  const turns = eventLoopTurns();
  let partStarted = performance.now();
  const loss = new Float64Array(1);
  let [sum, tokens] = [0, 0];
  for (let position = { epoch: 0, at: 0 }; position.epoch === 0;) {
    const batch = feed.load(position);
    writeBatch(program, input, batch);
    program.run("forward", batch.extent);
    program.run("carry", batch.extent);
    await program.read("loss", loss);
    sum += (loss[0] as number) * batch.counted;
    tokens += batch.counted;
    position = batch.next;
    await turns();
    if (performance.now() - partStarted < millisecondsOfPart) continue;
    yield position.epoch === 0 ? position.at / feed.length : 1;
    partStarted = performance.now();
  }
  const nats = sum / tokens;
  return { nats, bits: nats / Math.LN2, tokens };
}

/** The name of the one input that training and evaluation write symbols to. */
export function symbolInput(network: Network): string {
  const [input, ...more] = network.inputs;
  if (
    !input ||
    more.length > 0 ||
    input.kind !== "index" ||
    input.per !== "step" ||
    network.loss.kind !== "cross-entropy"
  ) {
    throw new Error(
      "training: the network must have one input, an index per step, and the loss cross-entropy; " +
        "languageModel() makes such a network",
    );
  }
  return input.name;
}
