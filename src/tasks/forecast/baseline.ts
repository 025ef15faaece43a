// The frame of all baselines: fitted to a history once, they forecast from it or a later one, with intervals from their
// residuals on the history they were fitted to.

/** Settings of the baselines of forecasts. */
export interface BaselineSettings {
  /** Steps ahead; 1 or more. */
  readonly horizon: number;
  /** Steps of a season: 12 for months. */
  readonly period?: number;
  /** Number of last values that a regression reads. */
  readonly lags?: number;
  /** Levels of the quantiles, each between 0 and 1; may be empty. */
  readonly levels: readonly number[];
}

/** A baseline's forecast of one series. */
export interface PointForecast {
  /** The point forecast in the units of the history, [horizon]. */
  readonly mean: Float64Array;
  /**
   * [levels][horizon]: `mean` plus the residuals' quantile at that step ahead. They never cross. Residuals on the history
   * of the fit are smaller than future ones, so intervals tend to be too narrow.
   */
  readonly quantiles: readonly Float64Array[];
}

/** Forecasts the steps after `history`, in its units. Throws for a history that is too short. */
export type Baseline = (history: ArrayLike<number>) => PointForecast;

/** A method that forecasts one step ahead at a time, for `makeBaseline`. */
export interface Method {
  readonly name: string;
  /** Number of values that a forecast reads. */
  readonly reads: number;
  /** The forecast `step` steps (1 or more) after the first `end` of `values`. */
  readonly predict: (values: ArrayLike<number>, end: number, step: number) => number;
}

/** A baseline by a method, with the quantiles of its residuals at each step ahead over all of `history`. */
export function makeBaseline(
  method: Method,
  history: ArrayLike<number>,
  { horizon, levels }: BaselineSettings,
): Baseline {
  const steps = Array.from({ length: horizon }, (_, k) => k + 1);
  const residualQuantiles = steps.map((step) => {
    const ends = history.length - step - method.reads + 1;
    const residuals = Float64Array.from({ length: ends }, (_, i) => {
      const end = method.reads + i;
      return history[end + step - 1]! - method.predict(history, end, step);
    }).sort();
    return levels.map((level) => quantileOfSorted(residuals, level));
  });
  return (later) => {
    checkHistory(method.name, later, method.reads, "forecasting");
    const mean = Float64Array.from(steps, (step) => method.predict(later, later.length, step));
    return {
      mean,
      quantiles: levels.map((_, l) => mean.map((value, k) => value + residualQuantiles[k]![l]!)),
    };
  };
}

/** Throws for settings out of range, naming the method. */
export function checkSettings(name: string, { horizon, period, lags, levels }: BaselineSettings): void {
  for (const [setting, value] of Object.entries({ horizon, period, lags }))
    if (value !== undefined && (!Number.isInteger(value) || value < 1))
      throw new Error(`${name}: ${setting} must be a whole number, 1 or more, not ${value}`);
  for (const level of levels)
    if (!(level > 0 && level < 1))
      throw new Error(`${name}: a level must be between 0 and 1, not ${level}; write a tenth as 0.1`);
}

/** Throws for a history shorter than `least`, and for one with a number that is not finite. */
export function checkHistory(
  name: string,
  history: ArrayLike<number>,
  least: number,
  purpose: "fitting" | "forecasting",
): void {
  if (history.length < least)
    throw new Error(
      `${name}: ${purpose} needs a history of ${least} values or more, not ${history.length}; give more of the series` +
        (purpose === "fitting" ? " or a shorter horizon, period or lags" : ""),
    );
  for (let i = 0; i < history.length; i++)
    if (!Number.isFinite(history[i]))
      throw new Error(`${name}: history[${i}] must be a finite number, not ${history[i]}; fill it first`);
}

/** Linear between order statistics, as numpy's default (type 7 of Hyndman & Fan 1996, The American Statistician 50(4)). */
function quantileOfSorted(sorted: Float64Array, level: number): number {
  const at = level * (sorted.length - 1);
  const below = Math.floor(at);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (at - below) * (high - low);
}
