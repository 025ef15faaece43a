// The scale on which a network sees a series, and the way back: logarithms, then seasonal differences, then mean 0 and
// deviation 1. Fitted on the training part alone, so that nothing of the forecast steps leaks into it.
import { largest, momentsOfNumbers } from "../shared/moments.ts";

export interface ScalingSettings {
  /** Whether to take natural logarithms first: for values above 0 whose swings grow with them. Default false. */
  readonly log?: boolean;
  /**
   * Steps back to the value that each is taken as the difference from: 12 for a year of months, 1 for the step before, 0
   * (default) for no differences.
   */
  readonly lag?: number;
}

/** z = (d - mean) / deviation, where d[t] = u[t] - u[t - lag] (or u[t] where the lag is 0), and u = log y (or y). */
export interface Scaling {
  readonly log: boolean;
  readonly lag: number;
  readonly mean: number;
  /** Above 0; 1 where the training part is constant. */
  readonly deviation: number;
}

/**
 * Fits to `part` [n], the training data. The deviation divides by n, as numpy's `std` does. Throws at values that are not
 * finite, at values not above 0 with `log`, and at `n` not above `lag`.
 */
export function fitScaling(part: ArrayLike<number>, settings: ScalingSettings = {}): Scaling {
  const { log = false, lag = 0 } = settings;
  if (!Number.isInteger(lag) || lag < 0)
    throw new Error(
      `scaling: the seasonal difference must be a whole number, 0 or more, not ${lag}; 0 takes no difference`,
    );
  const values = differenced(part, log, lag);
  if (values.length === 0) throw tooShort("fitting", lag, lag + 1, part.length);
  // Differences of values that repeat are what rounding leaves of them, which would blow up the first value that differs.
  const { mean, deviation } = momentsOfNumbers(values, largest(differenced(part, log, 0)));
  if (!Number.isFinite(deviation) || !Number.isFinite(mean))
    throw new Error("scaling: the values are too large to be averaged; give them in a larger unit");
  return { log, lag, mean, deviation };
}

/** Scales `values` [n] to [n - lag]; the first result belongs to `values[lag]`. Throws as `fitScaling` does. */
export function applyScaling(scaling: Scaling, values: ArrayLike<number>): Float64Array {
  const { log, lag, mean, deviation } = scaling;
  if (values.length <= lag) throw tooShort("scaling", lag, lag + 1, values.length);
  return differenced(values, log, lag).map((value) => (value - mean) / deviation);
}

/**
 * The way back: scaled values `predicted` [k] of the k steps that follow `history`, in the series' own units. Of `history`
 * only the last `lag` values are read. Inverts `applyScaling` exactly but for rounding: a difference more than `lag` steps
 * ahead is added to the value predicted `lag` steps before. With `log` a mean does not come back as the mean but, for a
 * distribution that is symmetric in logarithms, as the median.
 */
export function invertScaling(
  scaling: Scaling,
  history: ArrayLike<number>,
  predicted: ArrayLike<number>,
): Float64Array {
  const { log, lag, mean, deviation } = scaling;
  if (history.length < lag) throw tooShort("the way back", lag, lag, history.length);
  const first = history.length - lag;
  const known = Float64Array.from({ length: lag }, (_, i) => transformed(history, first + i, log, "history"));
  const undone = new Float64Array(predicted.length);
  for (let k = 0; k < undone.length; k++) {
    checkFinite("predicted", k, predicted[k]!);
    const before = lag === 0 ? 0 : k < lag ? known[k]! : undone[k - lag]!;
    undone[k] = predicted[k]! * deviation + mean + before;
  }
  return log ? undone.map((value) => Math.exp(value)) : undone;
}

/**
 * The way back for `quantiles` [levels][k], each level as `invertScaling`. Every stage is increasing, so quantiles stay
 * quantiles and in order. They are exact, with `log` too, without differences and for the first `lag` steps. From there on
 * the quantile of a difference is added to the same quantile `lag` steps before, which is exact only where both errors
 * occur together; for independent errors the intervals are too wide.
 */
export function invertQuantiles(
  scaling: Scaling,
  history: ArrayLike<number>,
  quantiles: readonly ArrayLike<number>[],
): readonly Float64Array[] {
  return quantiles.map((level) => invertScaling(scaling, history, level));
}

function tooShort(purpose: string, lag: number, needed: number, length: number): Error {
  return new Error(
    `scaling: ${purpose} with a seasonal difference of ${lag} needs ${needed} values or more, not ${length}; give more ` +
      "of the series",
  );
}

function differenced(values: ArrayLike<number>, log: boolean, lag: number): Float64Array {
  const all = Float64Array.from({ length: values.length }, (_, i) => transformed(values, i, log, "values"));
  return lag === 0 ? all : all.subarray(lag).map((value, i) => value - all[i]!);
}

function transformed(values: ArrayLike<number>, i: number, log: boolean, name: string): number {
  const value = values[i]!;
  checkFinite(name, i, value);
  if (!log) return value;
  if (value > 0) return Math.log(value);
  throw new Error(
    `scaling: ${name}[${i}] must be above 0 for its logarithm, not ${value}; leave log out or shift the values`,
  );
}

function checkFinite(name: string, i: number, value: number): void {
  if (!Number.isFinite(value))
    throw new Error(`scaling: ${name}[${i}] must be a finite number, not ${value}; fill it first`);
}
