// The last value, again and again: what any forecast of a series without seasons has to beat.
import {
  checkHistory,
  checkSettings,
  makeForecaster,
  type BaselineSettings,
  type Forecaster,
} from "./baseline.ts";

/**
 * Fits the intervals of the naive forecast; `period` and `lags` are not read. Throws at a history of fewer than
 * `horizon` + 1 values, which leaves no residual at the last step, and at settings out of range.
 */
export function fitNaive(history: ArrayLike<number>, settings: BaselineSettings): Forecaster {
  checkSettings("naive", settings);
  checkHistory("naive", history, settings.horizon + 1, "fitting");
  const method = {
    name: "naive",
    reads: 1,
    predict: (values: ArrayLike<number>, end: number) => values[end - 1]!,
  };
  return makeForecaster(method, history, settings);
}
