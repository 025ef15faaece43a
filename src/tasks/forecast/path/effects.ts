// What columns that are known ahead add to a series: a regression, after which methods forecast what it leaves (regression
// with the errors of a time series; Hyndman & Athanasopoulos 2021, Forecasting: Principles and Practice, chapter 10).
import { momentsOfNumbers, slopeOf } from "../../shared/moments.ts";
import { solvePositive } from "../cholesky.ts";

/** Whether columns are compared with the values themselves, or the changes of both. */
export type EffectsKind = "levels" | "changes";

/** Shares of the columns' squares that weights are shrunk by; the best one is chosen by generalised cross-validation. */
const penalties = [1e-4, 1e-3, 1e-2, 0.1, 1, 10];

/**
 * [columns] the weights of `columns` [series][columns][steps or more] in `values` [series][steps], after lines and seasons are
 * taken off; 0 for columns that do not change.
 */
export function fitEffects(
  values: readonly Float64Array[],
  columns: readonly (readonly Float64Array[])[],
  { kind, season }: { readonly kind: EffectsKind; readonly season: number },
): Float64Array {
  const count = columns[0]?.length ?? 0;
  const seriesWith = values.map((_, s) => s).filter((s) => values[s]!.length > fewestSteps);
  const prepare = (series: Float64Array): Float64Array =>
    remainder(kind === "levels" ? series : changesOf(series), season);
  const targets = seriesWith.map((s) => prepare(values[s]!));
  const inputs = seriesWith.map((s) =>
    columns[s]!.map((column) => prepare(column.subarray(0, values[s]!.length))),
  );
  const gram = new Float64Array(count * count);
  const right = new Float64Array(count);
  let [square, steps] = [0, 0];
  inputs.forEach((own, s) => {
    const target = targets[s]!;
    steps += target.length;
    square += dot(target, target);
    own.forEach((a, i) => {
      right[i]! += dot(a, target);
      for (let j = 0; j <= i; j++) gram[i * count + j]! += dot(a, own[j]!);
    });
  });
  const scales = Float64Array.from({ length: count }, (_, i) => gram[i * count + i]!);
  const chance = Math.min(0.5, (leastGain * count) / Math.max(1, steps));
  let error = (1 - chance) * (square / Math.max(1, steps));
  let best: Float64Array = new Float64Array(count);
  for (const penalty of penalties) {
    const matrix = gram.slice();
    scales.forEach((scale, i) => (matrix[i * count + i]! += scale > least ? penalty * scale : 1));
    const weights = solvePositive(matrix, right);
    if (!weights) continue;
    const free = freedom(gram, matrix, count);
    if (free >= steps) continue;
    const fitted = weights.reduce((sum, weight, i) => sum + weight * right[i]!, 0);
    const missed = Math.max(0, square - 2 * fitted + quadratic(gram, weights, count));
    const expected = (steps * missed) / (steps - free) ** 2;
    if (expected < error) [error, best] = [expected, weights];
  }
  return best.map((weight, i) => (scales[i]! > least ? weight : 0));
}

/** Values less what the columns add to them. */
export function withoutEffects(
  values: Float64Array,
  columns: readonly Float64Array[],
  weights: ArrayLike<number>,
): Float64Array {
  return values.map((value, t) => value - effectAt(columns, weights, t));
}

/** What columns add at a step. */
export function effectAt(
  columns: readonly ArrayLike<number>[],
  weights: ArrayLike<number>,
  t: number,
): number {
  return columns.reduce((sum, column, i) => sum + weights[i]! * column[t]!, 0);
}

const fewestSteps = 6;
/**
 * Columns that say nothing lower the error of a fit by about their share of the steps; they count from this many times that on,
 * but from half of the error at most.
 */
const leastGain = 4;
/** Squares of columns, which are in units of their deviations, that are rounding. */
const least = 1e-12;

function changesOf(values: Float64Array): Float64Array {
  return values.subarray(1).map((value, i) => value - values[i]!);
}

/** Values less the line through them, and less the mean of each step of a season where there are two seasons. */
function remainder(values: Float64Array, season: number): Float64Array {
  const { mean } = momentsOfNumbers(values);
  const middle = (values.length - 1) / 2;
  const slope = slopeOf(values);
  const flat = values.map((value, t) => value - mean - slope * (t - middle));
  if (season < 2 || flat.length < 2 * season) return flat;
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  flat.forEach((value, t) => {
    sums[t % season]! += value;
    counts[t % season]! += 1;
  });
  return flat.map((value, t) => value - sums[t % season]! / counts[t % season]!);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** wᵀGw of the lower triangle of G. */
function quadratic(gram: Float64Array, weights: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++)
    for (let j = 0; j <= i; j++) sum += (i === j ? 1 : 2) * weights[i]! * weights[j]! * gram[i * count + j]!;
  return sum;
}

/** The trace of G (G + penalty)⁻¹: the parameters that the penalty leaves free. */
function freedom(gram: Float64Array, matrix: Float64Array, count: number): number {
  let trace = 0;
  for (let i = 0; i < count; i++) {
    const column = Float64Array.from(
      { length: count },
      (_, j) => gram[Math.max(i, j) * count + Math.min(i, j)]!,
    );
    trace += solvePositive(matrix, column)?.[i] ?? 1;
  }
  return trace;
}
