// The linear forecast: for each step ahead a ridge regression on the last values and an intercept. The strongest of the
// baselines; reads one column and no calendar.
import { momentsOfNumbers } from "../shared/moments.ts";
import { solvePositive } from "./cholesky.ts";
import {
  makeBaseline,
  checkHistory,
  checkSettings,
  type Baseline,
  type BaselineSettings,
} from "./baseline.ts";

/** Settings of `fitLinear`. */
export interface LinearSettings extends BaselineSettings {
  /**
   * Weight of the squared weights (not the intercept's) that are added to the squared errors, both for the history in units
   * of its deviation. 0 or more; default 1.
   */
  readonly ridge?: number;
}

/** The values that a fit needs: with fewer, the last step has no more windows than weights. */
export function linearHistory({ horizon, period = 1, lags }: Omit<LinearSettings, "levels">): number {
  return 2 * (lags ?? defaultLags(horizon, period)) + horizon + 1;
}

/** The values that the regressions read where nobody says how many. */
export function defaultLags(horizon: number, period: number): number {
  return Math.max(2 * period, horizon);
}

/**
 * Fits on all windows of `history`. `lags` defaults to twice the `period`, or the horizon where that is more. Throws for a
 * history shorter than `linearHistory`, for settings out of range, and where without a ridge the weights are not
 * determined.
 */
export function fitLinear(history: ArrayLike<number>, settings: LinearSettings): Baseline {
  const name = "linear";
  checkSettings(name, settings);
  const { horizon, period = 1, lags = defaultLags(horizon, period), ridge = 1 } = settings;
  if (!(ridge >= 0 && ridge < Infinity))
    throw new Error(`${name}: ridge must be 0 or more, not ${ridge}; 1 is the default`);
  checkHistory(name, history, linearHistory({ horizon, lags }), "fitting");
  const { scaled, mean, deviation } = standardise(history);
  const steps = regressions(scaled, horizon, lags, ridge);
  const predict = (values: ArrayLike<number>, end: number, step: number): number => {
    const weights = steps[step - 1]!;
    let sum = mean + deviation * weights[lags]!;
    for (let lag = 0; lag < lags; lag++) sum += weights[lag]! * (values[end - 1 - lag]! - mean);
    return sum;
  };
  return makeBaseline({ name, reads: lags, predict }, history, { ...settings, lags });
}

/** The weights of each step ahead, [lags + 1]: of the last value, of the one before, and so on; then the intercept. */
function regressions(
  values: Float64Array,
  horizon: number,
  lags: number,
  ridge: number,
): readonly Float64Array[] {
  const width = lags + 1;
  const last = values.length - horizon; // the end of the last window that has all steps ahead
  const row = new Float64Array(width).fill(1, lags);
  const readRow = (end: number): void => {
    for (let lag = 0; lag < lags; lag++) row[lag] = values[end - 1 - lag]!;
  };
  const gram = new Float64Array(width * width); // [width, width] XᵀX + ridge, the lower triangle
  const addRow = (end: number): void => {
    readRow(end);
    for (let i = 0; i < width; i++) for (let j = 0; j <= i; j++) gram[i * width + j]! += row[i]! * row[j]!;
  };
  for (let lag = 0; lag < lags; lag++) gram[lag * width + lag] = ridge;
  for (let end = lags; end <= last; end++) addRow(end);
  const steps: Float64Array[] = [];
  for (let step = horizon; step >= 1; step--) {
    if (step < horizon) addRow(values.length - step); // one step less ahead has one more window
    const right = new Float64Array(width); // Xᵀy
    for (let end = lags; end <= values.length - step; end++) {
      readRow(end);
      const target = values[end + step - 1]!;
      for (let i = 0; i < width; i++) right[i]! += row[i]! * target;
    }
    const weights = solvePositive(gram, right);
    if (!weights)
      throw new Error(
        `linear: the weights of step ${step} are not determined, since values repeat; ` +
          `set ridge above ${ridge}, such as 1, or take fewer lags than ${lags}`,
      );
    steps.unshift(weights);
  }
  return steps;
}

/** Scales to mean 0 and deviation 1, so that a ridge means the same in any units; a constant history only loses its mean. */
function standardise(history: ArrayLike<number>): {
  readonly scaled: Float64Array;
  readonly mean: number;
  readonly deviation: number;
} {
  const values = Float64Array.from(history);
  const { mean, deviation } = momentsOfNumbers(values);
  return { scaled: values.map((value) => (value - mean) / deviation), mean, deviation };
}
