// The baselines that every score of forecasts stands beside.
import type { Baseline } from "./baseline.ts";
import { fitLinear, linearHistory } from "./linear.ts";
import { fitNaive } from "./naive.ts";
import { fitSeasonalNaive } from "./seasonal-naive.ts";

/** By name: `naive`, `seasonal naive` and `linear`. */
export type Baselines = Readonly<Record<string, Baseline>>;

export interface BaselinesSettings {
  readonly horizon: number;
  /** Steps of a season. */
  readonly period: number;
  readonly levels: readonly number[];
}

/** Fits the baselines to a history; without the linear one where the history is too short for it. */
export function fitBaselines(history: ArrayLike<number>, settings: BaselinesSettings): Baselines {
  return {
    naive: fitNaive(history, settings),
    "seasonal naive": fitSeasonalNaive(history, settings),
    ...(history.length >= linearHistory(settings) && { linear: fitLinear(history, settings) }),
  };
}

/** The values that the naive baselines need for a fit. */
export function baselineHistory({ horizon, period }: Omit<BaselinesSettings, "levels">): number {
  return period + horizon;
}
