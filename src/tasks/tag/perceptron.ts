// An averaged perceptron over sequences of tags, with the features of a tagger made by hand: the baseline that reads
// context. Collins 2002 (EMNLP), "Discriminative training methods for hidden Markov models".
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

/** Passes over the data; fewer, but one at least, where they have more than `mostTokens` tokens together. */
const passes = 8;
const mostTokens = 2e6;

/** Weights that remember the sum of their values over time. */
interface Averaged {
  readonly values: Float64Array;
  /** The sum of changes, each times the time when it was made. */
  readonly timed: Float64Array;
}

const averaged = (size: number): Averaged => ({
  values: new Float64Array(size),
  timed: new Float64Array(size),
});

function change({ values, timed }: Averaged, at: number, by: number, time: number): void {
  values[at] = (values[at] as number) + by;
  timed[at] = (timed[at] as number) + by * time;
}

const meanOf = ({ values, timed }: Averaged, time: number): Float64Array =>
  values.map((value, i) => value - (timed[i] as number) / time);

/** Features of each token as numbers, and the classes to learn. */
interface Sequence {
  readonly features: readonly Int32Array[];
  readonly classes: Int32Array;
}

/** Learns from sequences, in an order that is always the same; no two classes follow each other but by a transition. */
export function trainPerceptron(sequences: readonly TaggedClasses[], transitions: Transitions): Perceptron {
  const numbers = new Map<string, number>();
  const learned = sequences.map(({ tokens, classes }): Sequence => ({
    features: featuresOf(tokens).map((list) =>
      Int32Array.from(list, (feature) => {
        const number = numbers.get(feature) ?? numbers.size;
        numbers.set(feature, number);
        return number;
      }),
    ),
    classes: Int32Array.from(classes),
  }));
  const { values, between } = learn(learned, numbers.size, transitions);
  return {
    predict(tokens) {
      const features = featuresOf(tokens).map((list) =>
        Int32Array.from(list.flatMap((feature) => numbers.get(feature) ?? [])),
      );
      return decode(features, values, between, transitions);
    },
  };
}

/** The averages of the weights, [features, classes] and [transitions]. */
function learn(
  sequences: readonly Sequence[],
  features: number,
  transitions: Transitions,
): { readonly values: Float64Array; readonly between: Float64Array } {
  const { from, to, begin } = transitions;
  const count = begin.length;
  const [weights, between] = [averaged(features * count), averaged(from.length)];
  const numberOf = new Map(Array.from(from, (k, i) => [k * count + (to[i] as number), i]));
  const tokens = sequences.reduce((sum, { classes }) => sum + classes.length, 0);
  const rounds = Math.max(1, Math.min(passes, Math.floor(mostTokens / Math.max(1, tokens))));
  const stream = randomStream(1, streams.data);
  let time = 1;
  const learnPath = ({ features: lists }: Sequence, path: ArrayLike<number>, by: number): void => {
    lists.forEach((list, t) => {
      for (const feature of list) change(weights, feature * count + (path[t] as number), by, time);
      const transition = numberOf.get((path[t - 1] as number) * count + (path[t] as number));
      if (transition !== undefined) change(between, transition, by, time);
    });
  };
  for (let round = 0; round < rounds; round++) {
    for (const sequence of shuffled(sequences, () => stream.uniform())) {
      const guess = decode(sequence.features, weights.values, between.values, transitions);
      if (guess.some((k, t) => k !== sequence.classes[t])) {
        learnPath(sequence, sequence.classes, 1);
        learnPath(sequence, guess, -1);
      }
      time += 1;
    }
  }
  return { values: meanOf(weights, time), between: meanOf(between, time) };
}

function decode(
  features: readonly Int32Array[],
  values: Float64Array,
  between: Float64Array,
  transitions: Transitions,
): number[] {
  const count = transitions.begin.length;
  const scores = new Float64Array(features.length * count);
  features.forEach((list, t) => {
    for (const feature of list) {
      for (let k = 0; k < count; k++) {
        scores[t * count + k] = (scores[t * count + k] as number) + (values[feature * count + k] as number);
      }
    }
  });
  const none = new Float64Array(count);
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

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], uniform: () => number): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const other = Math.floor(uniform() * (i + 1));
    [all[i], all[other]] = [all[other] as T, all[i] as T];
  }
  return all;
}
