// Exponential smoothing with additive seasons and, if wanted, a damped trend (Holt 1957, Winters 1960; Gardner & McKenzie
// 1985, Management Science 31(10)). From a fixed number of values it is linear in them, so it is a linear map.
import { emptyMap, type LinearMap } from "./linear-map.ts";
import { minimise } from "./minimise.ts";

export interface SmoothingSettings {
  /** Steps of a season; 1 for none. */
  readonly season: number;
  readonly hasTrend: boolean;
  readonly horizon: number;
}

interface Rates {
  readonly level: number;
  readonly trend: number;
  readonly season: number;
  /** What is left of the trend after each step. */
  readonly damping: number;
}

interface State {
  level: number;
  trend: number;
  /** [season] by step of the season. */
  readonly seasons: Float64Array;
}

/** Seasons, or steps without any, from which a forecast is made. */
const windowSeasons = 5;
const windowSteps = 30;
/** Seasons of the beginning that the first state is taken from. */
const firstSeasons = 5;

/**
 * The rates that forecast all series together best one step ahead, as a map from the last seasons. Undefined where those of
 * the usual length have fewer than two seasons to read.
 */
export function fitSmoothing(
  series: readonly Float64Array[],
  settings: SmoothingSettings,
): LinearMap | undefined {
  const { season, hasTrend, horizon } = settings;
  const least = Math.max(2 * season, 6);
  const long = series.filter(({ length }) => length >= least);
  const usual = median(long.map(({ length }) => length)) ?? 0;
  const reads = Math.min(season > 1 ? windowSeasons * season : windowSteps, Math.floor(0.7 * usual));
  if (reads < least) return undefined;
  const errorOf = (at: readonly number[]): number => {
    const rates = ratesOf(at, season, hasTrend);
    const error = long.reduce((sum, values) => sum + walk(values, season, rates).error, 0);
    return Number.isFinite(error) ? error : Infinity;
  };
  // From a slow, a middling and a fast level.
  const starts = [
    [0, -2, -2, 1],
    [-2, -3, -1, 1],
    [2, -2, -3, 0],
  ];
  const found = starts.map((start) => minimise(errorOf, start, 80)).sort((a, b) => a.value - b.value);
  const rates = ratesOf(found[0]!.at, season, hasTrend);
  const map = emptyMap(horizon, reads);
  const impulse = new Float64Array(reads);
  for (let lag = 0; lag < reads; lag++) {
    impulse[reads - 1 - lag] = 1;
    const { state } = walk(impulse, season, rates);
    impulse[reads - 1 - lag] = 0;
    let [damping, slope] = [1, 0];
    for (let k = 0; k < horizon; k++) {
      damping *= rates.damping;
      slope += damping * state.trend;
      map.weights[k * reads + lag] = state.level + slope + state.seasons[(reads + k) % season]!;
    }
  }
  return map;
}

/** The middle of numbers, the upper of two; undefined of none. */
function median(numbers: readonly number[]): number | undefined {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** Rates between their bounds from numbers without any. */
function ratesOf(
  [level = 0, trend = 0, season = 0, damping = 0]: readonly number[],
  steps: number,
  hasTrend: boolean,
): Rates {
  const share = (value: number): number => 1 / (1 + Math.exp(-value));
  const rate = 1e-4 + 0.9998 * share(level);
  return {
    level: rate,
    trend: hasTrend ? rate * share(trend) : 0,
    season: steps > 1 ? (1 - rate) * share(season) : 0,
    damping: hasTrend ? 0.8 + 0.18 * share(damping) : 0,
  };
}

/** The sum of squared errors one step ahead, and the state after the last value. */
function walk(
  values: Float64Array,
  season: number,
  rates: Rates,
): { readonly error: number; readonly state: State } {
  const state = firstState(values, season, rates.damping > 0);
  let error = 0;
  values.forEach((value, t) => {
    const at = t % season;
    const trend = rates.damping * state.trend;
    const missed = value - state.level - trend - state.seasons[at]!;
    error += missed * missed;
    state.level += trend + rates.level * missed;
    state.trend = trend + rates.trend * missed;
    if (season > 1) state.seasons[at]! += rates.season * missed;
  });
  return { error, state };
}

/** The level, the slope and the seasons of the first values, linear in them. */
function firstState(values: Float64Array, season: number, hasTrend: boolean): State {
  const cycles = season > 1 ? Math.min(Math.floor(values.length / season), firstSeasons) : 1;
  const count = season > 1 ? cycles * season : Math.min(10, values.length);
  const mean = values.subarray(0, count).reduce((sum, value) => sum + value, 0) / count;
  const middle = (count - 1) / 2;
  let [along, across] = [0, 0];
  for (let i = 0; i < count; i++) {
    along += (i - middle) * (values[i]! - mean);
    across += (i - middle) ** 2;
  }
  // Seasons lean a straight line, so the slope is that between the first and the last season.
  const slope = season > 1 ? seasonalSlope(values, season, cycles) : along / across;
  const seasons = new Float64Array(season);
  if (season > 1)
    for (let i = 0; i < count; i++)
      seasons[i % season]! += (values[i]! - mean - slope * (i - middle)) / cycles;
  return { level: mean - slope * (middle + 1), trend: hasTrend ? slope : 0, seasons };
}

function seasonalSlope(values: Float64Array, season: number, cycles: number): number {
  if (cycles < 2) return 0;
  let change = 0;
  for (let i = 0; i < season; i++) change += (values[(cycles - 1) * season + i]! - values[i]!) / season;
  return change / ((cycles - 1) * season);
}
