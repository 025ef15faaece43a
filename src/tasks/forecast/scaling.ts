// The scale on which a network sees a series: logarithms, then differences from a season before, then mean 0 and
// deviation 1, and the way back. Fitted on a part, so that it knows nothing of what is forecast. Plain data, as JSON
// takes it; knows no time.

export interface ScalingSettings {
  /** Natural logarithms first; default false. For values above 0 whose swings grow with them. */
  readonly log?: boolean;
  /** Differences from the value `lag` steps before, as 12 of months or 1 of the step before; default 0 for none. */
  readonly lag?: number;
}

/** z = (d - mean) / deviation, where d[t] = u[t] - u[t - lag] (or u[t] without a lag), and u = log y (or y). */
export interface Scaling {
  readonly log: boolean;
  readonly lag: number;
  readonly mean: number;
  /** Above 0: 1 where the part is constant. */
  readonly deviation: number;
}

/**
 * Fits to `part` [n], which is to be training data only. The deviation divides by n (as numpy's `std`).
 * Throws at values that are not finite, at values not above 0 where `log`, and at `n` not above `lag`.
 */
export function fitScaling(part: ArrayLike<number>, settings: ScalingSettings = {}): Scaling {
  const { log = false, lag = 0 } = settings;
  if (!Number.isInteger(lag) || lag < 0)
    throw new Error(`scaling: lag must be a whole number, 0 or more, not ${lag}; 0 is no difference`);
  const values = differenced(part, log, lag);
  if (values.length === 0)
    throw new Error(
      `scaling: fitting with lag ${lag} needs ${lag + 1} values or more, not ${part.length}; give more of the series`,
    );
  const mean = average(values);
  const deviation = Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
  if (!Number.isFinite(deviation) || !Number.isFinite(mean))
    throw new Error("scaling: the values are too large to be squared; give them in a larger unit");
  // A deviation that rounding alone explains would blow up the first value that differs.
  const constant = deviation <= 1e-13 * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { log, lag, mean, deviation: constant ? 1 : deviation };
}

/** Scales `values` [n] to [n - lag]: the first that it gives belongs to `values[lag]`. Throws as `fitScaling` does. */
export function applyScaling(scaling: Scaling, values: ArrayLike<number>): Float64Array {
  const { log, lag, mean, deviation } = scaling;
  if (values.length <= lag)
    throw new Error(
      `scaling: with lag ${lag} it needs ${lag + 1} values or more, not ${values.length}; give more of the series`,
    );
  return differenced(values, log, lag).map((value) => (value - mean) / deviation);
}

/**
 * The way back: `predicted` [k], scaled, of the k steps that follow on `history`, in the series' own units; [k] in those
 * units. Only the last `lag` values of `history` are read. It inverts `applyScaling` exactly, but for rounding: where k
 * is above `lag`, a difference is added to what was predicted `lag` steps before. With `log` what comes back of a mean
 * is not the mean but, of a distribution that is symmetric in logarithms, the median.
 */
export function invertScaling(
  scaling: Scaling,
  history: ArrayLike<number>,
  predicted: ArrayLike<number>,
): Float64Array {
  const { log, lag, mean, deviation } = scaling;
  if (history.length < lag)
    throw new Error(
      `scaling: the way back with lag ${lag} needs the last ${lag} values of the history or more, not ` +
        `${history.length}; give more of it`,
    );
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
 * The way back for `quantiles` [levels][k], each level as `invertScaling`. Every stage rises with what it is given, so
 * quantiles stay quantiles and in their order. They are exact, `log` included, without a lag and for the first `lag`
 * steps. From there on a quantile of a difference is added to the same quantile of `lag` steps before, which is exact
 * only where both errors come together: of independent errors the intervals are too wide.
 */
export function invertQuantiles(
  scaling: Scaling,
  history: ArrayLike<number>,
  quantiles: readonly ArrayLike<number>[],
): readonly Float64Array[] {
  return quantiles.map((level) => invertScaling(scaling, history, level));
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

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
