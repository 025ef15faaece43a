// The theta method, the best of the simple ones in the M3 competition: exponential smoothing of the values without their
// seasons, and half of their trend (Assimakopoulos & Nikolopoulos 2000; in this form Hyndman & Billah 2003, both in the
// International Journal of Forecasting, 16(4) and 19(2)).
import {
  makeBaseline,
  checkHistory,
  checkSettings,
  type Baseline,
  type BaselineSettings,
} from "./baseline.ts";
import { momentsOfNumbers, slopeOf } from "../shared/moments.ts";
import { minimise } from "./path/minimise.ts";
import { confirmedSeasons } from "./path/seasons.ts";

/** The values that a fit needs. */
export function thetaHistory({ horizon }: Pick<BaselineSettings, "horizon">): number {
  return Math.max(4, horizon + 1);
}

/**
 * Fits smoothing, trend and, where the autocorrelation at `period` confirms them, seasons: factors where all values are above
 * 0, else differences. `lags` is not read. Throws for a history shorter than `thetaHistory`, and for settings out of range.
 */
export function fitTheta(history: ArrayLike<number>, settings: BaselineSettings): Baseline {
  const name = "theta";
  checkSettings(name, settings);
  checkHistory(name, history, thetaHistory(settings), "fitting");
  const values = Float64Array.from(history);
  const { period = 1 } = settings;
  const isSeasonal = period > 1 && confirmedSeasons([values], [period]).length > 0;
  const isFactor = values.every((value) => value > 0);
  const season = isSeasonal ? seasonOf(values, period, isFactor) : undefined;
  const without = (value: number, t: number): number =>
    season === undefined ? value : isFactor ? value / season[t % period]! : value - season[t % period]!;
  const within = (value: number, t: number): number =>
    season === undefined ? value : isFactor ? value * season[t % period]! : value + season[t % period]!;
  const adjusted = values.map(without);
  const { rate, first } = fitSmoothing(adjusted);
  const drift = slopeOf(adjusted) / 2;
  // The levels after each value, of the history that was asked about last.
  let known: { readonly of: ArrayLike<number>; readonly levels: Float64Array } | undefined;
  const levelsOf = (of: ArrayLike<number>): Float64Array => {
    if (known?.of !== of) known = { of, levels: smooth(Float64Array.from(of, without), rate, first) };
    return known.levels;
  };
  const predict = (of: ArrayLike<number>, end: number, step: number): number => {
    const lead = step - 1 + (1 - (1 - rate) ** end) / rate;
    return within(levelsOf(of)[end - 1]! + drift * lead, end + step - 1);
  };
  return makeBaseline({ name, reads: 1, predict }, history, settings);
}

/** The rate and the first level with the least squared errors one step ahead. */
function fitSmoothing(values: Float64Array): { readonly rate: number; readonly first: number } {
  const { deviation } = momentsOfNumbers(values);
  const read = ([at = 0, from = 0]: readonly number[]): {
    readonly rate: number;
    readonly first: number;
  } => ({
    rate: 1e-4 + 0.9998 / (1 + Math.exp(-at)),
    first: values[0]! + from * deviation,
  });
  const errorOf = (at: readonly number[]): number => {
    const { rate, first } = read(at);
    let [level, error] = [first, 0];
    for (const value of values) {
      error += ((value - level) / deviation) ** 2;
      level += rate * (value - level);
    }
    return error;
  };
  const starts = [
    [-2, 0],
    [2, 0],
  ];
  const found = starts.map((start) => minimise(errorOf, start, 100)).sort((a, b) => a.value - b.value);
  return read(found[0]!.at);
}

function smooth(values: Float64Array, rate: number, first: number): Float64Array {
  let level = first;
  return values.map((value) => (level += rate * (value - level)));
}

/** Classical seasons, [period]: means of what is left of a moving average of a whole season; they average to 1, or to 0. */
function seasonOf(values: Float64Array, period: number, isFactor: boolean): Float64Array {
  const half = Math.floor(period / 2);
  const sums = new Float64Array(period);
  const counts = new Float64Array(period);
  for (let t = half; t < values.length - half; t++) {
    let level = 0;
    for (let i = -half; i <= half; i++) {
      // An even season has its two ends half each.
      const weight = period % 2 === 0 && Math.abs(i) === half ? 0.5 : 1;
      level += (weight * values[t + i]!) / period;
    }
    sums[t % period]! += isFactor ? values[t]! / level : values[t]! - level;
    counts[t % period]! += 1;
  }
  const means = sums.map((sum, i) => sum / counts[i]!);
  const mean = means.reduce((sum, value) => sum + value, 0) / period;
  return means.map((value) => (isFactor ? value / mean : value - mean));
}
