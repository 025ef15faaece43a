// The baselines that every score of forecasts stands beside.
import type { Baseline, BaselineSettings } from "./baseline.ts";
import { grouped } from "../shared/words.ts";
import { defaultLags, fitLinear, linearHistory } from "./linear.ts";
import { fitNaive } from "./naive.ts";
import { fitSeasonalDrift, fitSeasonalNaive } from "./seasonal-naive.ts";
import { fitTheta, thetaHistory } from "./theta.ts";

/** By name: `naive`, `seasonal naive`, `seasonal naive with drift`, `linear` and `theta`. */
export type Baselines = Readonly<Record<string, Baseline>>;

export interface BaselinesSettings {
  readonly horizon: number;
  /** Steps of a season. */
  readonly period: number;
  readonly levels: readonly number[];
}

interface Kind {
  readonly name: string;
  /** The values that a fit needs. */
  readonly learns: (settings: Omit<BaselinesSettings, "levels">) => number;
  /** The values that a forecast reads. */
  readonly reads: (settings: Omit<BaselinesSettings, "levels">) => number;
  readonly fit: (history: ArrayLike<number>, settings: BaselineSettings) => Baseline;
}

const kinds: readonly Kind[] = [
  { name: "naive", learns: ({ horizon }) => horizon + 1, reads: () => 1, fit: fitNaive },
  { name: "seasonal naive", learns: baselineHistory, reads: ({ period }) => period, fit: fitSeasonalNaive },
  {
    name: "seasonal naive with drift",
    learns: baselineHistory,
    reads: ({ period }) => period,
    fit: fitSeasonalDrift,
  },
  {
    name: "linear",
    learns: linearHistory,
    reads: ({ horizon, period }) => defaultLags(horizon, period),
    fit: fitLinear,
  },
  { name: "theta", learns: thetaHistory, reads: () => 1, fit: fitTheta },
];

/**
 * Fits the baselines to a history, for forecasts of which each has `before` values or more before it. Those that need more
 * are left out; `notes` say which, a sentence each.
 */
export function fitBaselines(
  history: ArrayLike<number>,
  before: number,
  settings: BaselinesSettings,
): { readonly baselines: Baselines; readonly notes: readonly string[] } {
  const baselines: Record<string, Baseline> = {};
  const notes: string[] = [];
  for (const { name, learns, reads, fit } of kinds) {
    const missing = [
      [learns(settings), history.length, "to fit"],
      [reads(settings), before, "before a forecast"],
    ] as const;
    const short = missing.find(([needed, has]) => has < needed);
    if (!short) baselines[name] = fit(history, settings);
    else
      notes.push(
        `the ${name} baseline is left out: it needs ${grouped(short[0])} steps ${short[2]}, and there are ${grouped(short[1])}`,
      );
  }
  return { baselines, notes };
}

/** The values that the naive baselines need for a fit. */
export function baselineHistory({ horizon, period }: Omit<BaselinesSettings, "levels">): number {
  return period + horizon;
}
