// What a linear regression sees of a sequence: a summary and the last steps of a series, the counts of a text's symbols;
// and for a target at a step, the steps around it.
import { vocabularySize } from "../../text/vocabulary.ts";
import type { EncodedSequence, SequenceInput } from "../shared/sequence-input.ts";
import type { TargetPlace } from "./targets.ts";

/** Which features are read. Plain data, which a model keeps. */
export interface FeaturePlan {
  readonly at: TargetPlace;
  /** Steps up to the one of the target, that one included, whose numbers are features. */
  readonly back: number;
  /** Steps after it. */
  readonly ahead: number;
}

/** Where the targets are, and whether the steps after a target's may be read. */
export interface FeatureSettings {
  readonly at: TargetPlace;
  readonly bidirectional: boolean;
}

/** Steps of sequences of any lengths. */
const usualSteps = 10;
/** All steps of sequences that are equally long are features where these are no more numbers than this. */
const mostNumbers = 128;
/** Symbols of a text that are counted. */
const mostSymbols = 200;

export function planFeatures(
  input: SequenceInput,
  { at, bidirectional }: FeatureSettings,
  lengths: readonly number[],
): FeaturePlan {
  const [first = 1] = lengths;
  const width = input.kind === "series" ? input.mean.length : 1;
  const areEqual = lengths.every((length) => length === first) && first * width <= mostNumbers;
  const most = Math.max(1, Math.floor(mostNumbers / width));
  const back = Math.min(most, at === "last" && areEqual ? first : usualSteps);
  return { at, back, ahead: at === "every" && bidirectional ? back - 1 : 0 };
}

/** The features of a whole sequence, one row; or of each of its steps. */
export function featureRows(
  input: SequenceInput,
  { at, back, ahead }: FeaturePlan,
  { steps, values }: EncodedSequence,
): number[][] {
  const numbers = at === "every" ? Array.from({ length: steps }, (_, t) => t) : [steps - 1];
  if (input.kind === "text") {
    const symbols = Math.min(mostSymbols, vocabularySize(input.vocabulary));
    return numbers.map((t) =>
      at === "every" ? symbolsAround(values, t, symbols) : symbolCounts(values, symbols),
    );
  }
  const width = input.mean.length;
  const channels = Array.from({ length: width }, (_, channel) =>
    Float64Array.from({ length: steps }, (_, t) => values[t * width + channel] as number),
  );
  const within = (t: number): number => Math.min(steps - 1, Math.max(0, t));
  const around = (t: number): number[] =>
    channels.flatMap((numbers) =>
      Array.from({ length: back + ahead }, (_, lag) => numbers[within(t + ahead - lag)] as number),
    );
  if (at === "last") return [[...around(steps - 1), ...channels.flatMap(summary), steps]];
  const means = channels.map(runningMeans);
  return numbers.map((t) => [...around(t), ...means.map((mean) => mean[t] as number), t]);
}

/** Mean, deviation, extremes, first number, slope, and the mean distance between neighbours. */
function summary(numbers: Float64Array): number[] {
  const steps = numbers.length;
  const middle = (steps - 1) / 2;
  let [sum, moment, spread, distance] = [0, 0, 0, 0];
  numbers.forEach((value, t) => {
    sum += value;
    moment += (t - middle) * value;
    spread += (t - middle) ** 2;
    if (t > 0) distance += Math.abs(value - (numbers[t - 1] as number));
  });
  const mean = sum / steps;
  const variance = numbers.reduce((total, value) => total + (value - mean) ** 2, 0) / steps;
  return [
    mean,
    Math.sqrt(variance),
    numbers.reduce((least, value) => Math.min(least, value)),
    numbers.reduce((most, value) => Math.max(most, value)),
    numbers[0] as number,
    spread === 0 ? 0 : moment / spread,
    steps > 1 ? distance / (steps - 1) : 0,
  ];
}

function runningMeans(numbers: Float64Array): Float64Array {
  let sum = 0;
  return numbers.map((value, t) => (sum += value) / (t + 1));
}

function symbolCounts(ids: ArrayLike<number>, symbols: number): number[] {
  const counts = Array<number>(symbols).fill(0);
  for (let t = 0; t < ids.length; t++) {
    const id = ids[t] as number;
    if (id < symbols) counts[id]! += 1;
  }
  return [...counts, ids.length];
}

/** The symbol at a step and the one before, one-hot. */
function symbolsAround(ids: ArrayLike<number>, t: number, symbols: number): number[] {
  return [t, t - 1].flatMap((at) => Array.from({ length: symbols }, (_, id) => (ids[at] === id ? 1 : 0)));
}
