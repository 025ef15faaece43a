// The linear path of a forecaster, which the network adds to: forecasts that are weighted sums of the last values, on values
// and on logarithms.
import { effectAt } from "./effects.ts";
import { applyMap, standIn } from "./linear-map.ts";

/** Plain data, as a model file has it. */
export interface LinearPath {
  /** Maps of values and of logarithms, whose forecasts are mixed by shares that sum to 1. */
  readonly maps: readonly ScaledMap[];
  /** [horizon] deviations of its errors at rolling origins; of logarithms where the network learns those. */
  readonly deviations: readonly number[];
  /** Steps of a season, or 1: a history that is shorter than what the maps read is taken to have been so before, too. */
  readonly season: number;
}

/** Mean and deviation of numbers. */
export interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

/** A map of u = (v - mean) / deviation, where v is a value or its logarithm. */
export interface ScaledMap extends Scale {
  readonly log: boolean;
  readonly share: number;
  readonly reads: number;
  /** [horizon × reads] the last value first. */
  readonly weights: readonly number[];
  /** [horizon] */
  readonly constants: readonly number[];
  /** [columns] what columns that are known ahead add to u; the map is of what is left. Absent without such columns. */
  readonly effects?: readonly number[];
}

/** The scales of a series' values and, where all are above 0, of their logarithms. */
export interface SeriesScale {
  readonly values: Scale;
  readonly logs?: Scale;
}

/** A path of series on the scales 0 and 1 as one of a series on its own. */
export function pathInUnits(path: LinearPath, scale: SeriesScale, isLog: boolean): LinearPath {
  const own = isLog ? (scale.logs as Scale) : scale.values;
  return {
    ...path,
    maps: path.maps.flatMap((map) => {
      const of = map.log ? scale.logs : scale.values;
      return of ? [{ ...map, ...of }] : [];
    }),
    deviations: path.deviations.map((deviation) => deviation * own.deviation),
  };
}

/**
 * Forecasts [horizon] of the steps after the first `end` of values, in their units; `known` are the columns that are known
 * ahead, on their own scale. Maps of logarithms do not count where a value that they read is not above 0.
 */
export function forecastPath(
  { maps, season }: LinearPath,
  values: ArrayLike<number>,
  end: number,
  known: readonly ArrayLike<number>[] = [],
): Float64Array {
  const usable = maps.filter(({ log, reads }) => !log || isPositive(values, Math.max(0, end - reads), end));
  const chosen = usable.length === 0 ? maps : usable;
  const total = chosen.reduce((sum, { share }) => sum + share, 0);
  const forecasts = chosen.map((map) => forecastMap(map, values, end, season, known));
  return forecasts[0]!.map((_, k) =>
    chosen.reduce((sum, { share }, m) => sum + (share / total) * forecasts[m]![k]!, 0),
  );
}

/** The values that a forecast reads. */
export function pathReads({ maps }: LinearPath): number {
  return Math.max(...maps.map(({ reads }) => reads));
}

/** A value as the errors see it. A forecast of what is positive may not be so itself; it counts as very small. */
export function onScale(value: number, isLog: boolean): number {
  return isLog ? Math.log(Math.max(value, Number.MIN_VALUE)) : value;
}

/** A number of the scale 0 and 1 as a value. */
export function backTo(u: number, { mean, deviation }: Scale, isLog: boolean): number {
  const value = u * deviation + mean;
  return isLog ? Math.exp(value) : value;
}

export function isPositive(values: ArrayLike<number>, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (!(values[i]! > 0)) return false;
  return true;
}

function forecastMap(
  map: ScaledMap,
  values: ArrayLike<number>,
  end: number,
  season: number,
  known: readonly ArrayLike<number>[],
): Float64Array {
  const { log, mean, deviation, reads, effects } = map;
  const effect = (t: number): number => (effects ? effectAt(known, effects, t) : 0);
  const window = Float64Array.from({ length: reads }, (_, i) => {
    const at = standIn(end - reads + i, season, end);
    const value = values[at]!;
    return ((log ? Math.log(value) : value) - mean) / deviation - effect(at);
  });
  return applyMap(map, window, reads).map((u, k) => backTo(u + effect(end + k), map, log));
}
