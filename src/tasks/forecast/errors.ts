// Errors of point forecasts of one series: `targets` are the actual values, `predictions` the forecasts, [n] each, in the
// series' units. Every function throws for rows of unequal length, for empty ones, and for numbers that are not finite.
import { largest, roundingShare } from "../shared/moments.ts";
import { checkFinite, checkSeries, meanOver } from "../shared/series-checks.ts";

/** Mean absolute error, in the series' units. */
export function mae(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  checkSeries("mae", { targets, predictions });
  return meanOver(targets.length, (i) => Math.abs(targets[i]! - predictions[i]!));
}

/** Root mean squared error, in the series' units. */
export function rmse(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  checkSeries("rmse", { targets, predictions });
  return Math.sqrt(meanOver(targets.length, (i) => (targets[i]! - predictions[i]!) ** 2));
}

/**
 * Mean absolute scaled error (Hyndman & Koehler 2006, International Journal of Forecasting 22(4)): the mean absolute error
 * over the `seasonalNaiveError` of the series before the forecast; below 1 is better than that. Throws where that scale is
 * 0 or only rounding, as for a constant history.
 */
export function mase(
  targets: ArrayLike<number>,
  predictions: ArrayLike<number>,
  scaling: { readonly history: ArrayLike<number>; readonly period?: number },
): number {
  checkSeries("mase", { targets, predictions });
  const { history, period = 1 } = scaling;
  const scale = seasonalNaiveError(history, period);
  if (repeats(history, period))
    throw new Error(
      `mase: the history must not repeat itself exactly every ${period} steps, since its naive error is then 0; use mae, or another period`,
    );
  return mae(targets, predictions) / scale;
}

/** Whether a history is the same every `period` steps but for rounding, so that no error can be measured by its own. */
export function repeats(history: ArrayLike<number>, period: number): boolean {
  return seasonalNaiveError(history, period) <= roundingShare * largest(history);
}

/**
 * The mean absolute error of forecasting each number of `history` by the one `period` steps before; with 1 (default), by
 * the last value. Throws for a history that is not longer than `period`.
 */
export function seasonalNaiveError(history: ArrayLike<number>, period = 1): number {
  if (!Number.isInteger(period) || period < 1)
    throw new Error(`seasonal naive error: period must be a whole number, 1 or more, not ${period}`);
  if (history.length <= period)
    throw new Error(
      `seasonal naive error: period ${period} needs a history of ${period + 1} numbers or more, not ` +
        `${history.length}; give more of the series or a shorter period`,
    );
  checkFinite("seasonal naive error", "history", history);
  return meanOver(history.length - period, (i) => Math.abs(history[i + period]! - history[i]!));
}

/**
 * Symmetric mean absolute percentage error, from 0 to 200: the mean of 200 |y - f| / (|y| + |f|), with 0 where both are 0,
 * as in the M4 competition (Makridakis et al. 2020, International Journal of Forecasting 36(1)).
 */
export function smape(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  checkSeries("smape", { targets, predictions });
  return meanOver(targets.length, (i) => {
    const [y, f] = [targets[i]!, predictions[i]!];
    const size = Math.abs(y) + Math.abs(f);
    return size === 0 ? 0 : (200 * Math.abs(y - f)) / size;
  });
}
