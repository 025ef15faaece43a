// What every baseline is: fitted to a history once, it forecasts from that or any later one, with the errors it made
// while fitting as its intervals. Knows no method.

export interface BaselineSettings {
  /** Steps ahead; 1 or more. */
  readonly horizon: number;
  /** Steps of a season, as 12 of months. */
  readonly period?: number;
  /** Last values that a regression reads. */
  readonly lags?: number;
  /** Of the quantiles, each between 0 and 1; none for none. */
  readonly levels: readonly number[];
}

export interface Forecast {
  /** [horizon] the point forecast, in the units of the history. */
  readonly mean: Float64Array;
  /**
   * [levels][horizon]: `mean` plus the quantile of the residuals while fitting, at each step ahead its own. They never
   * cross. Residuals of what was fitted to are smaller than those to come, so intervals err to the narrow side.
   */
  readonly quantiles: readonly Float64Array[];
}

/** Forecasts what follows on `history`, in the units of the one it was fitted to. Throws where that is too short. */
export type Forecaster = (history: ArrayLike<number>) => Forecast;

/** How a method forecasts at one step ahead, for `makeForecaster`. */
export interface Method {
  readonly name: string;
  /** Values that a forecast reads. */
  readonly reads: number;
  /** The forecast of the value `step` (1 or more) steps after the first `end` of `values`. */
  readonly predict: (values: ArrayLike<number>, end: number, step: number) => number;
}

/** Takes the residuals of `method` at all steps ahead over all of `history`, and adds their quantiles to forecasts. */
export function makeForecaster(
  method: Method,
  history: ArrayLike<number>,
  { horizon, levels }: BaselineSettings,
): Forecaster {
  const steps = Array.from({ length: horizon }, (_, k) => k + 1);
  const spread = steps.map((step) => {
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
    return { mean, quantiles: levels.map((_, l) => mean.map((value, k) => value + spread[k]![l]!)) };
  };
}

/** Throws at settings out of range, naming the method. */
export function checkSettings(name: string, { horizon, period, lags, levels }: BaselineSettings): void {
  for (const [setting, value] of Object.entries({ horizon, period, lags }))
    if (value !== undefined && (!Number.isInteger(value) || value < 1))
      throw new Error(`${name}: ${setting} must be a whole number, 1 or more, not ${value}`);
  for (const level of levels)
    if (!(level > 0 && level < 1))
      throw new Error(`${name}: a level must be between 0 and 1, not ${level}; write a tenth as 0.1`);
}

/** Throws at a history shorter than `least`, and at one with a number that is not finite. */
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

/** Linear between order statistics, numpy's default (type 7 of Hyndman & Fan 1996, The American Statistician 50(4)). */
function quantileOfSorted(sorted: Float64Array, level: number): number {
  const at = level * (sorted.length - 1);
  const below = Math.floor(at);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (at - below) * (high - low);
}
