// How well a network predicts data that it was not trained on: the mean loss over every token that counts, with the state
// carried through texts.
import type { Example } from "../batch/example.ts";
import { nextSymbols } from "../batch/example.ts";
import { exampleFeed, type ExampleFeedSettings } from "../batch/example-feed.ts";
import { evaluationFeed, type Feed } from "../batch/feed.ts";
import type { Network } from "../plan/network.ts";
import { eventLoopTurns } from "../run/turn.ts";
import type { Ids } from "../text/alphabet.ts";
import type { Session } from "./session.ts";

/** A text in one piece; independent sequences of symbols; or examples of any kind. */
export type EvaluationData =
  | { readonly kind: "text"; readonly ids: Ids }
  | { readonly kind: "sequences"; readonly items: readonly ArrayLike<number>[] }
  | { readonly kind: "examples"; readonly items: readonly Example[] };

/** A mean loss, and the number of tokens that it is over. */
export interface Evaluation {
  /** The mean of the network's loss, weighted as the tokens are; a cross-entropy is in nats. */
  readonly loss: number;
  /**
   * The tokens that the mean is over, or the sum of their weights. In a text, the first symbol of each lane and the last
   * (N - 1) mod batch symbols are not predicted.
   */
  readonly tokens: number;
}

/** How `evaluate` reads data. The batch of a text changes which symbols are predicted. */
export interface EvaluationSettings {
  /** Lanes of text, or sequences, side by side; fewer where the text is short. Default 32. */
  readonly batch?: number;
  /** Steps of text at a time. Default 50. */
  readonly window?: number;
}

/** The mean loss of a network on data. */
export async function evaluate(
  session: Session,
  data: EvaluationData,
  settings: EvaluationSettings = {},
): Promise<Evaluation> {
  const { batch = 32, window = 50 } = settings;
  const { precision } = session.device;
  const feed = feedForEvaluation(session.network, data, { batch, window, precision });
  return session.exclusively(async () => {
    const parts = evaluateFeed(session, feed);
    for (;;) {
      const part = await parts.next();
      if (part.done) return part.value;
    }
  });
}

export function feedForEvaluation(
  network: Network,
  data: EvaluationData,
  { batch, window, precision }: Required<EvaluationSettings & Pick<ExampleFeedSettings, "precision">>,
): Feed {
  if (data.kind === "text") return evaluationFeed(data.ids, { input: symbolInput(network), batch, window });
  return exampleFeed(network, examplesOf(network, data), { batch, seed: 0, shuffle: false, precision });
}

/** Sequences of symbols become examples in which each symbol follows from those before it. */
export function examplesOf(
  network: Network,
  data: Exclude<EvaluationData, { kind: "text" }>,
): readonly Example[] {
  if (data.kind === "examples") return data.items;
  const input = symbolInput(network);
  return data.items.map((item) => nextSymbols(item, input));
}

/** Time between two yields, at which the caller may stop. */
const millisecondsOfPart = 250;

/** Goes through a feed once; yields the share that is done several times a second. */
export async function* evaluateFeed(session: Session, feed: Feed): AsyncGenerator<number, Evaluation, void> {
  const turns = eventLoopTurns();
  let yielded = performance.now();
  let [sum, tokens] = [0, 0];
  for (let position = { epoch: 0, at: 0 }; position.epoch === 0;) {
    const batch = feed.load(position);
    const loss = await (await session.forward(batch)).loss();
    sum += loss * batch.counted;
    tokens += batch.counted;
    position = batch.next;
    await turns();
    if (performance.now() - yielded < millisecondsOfPart) continue;
    yield position.epoch === 0 ? position.at / feed.length : 1;
    yielded = performance.now();
  }
  return { loss: sum / tokens, tokens };
}

/** The name of the one input that texts and sequences of symbols are written to. Throws for other networks. */
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
      "texts and sequences of symbols need a network with one input, an index per step, and the loss " +
        "cross-entropy, such as languageModel() makes; give other networks data of the kind 'examples'",
    );
  }
  return input.name;
}
