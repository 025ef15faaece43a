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

/** Maps fitted to all series together, one per penalty; undefined where their values are too few. */
export function fitRidge(series: readonly Float64Array[], settings: RidgeSettings): LinearMap[] | undefined {
  const { anchor, lags, horizon, isIterated, penalties } = settings;
  const steps = isIterated ? 1 : horizon;
  const lost = lostValues(anchor);
  const long = series.filter(({ length }) => length > lost + lags);
  const windows = long.reduce((sum, { length }) => sum + Math.max(0, length - lost - lags - steps), 0);
  if (windows < Math.min(lags + 2, fewestWindows)) return undefined;
  const raw = long.map((values) => differenced(anchor, values));
  const { mean, deviation } = momentsOfNumbers(joined(raw));
  const learned = long.map((values, s): Learned => {
    return { values, scaled: raw[s]!.map((value) => (value - mean) / deviation) };
  });
  const base = anchorMap(anchor, steps);
  const termsOf = Array.from({ length: steps }, (_, k) =>
    Array.from(base.weights.subarray(k * base.reads, (k + 1) * base.reads), (weight, lag) => ({
      weight,
      lag,
    })).filter(({ weight }) => weight !== 0),
  );
  const targetOf = ({ values }: Learned, end: number, k: number): number => {
    let before = 0;
    for (const { weight, lag } of termsOf[k]!) before += weight * values[end - 1 - lag]!;
    return (values[end + k]! - before) / deviation;
  };
  const fits = regressions(learned, lost, lags, steps, penalties, targetOf);
  return fits.map((rows) => {
    const map = asMap(rows, { anchor, lags, mean, deviation }, base);
    return isIterated ? iterateMap(map, horizon) : map;
  });
}

/** A series, and its differences in units of their deviation. */
interface Learned {
  readonly values: Float64Array;
  readonly scaled: Float64Array; // [values - lost]
}

/** By penalty and step: the weights of the scaled differences, the last first, and the constant; in scaled units. */
function regressions(
  learned: readonly Learned[],
  lost: number,
  lags: number,
  steps: number,
  penalties: readonly number[],
  targetOf: (series: Learned, end: number, k: number) => number,
): { readonly weights: Float64Array; readonly constant: number }[][] {
  const first = lost + lags; // the end of the first window
  const gram = new Float64Array(lags * lags); // XᵀX of the windows so far, the lower triangle
  const sums = new Float64Array(lags);
  const fits = penalties.map((): { weights: Float64Array; constant: number }[] => []);
  const ends = learned.reduce((sum, { values }) => sum + values.length - first, 0);
  const stride = Math.max(1, Math.floor(ends / mostWindows));
  const added = learned.map(() => 0);
  for (let k = steps - 1; k >= 0; k--) {
    const counts = learned.map(({ values: { length } }) =>
      Math.max(0, Math.floor((length - k - first - 1) / stride) + 1),
    );
    learned.forEach(({ scaled }, s) => {
      for (; added[s]! < counts[s]!; added[s]!++)
        addWindow(gram, sums, scaled, lags + added[s]! * stride, lags);
    });
    const targets = learned.map((series, s) =>
      Float64Array.from({ length: counts[s]! }, (_, i) => targetOf(series, first + i * stride, k)),
    );
    const count = counts.reduce((sum, own) => sum + own, 0);
    const mean = targets.reduce((sum, own) => own.reduce((left, target) => left + target, sum), 0) / count;
    const right = new Float64Array(lags);
    learned.forEach(({ scaled }, s) => {
      targets[s]!.forEach((target, i) => {
        const distance = target - mean;
        for (let lag = 0; lag < lags; lag++) right[lag]! += scaled[lags + i * stride - 1 - lag]! * distance;
      });
    });
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

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
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
