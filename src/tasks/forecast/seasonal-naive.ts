// The seasonal naive forecast, the last season repeated: the baseline for series with seasons.
import { meanOver } from "../shared/series-checks.ts";
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
  return fitSeasons(history, settings, "seasonal naive");
}

/** The same with the mean change over a season added for each season ahead. */
export function fitSeasonalDrift(history: ArrayLike<number>, settings: BaselineSettings): Baseline {
  return fitSeasons(history, settings, "seasonal naive with drift");
}

function fitSeasons(
  history: ArrayLike<number>,
  settings: BaselineSettings,
  name: "seasonal naive" | "seasonal naive with drift",
): Baseline {
  checkSettings(name, settings);
  const { period, horizon } = settings;
  if (period === undefined)
    throw new Error(`${name}: needs a period, the steps of a season, such as 12 for months; give it`);
  checkHistory(name, history, period + horizon, "fitting");
  const count = history.length - period;
  const drift = name === "seasonal naive" ? 0 : meanOver(count, (t) => history[t + period]! - history[t]!);
  const predict = (values: ArrayLike<number>, end: number, step: number): number => {
    const seasons = Math.ceil(step / period);
    return values[end - 1 + step - period * seasons]! + drift * seasons;
  };
  return makeBaseline({ name, reads: period, predict }, history, settings);
}
