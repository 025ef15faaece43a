// Multinomial logistic regression on runs of one to four characters: the baseline that texts are hardest to tell from.
import { logSumExp } from "../../model/logits.ts";
import { minimise } from "./lbfgs.ts";
import { runs } from "./naive-bayes.ts";

/** Settings of `trainLinear`. */
export interface LinearSettings {
  /** Characters of the longest runs. Default 4. */
  readonly longest?: number;
  /** What the squared weights are divided by, beside the sum of the losses: larger is freer. Default 10. */
  readonly freedom?: number;
}

/** A linear classifier of texts. */
export interface LinearClassifier {
  /** In the order of code units. */
  readonly labels: readonly string[];
  /** Distinct runs that have weights. */
  readonly features: number;
  /** The most probable class; of equal ones the first. */
  predict(text: string): string;
}

/** Weights that a model may have; rarer runs are left out beyond that. */
const mostWeights = 2_000_000;

/** Runs of a text by number, and how much each counts. */
interface Encoded {
  readonly ids: Int32Array;
  readonly values: Float64Array;
}

/**
 * Each text is the counts c of its runs as (1 + ln c) · idf, scaled to length 1; the loss is the cross-entropy of all texts
 * and the squared weights over 2 · `freedom`. Throws for fewer than two classes.
 */
export function trainLinear(
  examples: Iterable<readonly [text: string, label: string]>,
  settings: LinearSettings = {},
): LinearClassifier {
  const { longest = 4, freedom = 10 } = settings;
  const pairs = [...examples];
  const labels = [...new Set(pairs.map(([, label]) => label))].sort();
  if (labels.length < 2)
    throw new Error(
      `linear model: two classes or more are needed, not ${labels.length}; give texts of other classes too`,
    );
  const classOf = new Map(labels.map((label, i) => [label, i]));
  const counted = pairs.map(([text]) => countRuns(text, longest));
  const index = indexOf(counted, Math.floor(mostWeights / labels.length));
  const plain = counted.map((counts) => encode(counts, index));
  const scales = scalesOf(plain, index.size, freedom);
  const rows = plain.map((row) => scaled(row, scales));
  const targets = pairs.map(([, label]) => classOf.get(label) as number);
  const classes = labels.length;
  const weights = new Float64Array((index.size + 1) * classes); // [features, then the bias][classes]
  minimise((at, gradient) => lossOf(rows, targets, { at, gradient, scales, classes, freedom }), weights, {
    iterations: 40,
    tolerance: 1e-3,
  });
  const logits = new Float64Array(classes);
  return {
    labels,
    features: index.size,
    predict(text) {
      logitsOf(scaled(encode(countRuns(text, longest), index), scales), weights, logits);
      return labels[logits.indexOf(logits.reduce((a, b) => Math.max(a, b)))] as string;
    },
  };
}

interface Weight {
  readonly id: number;
  /** The inverse document frequency, ln((1 + n) / (1 + d)) + 1. */
  readonly idf: number;
}

function countRuns(text: string, longest: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const run of runs(text, longest)) counts.set(run, (counts.get(run) ?? 0) + 1);
  return counts;
}

/** The runs that most texts have, at most `most` of them. */
function indexOf(counted: readonly ReadonlyMap<string, number>[], most: number): ReadonlyMap<string, Weight> {
  const texts = new Map<string, number>();
  for (const counts of counted) for (const run of counts.keys()) texts.set(run, (texts.get(run) ?? 0) + 1);
  const ranked = [...texts];
  if (ranked.length > most) ranked.sort(([, a], [, b]) => b - a);
  return new Map(
    ranked
      .slice(0, most)
      .map(([run, count], id) => [run, { id, idf: Math.log((1 + counted.length) / (1 + count)) + 1 }]),
  );
}

function encode(counts: ReadonlyMap<string, number>, index: ReadonlyMap<string, Weight>): Encoded {
  const ids: number[] = [];
  const values: number[] = [];
  for (const [run, count] of counts) {
    const weight = index.get(run);
    if (!weight) continue;
    ids.push(weight.id);
    values.push((1 + Math.log(count)) * weight.idf);
  }
  const length = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0)) || 1;
  return { ids: Int32Array.from(ids), values: Float64Array.from(values, (v) => v / length) };
}

/** The curvature of a text's loss along a logit, about. */
const curvature = 0.1;

/**
 * By run, what its weights are multiplied by, so that the loss is curved alike along all of them and few iterations suffice:
 * the inverse root of the loss's curvature.
 */
function scalesOf(rows: readonly Encoded[], size: number, freedom: number): Float64Array {
  const squares = new Float64Array(size);
  for (const { ids, values } of rows)
    ids.forEach((id, i) => (squares[id] = (squares[id] as number) + (values[i] as number) ** 2));
  return squares.map((sum) => 1 / Math.sqrt(1 / freedom + curvature * sum));
}

function scaled({ ids, values }: Encoded, scales: Float64Array): Encoded {
  return { ids, values: values.map((value, i) => value * (scales[ids[i] as number] as number)) };
}

/** Writes the logits of a text, [classes]. */
function logitsOf({ ids, values }: Encoded, weights: Float64Array, logits: Float64Array): void {
  const classes = logits.length;
  logits.set(weights.subarray(weights.length - classes));
  for (let i = 0; i < ids.length; i++) {
    const from = (ids[i] as number) * classes;
    const value = values[i] as number;
    for (let k = 0; k < classes; k++)
      logits[k] = (logits[k] as number) + value * (weights[from + k] as number);
  }
}

function lossOf(
  rows: readonly Encoded[],
  targets: readonly number[],
  {
    at,
    gradient,
    scales,
    classes,
    freedom,
  }: {
    readonly at: Float64Array;
    readonly gradient: Float64Array;
    readonly scales: Float64Array;
    readonly classes: number;
    readonly freedom: number;
  },
): number {
  const biases = at.length - classes;
  let loss = 0;
  for (let j = 0; j < biases; j++) {
    const weight = at[j] as number;
    const decay = (scales[Math.floor(j / classes)] as number) ** 2 / freedom;
    loss += (decay * weight * weight) / 2;
    gradient[j] = decay * weight;
  }
  gradient.fill(0, biases);
  const deltas = new Float64Array(classes);
  rows.forEach((row, i) => {
    const target = targets[i] as number;
    logitsOf(row, at, deltas);
    const normal = logSumExp(deltas);
    loss += normal - (deltas[target] as number);
    for (let k = 0; k < classes; k++)
      deltas[k] = Math.exp((deltas[k] as number) - normal) - (k === target ? 1 : 0);
    const { ids, values } = row;
    for (let n = 0; n <= ids.length; n++) {
      const from = n === ids.length ? biases : (ids[n] as number) * classes;
      const value = n === ids.length ? 1 : (values[n] as number);
      for (let k = 0; k < classes; k++)
        gradient[from + k] = (gradient[from + k] as number) + value * (deltas[k] as number);
    }
  });
  return loss;
}
