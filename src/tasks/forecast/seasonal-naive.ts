// The seasonal naive forecast, the last season repeated: the baseline for series with seasons.
import {
  makeBaseline,
  checkHistory,
  checkSettings,
  type Baseline,
  type BaselineSettings,
} from "./baseline.ts";

/**
 * Fits the intervals of the forecast by the last value at the same position in the season of `period` steps, which is
 * required; `lags` is not read. Throws for a history of fewer than `period` + `horizon` values, which leaves no residual
 * at the last step, and for settings out of range.
 */
export function fitSeasonalNaive(history: ArrayLike<number>, settings: BaselineSettings): Baseline {
  const name = "seasonal naive";
  checkSettings(name, settings);
  const { period, horizon } = settings;
  if (period === undefined)
    throw new Error(`${name}: needs a period, the steps of a season, such as 12 for months; give it`);
  checkHistory(name, history, period + horizon, "fitting");
  const predict = (values: ArrayLike<number>, end: number, step: number): number =>
    values[end - 1 + step - period * Math.ceil(step / period)]!;
  return makeBaseline({ name, reads: period, predict }, history, settings);
}
