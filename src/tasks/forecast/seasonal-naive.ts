// The last season, again and again: what any forecast of a series with seasons has to beat.
import {
  checkHistory,
  checkSettings,
  makeForecaster,
  type BaselineSettings,
  type Forecaster,
} from "./baseline.ts";

/**
 * Fits the intervals of the forecast by the last value at the same place in the season of `period` steps, which is
 * required; `lags` is not read. Throws at a history of fewer than `period` + `horizon` values, which leaves no residual
 * at the last step, and at settings out of range.
 */
export function fitSeasonalNaive(history: ArrayLike<number>, settings: BaselineSettings): Forecaster {
  const name = "seasonal naive";
  checkSettings(name, settings);
  const { period, horizon } = settings;
  if (period === undefined)
    throw new Error(`${name}: needs a period, the steps of a season, not none; give it, as 12 of months`);
  checkHistory(name, history, period + horizon, "fitting");
  const predict = (values: ArrayLike<number>, end: number, step: number): number =>
    values[end - 1 + step - period * Math.ceil(step / period)]!;
  return makeForecaster({ name, reads: period, predict }, history, settings);
}
