// The linear baseline: ridge regression on features of a sequence, whose ridge is chosen by a fifth of the training part.
import { momentsOf, type Moments } from "../shared/moments.ts";
import type { EncodedSequence, SequenceInput } from "../shared/sequence-input.ts";
import { featureRows, planFeatures, type FeaturePlan, type FeatureSettings } from "./features.ts";
import { leastSquares } from "./least-squares.ts";
import { isKnown } from "./targets.ts";

/** A fitted baseline: plain data, which a model keeps so that it can be compared with on any data. */
export interface LinearBaseline {
  readonly features: FeaturePlan;
  /** Of the features. */
  readonly moments: Moments;
  /** [targets][features + 1] On standardised features and targets, the intercept last. */
  readonly weights: readonly (readonly number[])[];
}

const ridges = [0.01, 0.1, 1, 10, 100, 1000];

/** Rows that are enough for a linear regression; of more, as many at even distances are taken. */
const mostRows = 20_000;

/** A sequence as the network reads it, and its targets on the network's scale: a row per step, or one. */
export interface Learned {
  readonly sequence: EncodedSequence;
  /** [rows][targets] NaN where there are none. */
  readonly targets: readonly (readonly number[])[];
}

export function fitLinear(
  input: SequenceInput,
  reading: FeatureSettings,
  learned: readonly Learned[],
): LinearBaseline {
  const lengths = learned.map(({ sequence }) => sequence.steps);
  const features = planFeatures(input, reading, lengths);
  const known = learned.flatMap(({ targets }, i) =>
    targets.flatMap((row, t) => (isKnown(row) ? [[i, t] as const] : [])),
  );
  const every = Math.max(1, known.length / mostRows);
  const chosen = new Map<number, number[]>();
  for (let at = 0; at < known.length; at += every) {
    const [i, t] = known[Math.floor(at)] as readonly [number, number];
    chosen.set(i, [...(chosen.get(i) ?? []), t]);
  }
  const pairs = [...chosen].flatMap(([i, steps]) => {
    const { sequence, targets } = learned[i] as Learned;
    const rows = featureRows(input, features, sequence);
    return steps.map((t) => ({ row: rows[t] as number[], targets: targets[t] as readonly number[] }));
  });
  const moments = momentsOf(pairs.map(({ row }) => row));
  const scaled = pairs.map(({ row, targets }) => ({ row: scaledBy(moments, row), targets }));
  return { features, moments, weights: ridgeWeights(scaled) };
}

/** The targets on the network's scale: [1][targets] of a whole sequence, or [steps][targets]. */
export function predictLinear(
  { features, moments, weights }: LinearBaseline,
  input: SequenceInput,
  sequence: EncodedSequence,
): number[][] {
  return featureRows(input, features, sequence).map((row) => predicted(weights, scaledBy(moments, row)));
}

interface Pair {
  readonly row: readonly number[];
  readonly targets: readonly number[];
}

/** Fits on four fifths, chooses the ridge by the last fifth, and fits on all with it. */
function ridgeWeights(pairs: readonly Pair[]): number[][] {
  const [first] = pairs as readonly [Pair];
  const regression = leastSquares(first.row.length, first.targets.length);
  const held = pairs.slice(Math.ceil(0.8 * pairs.length));
  for (const { row, targets } of pairs.slice(0, pairs.length - held.length)) regression.add(row, targets);
  const errors = ridges.map((ridge) => {
    const weights = regression.solve(ridge);
    return held.reduce((sum, { row, targets }) => {
      const found = predicted(weights, row);
      return sum + targets.reduce((part, target, k) => part + (target - (found[k] as number)) ** 2, 0);
    }, 0);
  });
  const best = ridges[errors.indexOf(Math.min(...errors))] as number;
  for (const { row, targets } of held) regression.add(row, targets);
  return regression.solve(best).map((weights) => [...weights]);
}

function predicted(weights: readonly ArrayLike<number>[], row: readonly number[]): number[] {
  return weights.map((own) =>
    row.reduce((sum, value, j) => sum + value * (own[j] as number), own[row.length] as number),
  );
}

function scaledBy({ mean, deviation }: Moments, row: readonly number[]): number[] {
  return row.map((value, j) => (value - (mean[j] as number)) / (deviation[j] as number));
}
