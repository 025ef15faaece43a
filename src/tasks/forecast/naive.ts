// The naive forecast, the last value repeated: the baseline for series without seasons.
import {
  makeBaseline,
  checkHistory,
  checkSettings,
  type Baseline,
  type BaselineSettings,
} from "./baseline.ts";

/**
 * Fits the intervals of the naive forecast; `period` and `lags` are not read. Throws for a history of fewer than
 * `horizon` + 1 values, which leaves no residual at the last step, and for settings out of range.
 */
export function fitNaive(history: ArrayLike<number>, settings: BaselineSettings): Baseline {
  checkSettings("naive", settings);
  checkHistory("naive", history, settings.horizon + 1, "fitting");
  const method = {
    name: "naive",
    reads: 1,
    predict: (values: ArrayLike<number>, end: number) => values[end - 1]!,
  };
  return makeBaseline(method, history, settings);
}
