// The linear path of a forecaster, which the network adds to: a mixture of simple methods, weighed by their errors at rolling
// origins, on values and on logarithms.
import { momentsOfNumbers, largest, roundingShare } from "../../shared/moments.ts";
import { empiricalQuantiles } from "../empirical-quantiles.ts";
import type { Anchor } from "./anchors.ts";
import { candidatesOf } from "./candidates.ts";
import { applyMap, type LinearMap } from "./linear-map.ts";
import { power, rollCandidates, type Rolled } from "./rolling.ts";

/** Plain data, as a model file has it. */
export interface LinearPath {
  /** Maps of values and of logarithms, whose forecasts are mixed by shares that sum to 1. */
  readonly maps: readonly ScaledMap[];
  /** [horizon] deviations of its errors at rolling origins; of logarithms where the network learns those. */
  readonly deviations: readonly number[];
  /** Steps of a season, or 1: a history that is shorter than what the maps read is taken to have been so before, too. */
  readonly season: number;
}

/** A map of u = (v - mean) / deviation, where v is a value or its logarithm. */
export interface ScaledMap {
  readonly log: boolean;
  readonly share: number;
  readonly mean: number;
  readonly deviation: number;
  readonly reads: number;
  /** [horizon × reads] the last value first. */
  readonly weights: readonly number[];
  /** [horizon] */
  readonly constants: readonly number[];
}

export interface PathSettings {
  readonly horizon: number;
  readonly seasons: readonly number[];
  /** The most values that it may read. */
  readonly context: number;
  /** Whether to take logarithms; undefined chooses. */
  readonly log: boolean | undefined;
  /** Steps of the differences that it is about, 0 for none; undefined chooses. */
  readonly lag: number | undefined;
}

/** A path, and what was found on the way. */
export interface FittedPath {
  readonly path: LinearPath;
  /** Whether errors are of logarithms. */
  readonly log: boolean;
  /** The lag of the differences that most of it is about. */
  readonly lag: number;
  /** [origins × horizon] errors at rolling origins in units of the deviations. */
  readonly errors: readonly number[];
  /** What it is mixed from, the largest share first. */
  readonly methods: readonly { readonly name: string; readonly share: number }[];
  /** Origins of the errors. */
  readonly origins: number;
}

/** Fits a path to values, one or more. Values of which there are too few for any method are forecast by the last one. */
export function fitLinearPath(values: Float64Array, settings: PathSettings): FittedPath {
  const { horizon, log } = settings;
  const domains =
    log === undefined ? (isPositive(values, 0, values.length) ? [false, true] : [false]) : [log];
  const rolled = domains.flatMap((isLog) => rollDomain(values, isLog, settings) ?? []);
  if (rolled.length === 0) return naivePath(values, settings);
  const least = Math.min(...rolled.map(({ error }) => error));
  const weights = rolled.map(({ error }) => (error === 0 ? 1 : (least / error) ** power));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => weight / total);
  const isLog = rolled.reduce((sum, { isLog: isOne }, i) => sum + (isOne ? shares[i]! : 0), 0) > 0.5;
  const maps = rolled.map(({ map: { log: isOne, ...map } }, i) => ({
    log: isOne,
    share: shares[i]!,
    ...map,
  }));
  const { origins } = rolled[0]!.rolled;
  const errors = origins.map((origin, o) =>
    Array.from({ length: horizon }, (_, k) => {
      const forecast = rolled.reduce((sum, { backAt }, i) => sum + shares[i]! * backAt(o, k), 0);
      return onScale(values[origin + k]!, isLog) - onScale(forecast, isLog);
    }),
  );
  const size = largest(isLog ? values.map((value) => Math.log(value)) : values);
  const deviations = deviationsOf(errors, size);
  const methods = rolled.flatMap(({ rolled: { shares: inside }, isLog: isOne }, i) =>
    inside.map(({ candidate, share }) => ({ candidate, isOne, share: share * shares[i]! })),
  );
  return {
    path: { maps, deviations, season: settings.seasons[0] ?? 1 },
    log: isLog,
    lag: settings.lag ?? mostly(methods.map(({ candidate, share }) => [candidate.lag, share])),
    errors: errors.flatMap((row) => row.map((error, k) => error / deviations[k]!)),
    methods: [...summed(methods.map(({ candidate, share }) => [candidate.family, share]))]
      .map(([name, share]) => ({ name, share }))
      .sort((a, b) => b.share - a.share),
    origins: origins.length,
  };
}

/**
 * Forecasts [horizon] of the steps after the first `end` of values, in their units. Maps of logarithms do not count where a
 * value that they read is not above 0.
 */
export function forecastPath(
  { maps, season }: LinearPath,
  values: ArrayLike<number>,
  end: number,
): Float64Array {
  const usable = maps.filter(({ log, reads }) => !log || isPositive(values, Math.max(0, end - reads), end));
  const chosen = usable.length === 0 ? maps : usable;
  const total = chosen.reduce((sum, { share }) => sum + share, 0);
  const forecasts = chosen.map((map) => forecastMap(map, values, end, season));
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

function isPositive(values: ArrayLike<number>, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (!(values[i]! > 0)) return false;
  return true;
}

function forecastMap(map: ScaledMap, values: ArrayLike<number>, end: number, season: number): Float64Array {
  const { log, mean, deviation, reads } = map;
  const window = Float64Array.from({ length: reads }, (_, i) => {
    const at = end - reads + i;
    const value = values[at < 0 ? at + season * Math.ceil(-at / season) : at]!;
    return ((log ? Math.log(value) : value) - mean) / deviation;
  });
  return applyMap(map, window, reads).map((u) => backTo(u, map));
}

function backTo(u: number, { log, mean, deviation }: Pick<ScaledMap, "log" | "mean" | "deviation">): number {
  const value = u * deviation + mean;
  return log ? Math.exp(value) : value;
}

interface RolledDomain {
  readonly isLog: boolean;
  readonly rolled: Rolled;
  readonly map: Omit<ScaledMap, "share">;
  /** The mean absolute error at the rolling origins, in the values' units. */
  readonly error: number;
  /** The mixture's forecast from an origin, by number, in the values' units. */
  backAt(origin: number, step: number): number;
}

/** The part of the values before the first cut, but at least what seasons need. */
const firstShare = 0.5;

function rollDomain(values: Float64Array, isLog: boolean, settings: PathSettings): RolledDomain | undefined {
  const { horizon, seasons, context, lag } = settings;
  const raw = isLog ? values.map((value) => Math.log(value)) : values;
  const { mean, deviation } = momentsOfNumbers(raw);
  const u = raw.map((value) => (value - mean) / deviation);
  const back = (value: number): number => backTo(value, { log: isLog, mean, deviation });
  const { length } = u;
  const season = seasons[0] ?? 1;
  const firstCut = Math.max(
    Math.floor(firstShare * length),
    Math.min(length - horizon - 2, 2 * season + horizon + 3),
  );
  const errorOf = (forecast: Float64Array, origin: number): number =>
    forecast.reduce((sum, f, k) => sum + Math.abs(values[origin + k]! - back(f)) / horizon, 0);
  const anchors = lag === undefined ? undefined : [anchorOf(lag)];
  const candidates = candidatesOf({ horizon, seasons, context, anchors });
  const rolled = rollCandidates(candidates, u, horizon, errorOf, firstCut);
  if (rolled === undefined) return undefined;
  const { origins, forecasts, map } = rolled;
  return {
    isLog,
    rolled,
    map: { log: isLog, mean, deviation, ...plain(map) },
    error: forecasts.reduce((sum, forecast, o) => sum + errorOf(forecast, origins[o]!), 0) / origins.length,
    backAt: (o, k) => back(forecasts[o]![k]!),
  };
}

function anchorOf(lag: number): Anchor {
  return lag === 0
    ? { kind: "none", season: 1 }
    : lag === 1
      ? { kind: "last", season: 1 }
      : { kind: "season", season: lag };
}

function plain({ reads, weights, constants }: LinearMap): Pick<ScaledMap, "reads" | "weights" | "constants"> {
  return { reads, weights: [...weights], constants: [...constants] };
}

/** The last value repeated, with the errors of that so far; of one value with none. */
function naivePath(values: Float64Array, { horizon, log, lag }: PathSettings): FittedPath {
  const isLog = log === true;
  const origins = Array.from({ length: Math.max(0, values.length - horizon) }, (_, i) => i + 1);
  const errors = origins.map((origin) =>
    Array.from(
      { length: horizon },
      (_, k) => onScale(values[origin + k]!, isLog) - onScale(values[origin - 1]!, isLog),
    ),
  );
  const deviations = deviationsOf(errors, largest(values));
  const map = {
    log: false,
    share: 1,
    mean: 0,
    deviation: 1,
    reads: 1,
    weights: Array.from({ length: horizon }, () => 1),
    constants: Array.from({ length: horizon }, () => 0),
  };
  return {
    path: { maps: [map], deviations, season: 1 },
    log: isLog,
    lag: lag ?? 1,
    errors: errors.flatMap((row) => row.map((error, k) => error / deviations[k]!)),
    methods: [{ name: "naive", share: 1 }],
    origins: origins.length,
  };
}

/** Origins at which a step's own errors count as much as what the other steps say of it. */
const enoughOrigins = 30;

/**
 * Root mean squares by step, [horizon]. Few errors say little, so they lean on squares that grow evenly with the step. 1 for
 * rounding errors of values of this size.
 */
function deviationsOf(errors: readonly (readonly number[])[], size: number): number[] {
  const horizon = errors[0]?.length ?? 1;
  const squares = Array.from({ length: horizon }, (_, k) => {
    return errors.reduce((sum, row) => sum + row[k]! ** 2, 0) / Math.max(1, errors.length);
  });
  const middle = (horizon - 1) / 2;
  const mean = squares.reduce((sum, square) => sum + square, 0) / horizon;
  let [along, across] = [0, 0];
  squares.forEach((square, k) => {
    along += (k - middle) * (square - mean);
    across += (k - middle) ** 2;
  });
  const slope = across === 0 ? 0 : Math.max(0, along / across);
  const own = errors.length / (errors.length + enoughOrigins);
  return squares.map((square, k) => {
    const even = Math.max(mean + slope * (k - middle), 0.1 * mean);
    const deviation = Math.sqrt(own * square + (1 - own) * even);
    return deviation > roundingShare * size ? deviation : 1;
  });
}

/**
 * The quantiles of errors at levels, 0 where there are no errors; but 0 for the median: a path that was too low so far is
 * about as often too high later.
 */
export function offsetsOf(errors: readonly number[], levels: readonly number[]): number[] {
  if (errors.length === 0) return levels.map(() => 0);
  const quantiles = empiricalQuantiles(errors, levels);
  return levels.map((level, q) => (level === 0.5 ? 0 : quantiles[q]!));
}

function summed<K>(pairs: readonly (readonly [K, number])[]): Map<K, number> {
  const sums = new Map<K, number>();
  for (const [key, share] of pairs) sums.set(key, (sums.get(key) ?? 0) + share);
  return sums;
}

/** The key with the largest sum. */
function mostly(pairs: readonly (readonly [number, number])[]): number {
  return [...summed(pairs)].reduce((best, pair) => (pair[1] > best[1] ? pair : best))[0];
}
