// An averaged perceptron over sequences of tags, with the features of a hand-made tagger: the baseline that reads context.
// Collins 2002 (EMNLP), "Discriminative training methods for hidden Markov models".
import { randomStream, streams } from "../../base/random.ts";
import { decodeBest } from "../../infer/chain.ts";
import type { Transitions } from "../../model/crf.ts";
import { allAspects, aspectOf } from "./word-form.ts";

/** A trained perceptron. */
export interface Perceptron {
  /** The class of each token. */
  predict(tokens: readonly string[]): number[];
}

/** A sequence to learn from. */
export interface TaggedClasses {
  readonly tokens: readonly string[];
  /** [tokens] */
  readonly classes: ArrayLike<number>;
}

/** Passes over the training data, fewer where these would be more than `mostTokens`. */
const passes = 8;
const mostTokens = 2e6;

/** Weights and their averages over all updates so far. */
interface Weights {
  /** The number of a feature; undefined for one that training has not seen. */
  readonly numbers: Map<string, number>;
  /** [features, classes] */
  readonly values: Float64Array;
  /** [features, classes] the sum over updates of their time times their change. */
  readonly timed: Float64Array;
  /** [transitions] the same of the transitions. */
  readonly between: Float64Array;
  readonly timedBetween: Float64Array;
}

/** Learns from sequences; which classes may follow each other is as for the network. The order of a pass is always the same. */
export function trainPerceptron(sequences: readonly TaggedClasses[], transitions: Transitions): Perceptron {
  const classes = transitions.begin.length;
  const numbers = new Map<string, number>();
  const numberOf = (feature: string): number => {
    const number = numbers.get(feature) ?? numbers.size;
    numbers.set(feature, number);
    return number;
  };
  const learned = sequences.map(({ tokens, classes: tags }) => ({
    features: featuresOf(tokens).map((list) => Int32Array.from(list, numberOf)),
    tags: Int32Array.from(tags),
  }));
  const room = (count: number): Float64Array => new Float64Array(count);
  const size = numbers.size * classes;
  const weights: Weights = {
    numbers,
    values: room(size),
    timed: room(size),
    between: room(transitions.from.length),
    timedBetween: room(transitions.from.length),
  };
  const table = new Map(
    Array.from(transitions.from, (from, i) => [from * classes + (transitions.to[i] as number), i]),
  );
  const tokens = learned.reduce((sum, { tags }) => sum + tags.length, 0);
  const rounds = Math.max(1, Math.min(passes, Math.floor(mostTokens / Math.max(1, tokens))));
  const stream = randomStream(1, streams.data);
  let time = 1;
  for (let round = 0; round < rounds; round++) {
    for (const { features, tags } of shuffled(learned, () => stream.uniform())) {
      const guess = decode(features, weights.values, weights.between, transitions);
      guess.forEach((wrong, t) => {
        const right = tags[t] as number;
        if (wrong !== right) {
          for (const feature of features[t] as Int32Array) {
            add(weights.values, weights.timed, feature * classes + right, 1, time);
            add(weights.values, weights.timed, feature * classes + wrong, -1, time);
          }
        }
        const [isTag, isGuess] = [tags, guess].map((list) =>
          table.get((list[t - 1] as number) * classes + (list[t] as number)),
        );
        if (t === 0 || isTag === isGuess) return;
        if (isTag !== undefined) add(weights.between, weights.timedBetween, isTag, 1, time);
        if (isGuess !== undefined) add(weights.between, weights.timedBetween, isGuess, -1, time);
      });
      time += 1;
    }
  }
  const averaged = (values: Float64Array, timed: Float64Array): Float64Array =>
    values.map((value, i) => value - (timed[i] as number) / time);
  const values = averaged(weights.values, weights.timed);
  const between = averaged(weights.between, weights.timedBetween);
  return {
    predict(words) {
      const features = featuresOf(words).map((list) =>
        Int32Array.from(list.flatMap((feature) => numbers.get(feature) ?? [])),
      );
      return decode(features, values, between, transitions);
    },
  };
}

function add(values: Float64Array, timed: Float64Array, at: number, change: number, time: number): void {
  values[at] = (values[at] as number) + change;
  timed[at] = (timed[at] as number) + change * time;
}

function decode(
  features: readonly Int32Array[],
  values: Float64Array,
  between: Float64Array,
  transitions: Transitions,
): number[] {
  const classes = transitions.begin.length;
  const scores = new Float64Array(features.length * classes);
  features.forEach((list, t) => {
    for (const feature of list) {
      for (let k = 0; k < classes; k++) {
        scores[t * classes + k] =
          (scores[t * classes + k] as number) + (values[feature * classes + k] as number);
      }
    }
  });
  const none = new Float64Array(classes);
  return decodeBest({ transitions, between, first: none, last: none }, scores);
}

/** The features of each token: it and its neighbours as words, their shapes, and its prefixes and suffixes. */
function featuresOf(tokens: readonly string[]): string[][] {
  const lower = tokens.map((token) => token.toLowerCase());
  const shapes = tokens.map((token) => aspectOf("shape", token));
  const at = (list: readonly string[], i: number): string => list[i] ?? (i < 0 ? "<start>" : "<end>");
  return tokens.map((token, i) => [
    "bias",
    `word ${token}`,
    ...[-2, -1, 1, 2].map((by) => `lower ${by} ${at(lower, i + by)}`),
    ...[-1, 1].map((by) => `shape ${by} ${at(shapes, i + by)}`),
    ...allAspects.map((aspect) => `${aspect} ${aspectOf(aspect, token)}`),
    `pair ${at(lower, i - 1)} ${at(lower, i)}`,
    `pair ${at(lower, i)} ${at(lower, i + 1)} after`,
    `shapes ${at(shapes, i - 1)} ${at(shapes, i)} ${at(shapes, i + 1)}`,
  ]);
}

function shuffled<T>(items: readonly T[], uniform: () => number): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const other = Math.floor(uniform() * (i + 1));
    [all[i], all[other]] = [all[other] as T, all[i] as T];
  }
  return all;
}
