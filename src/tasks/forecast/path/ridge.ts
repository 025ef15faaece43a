// Ridge regressions of what an anchor leaves on its last values, as linear maps.
import { momentsOfNumbers } from "../../shared/moments.ts";
import { solvePositive } from "../cholesky.ts";
import { anchorMap, differenced, differencesOf, lostValues, type Anchor } from "./anchors.ts";
import { emptyMap, iterateMap, type LinearMap } from "./linear-map.ts";

export interface RidgeSettings {
  readonly anchor: Anchor;
  /** Differences that it reads. */
  readonly lags: number;
  /** Weights of the squared weights, with differences in units of their deviation; a map for each. */
  readonly penalties: readonly number[];
  readonly horizon: number;
  /** Whether to fit one step and repeat it; else every step ahead has weights of its own. */
  readonly isIterated: boolean;
}

/** Windows that a fit needs beyond its steps ahead, with many lags. */
const fewestWindows = 6;
/** About that many windows of longer series are used, evenly spread. */
const mostWindows = 4000;

/** Maps fitted to the first `length` of `values`, one per penalty; undefined where those are too few. */
export function fitRidge(
  values: Float64Array,
  length: number,
  settings: RidgeSettings,
): LinearMap[] | undefined {
  const { anchor, lags, horizon, isIterated, penalties } = settings;
  const steps = isIterated ? 1 : horizon;
  const lost = lostValues(anchor);
  if (length - lost - lags < steps + Math.min(lags + 2, fewestWindows)) return undefined;
  const known = values.subarray(0, length);
  const raw = differenced(anchor, known);
  const { mean, deviation } = momentsOfNumbers(raw);
  const scaled = raw.map((value) => (value - mean) / deviation);
  const base = anchorMap(anchor, steps);
  const termsOf = Array.from({ length: steps }, (_, k) =>
    Array.from(base.weights.subarray(k * base.reads, (k + 1) * base.reads), (weight, lag) => ({
      weight,
      lag,
    })).filter(({ weight }) => weight !== 0),
  );
  const targetOf = (end: number, k: number): number => {
    let before = 0;
    for (const { weight, lag } of termsOf[k]!) before += weight * known[end - 1 - lag]!;
    return (known[end + k]! - before) / deviation;
  };
  const fits = regressions(scaled, lost, length, lags, steps, penalties, targetOf);
  return fits.map((rows) => {
    const map = asMap(rows, { anchor, lags, mean, deviation }, base);
    return isIterated ? iterateMap(map, horizon) : map;
  });
}

/** By penalty and step: the weights of the scaled differences, the last first, and the constant; in scaled units. */
function regressions(
  scaled: Float64Array,
  lost: number,
  length: number,
  lags: number,
  steps: number,
  penalties: readonly number[],
  targetOf: (end: number, k: number) => number,
): { readonly weights: Float64Array; readonly constant: number }[][] {
  const first = lost + lags; // the end of the first window
  const gram = new Float64Array(lags * lags); // XᵀX of the windows so far, the lower triangle
  const sums = new Float64Array(lags);
  const fits = penalties.map((): { weights: Float64Array; constant: number }[] => []);
  const stride = Math.max(1, Math.floor((length - first) / mostWindows));
  let added = 0;
  for (let k = steps - 1; k >= 0; k--) {
    const count = Math.floor((length - k - first - 1) / stride) + 1;
    for (; added < count; added++) addWindow(gram, sums, scaled, lags + added * stride, lags);
    const targets = Float64Array.from({ length: count }, (_, i) => targetOf(first + i * stride, k));
    const mean = targets.reduce((sum, target) => sum + target, 0) / count;
    const right = new Float64Array(lags);
    for (let i = 0; i < count; i++) {
      const distance = targets[i]! - mean;
      for (let lag = 0; lag < lags; lag++) right[lag]! += scaled[lags + i * stride - 1 - lag]! * distance;
    }
    penalties.forEach((penalty, p) => {
      const matrix = gram.slice();
      for (let i = 0; i < lags; i++) {
        for (let j = 0; j <= i; j++) matrix[i * lags + j]! -= (sums[i]! * sums[j]!) / count;
        matrix[i * lags + i]! += penalty;
      }
      const weights = solvePositive(matrix, right) ?? new Float64Array(lags);
      const constant = weights.reduce((left, weight, lag) => left - (weight * sums[lag]!) / count, mean);
      fits[p]!.unshift({ weights, constant });
    });
  }
  return fits;
}

function addWindow(
  gram: Float64Array,
  sums: Float64Array,
  scaled: Float64Array,
  end: number,
  lags: number,
): void {
  for (let i = 0; i < lags; i++) {
    const value = scaled[end - 1 - i]!;
    sums[i]! += value;
    for (let j = 0, row = i * lags; j <= i; j++) gram[row + j]! += value * scaled[end - 1 - j]!;
  }
}

/** Weights of scaled differences as weights of values. */
function asMap(
  rows: readonly { readonly weights: Float64Array; readonly constant: number }[],
  { anchor, lags, mean, deviation }: { anchor: Anchor; lags: number; mean: number; deviation: number },
  base: LinearMap,
): LinearMap {
  const reads = Math.max(base.reads, lags + lostValues(anchor));
  const map = emptyMap(rows.length, reads);
  rows.forEach(({ weights, constant }, k) => {
    const row = map.weights.subarray(k * reads, (k + 1) * reads);
    for (let lag = 0; lag < base.reads; lag++) row[lag] = base.weights[k * base.reads + lag]!;
    map.constants[k] = constant * deviation;
    weights.forEach((weight, lag) => {
      map.constants[k]! -= weight * mean;
      for (const [further, factor] of differencesOf(anchor)) row[lag + further]! += weight * factor;
    });
  });
  return map;
}
