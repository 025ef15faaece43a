// How well a model predicts data it is not trained on: the mean over every token that counts, with the state
// carried through. Draws no noise and changes nothing.
import type { Ids } from "../text/alphabet.ts";
import { nextSymbols, type Example } from "../model/example.ts";
import { buildPlan } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { Device, ParameterStore, Program } from "../run/device.ts";
import { eventLoopTurns } from "../run/turn.ts";
import { exampleFeed } from "./example-feed.ts";
import { evaluationFeed, writeBatch, type Feed } from "./feed.ts";
import { createSource, type SourceProgram } from "./source.ts";

/** Text in one piece; sequences of symbols that have nothing to do with one another; or examples of any kind. */
export type EvaluationData =
  | { readonly kind: "text"; readonly ids: Ids }
  | { readonly kind: "sequences"; readonly items: readonly ArrayLike<number>[] }
  | { readonly kind: "examples"; readonly items: readonly Example[] };

export interface Evaluation {
  /** Mean of the network's loss, weighted as the tokens are; a cross-entropy is in nats. */
  readonly loss: number;
  /**
   * Tokens it is the mean of, or the sum of their weights. Of a text in lanes the first symbol is not predicted, nor are the last
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
  const feed = feedForEvaluation(network, data, { batch, window });
  const plan = buildPlan(network, { mode: "evaluate", rows: feed.rows, steps: feed.steps });
  const program = await device.compile(plan, store);
  const source = await sourceFor(feed, network, device, store);
  try {
    const parts = evaluateFeed(program, feed, source);
    for (;;) {
      const part = await parts.next();
      if (part.done) return part.value;
    }
  } finally {
    program.dispose();
    source?.dispose();
  }
}

/** The source's program for evaluating what a feed has; undefined where the network has none. */
export function sourceFor(
  { rows, sourceSteps: steps }: Feed,
  network: Network,
  device: Device,
  store: ParameterStore,
): Promise<SourceProgram | undefined> {
  return createSource(network, device, store, { mode: "evaluate", rows, steps });
}

export function feedForEvaluation(
  network: Network,
  data: EvaluationData,
  { batch, window }: { readonly batch: number; readonly window: number },
): Feed {
  if (data.kind === "text") return evaluationFeed(data.ids, { input: symbolInput(network), batch, window });
  return exampleFeed(network, examplesOf(network, data), { batch, seed: 0, shuffle: false });
}

/** Sequences of symbols are examples in which each symbol follows from those before it. */
export function examplesOf(
  network: Network,
  data: Exclude<EvaluationData, { kind: "text" }>,
): readonly Example[] {
  if (data.kind === "examples") return data.items;
  const input = symbolInput(network);
  return data.items.map((item) => nextSymbols(item, input));
}

/** Time between two parts of an evaluation, where whoever drives it may stop. */
const millisecondsOfPart = 250;

/** Once through a feed with an evaluation program, in parts: each gives the share of the feed that is done. */
export async function* evaluateFeed(
  program: Program,
  feed: Feed,
  source?: SourceProgram,
): AsyncGenerator<number, Evaluation, void> {
  const turns = eventLoopTurns();
  let partStarted = performance.now();
  const mean = new Float64Array(1);
  let [sum, tokens] = [0, 0];
  for (let position = { epoch: 0, at: 0 }; position.epoch === 0;) {
    const batch = feed.load(position);
    writeBatch(program, batch, batch.source && (await source?.forward(batch.source)));
    program.run("forward", batch.extent);
    program.run("carry", batch.extent);
    await program.read("loss", mean);
    sum += (mean[0] as number) * batch.counted;
    tokens += batch.counted;
    position = batch.next;
    await turns();
    if (performance.now() - partStarted < millisecondsOfPart) continue;
    yield position.epoch === 0 ? position.at / feed.length : 1;
    partStarted = performance.now();
  }
  return { loss: sum / tokens, tokens };
}

/** The name of the one input that text and sequences of symbols are written to. */
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
      "text and sequences of symbols need a network with one input, an index per step, and the loss " +
        "cross-entropy, such as languageModel() makes; give other networks data of the kind 'examples'",
    );
  }
  return input.name;
}
