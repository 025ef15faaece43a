// Fits the linear path of one series or of several together: a mixture of simple methods, weighed by their errors at rolling
// origins, on values and on logarithms, without and with the effects of columns that are known ahead.
import { largest, momentsOfNumbers, roundingShare, slopeOf } from "../../shared/moments.ts";
import { empiricalQuantiles } from "../empirical-quantiles.ts";
import type { Anchor } from "./anchors.ts";
import { candidatesOf } from "./candidates.ts";
import { effectAt, fitEffects, withoutEffects, type EffectsKind } from "./effects.ts";
import {
  backTo,
  isPositive,
  onScale,
  pathInUnits,
  type LinearPath,
  type Scale,
  type ScaledMap,
  type SeriesScale,
} from "./linear-path.ts";
import { power, rollCandidates, type Rolled, type RolledOrigin, type SeenSeries } from "./rolling.ts";

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

/** A series to fit to. */
export interface PathSeries {
  /** [steps] one or more. */
  readonly values: Float64Array;
  /** Columns that are known ahead, on their own scale. */
  readonly known: readonly Float64Array[];
}

/** A path, and what was found on the way. */
export interface FittedPath {
  /** Of series on the scales 0 and 1. */
  readonly path: LinearPath;
  /** The scales of the series. */
  readonly scales: readonly SeriesScale[];
  /** Whether errors are of logarithms. */
  readonly log: boolean;
  /** The lag of the differences that most of it is about. */
  readonly lag: number;
  /** [origins × horizon] errors at rolling origins in units of the deviations. */
  readonly errors: readonly number[];
  /** What it is mixed from, the largest share first. */
  readonly methods: readonly { readonly name: string; readonly share: number }[];
  /** The share of methods that take off the effects of columns known ahead. */
  readonly effectsShare: number;
  /** Origins of the errors. */
  readonly origins: number;
}

/** The path of one series, in its units. */
export function fitLinearPath(
  values: Float64Array,
  settings: PathSettings,
): Omit<FittedPath, "scales" | "effectsShare"> {
  const { scales, path, ...found } = fitPaths([{ values, known: [] }], settings);
  return { ...found, path: pathInUnits(path, scales[0]!, found.log) };
}

/** Fits a path to series. Those of which there are too few values for any method are forecast by the last one. */
export function fitPaths(series: readonly PathSeries[], settings: PathSettings): FittedPath {
  const { log, lag } = settings;
  const mayLog = series.every(({ values }) => isPositive(values, 0, values.length));
  const scales = series.map(({ values }) => scaleOf(values, mayLog));
  const domains = domainsOf(series, log === undefined ? (mayLog ? [false, true] : [false]) : [log]);
  const rolled = domains.flatMap((domain) => rollDomain(series, scales, domain, settings) ?? []);
  if (rolled.length === 0) return naivePath(series, scales, settings);
  const least = Math.min(...rolled.map(({ found: { error } }) => error));
  const weights = rolled.map(({ found: { error } }) => (error === 0 ? 1 : (least / error) ** power));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => weight / total);
  const shareOf = (isMeant: (domain: Domain) => boolean): number =>
    rolled.reduce((sum, { domain }, i) => sum + (isMeant(domain) ? shares[i]! : 0), 0);
  const isLog = shareOf((domain) => domain.log) > 0.5;
  const { origins } = rolled[0]!.found;
  const errors = origins.map((at, o) => {
    const forecast = mixed(
      rolled.map(({ found }) => found.forecasts[o]!),
      shares,
    );
    return errorsAt(series, scales, isLog, at, forecast);
  });
  const deviations = deviationsOf(errors, settings.horizon, sizeOf(series, scales, isLog));
  const methods = rolled.flatMap(({ found }, i) =>
    found.shares.map(({ candidate, share }) => ({ candidate, share: share * shares[i]! })),
  );
  return {
    path: {
      maps: rolled.map(({ map }, i) => ({ ...map, share: shares[i]! })),
      deviations,
      season: settings.seasons[0] ?? 1,
    },
    scales,
    log: isLog,
    lag: lag ?? mostly(methods.map(({ candidate, share }) => [candidate.lag, share])),
    errors: errors.flatMap((row) => row.map((error, k) => error / deviations[k]!)),
    methods: [...summed(methods.map(({ candidate, share }) => [candidate.family, share]))]
      .map(([name, share]) => ({ name, share }))
      .sort((a, b) => b.share - a.share),
    effectsShare: shareOf(({ effects }) => effects !== undefined),
    origins: origins.length,
  };
}

/** The scales of values; of logarithms where they may be taken. */
export function scaleOf(values: Float64Array, mayLog: boolean): SeriesScale {
  return {
    values: momentsOfNumbers(values),
    ...(mayLog && { logs: momentsOfNumbers(values.map((value) => Math.log(value))) }),
  };
}

/** What methods see of series: values or logarithms, as they are or without the effects of columns. */
interface Domain {
  readonly log: boolean;
  readonly effects: EffectsKind | undefined;
}

function domainsOf(series: readonly PathSeries[], logs: readonly boolean[]): Domain[] {
  const hasColumns = (series[0]?.known.length ?? 0) > 0;
  const kinds = hasColumns ? ([undefined, "levels", "changes"] as const) : [undefined];
  return logs.flatMap((log) => kinds.map((effects): Domain => ({ log, effects })));
}

interface RolledDomain {
  readonly domain: Domain;
  readonly found: Rolled;
  readonly map: ScaledMap;
}

function rollDomain(
  series: readonly PathSeries[],
  scales: readonly SeriesScale[],
  domain: Domain,
  { horizon, seasons, context, lag }: PathSettings,
): RolledDomain | undefined {
  const { log } = domain;
  const [season = 1] = seasons;
  const ownScales = scales.map((scale) => ownScale(scale, log));
  const scaled = series.map(({ values }, s) => {
    const { mean, deviation } = ownScales[s]!;
    return values.map((value) => ((log ? Math.log(value) : value) - mean) / deviation);
  });
  const columns = series.map(({ known }) => known);
  const effectsBefore = (ends: readonly number[]): Float64Array | undefined =>
    domain.effects &&
    fitEffects(
      scaled.map((values, s) => values.subarray(0, ends[s]!)),
      columns,
      { kind: domain.effects, season },
    );
  const seenFrom = (ends: readonly number[]): SeenSeries => {
    const effects = effectsBefore(ends);
    return {
      values: effects ? scaled.map((values, s) => withoutEffects(values, columns[s]!, effects)) : scaled,
      back: (forecast, s, origin) =>
        forecast.map((u, k) => {
          const effect = effects ? effectAt(columns[s]!, effects, origin + k) : 0;
          return backTo(u + effect, ownScales[s]!, log);
        }),
    };
  };
  const lengths = series.map(({ values }) => values.length);
  const units = unitsOf(series, season);
  const anchors = lag === undefined ? undefined : [anchorOf(lag)];
  const steps = lengths.reduce((sum, length) => sum + length, 0);
  const found = rollCandidates(
    candidatesOf({ horizon, seasons, context, anchors, steps }),
    {
      lengths,
      season,
      seenFrom,
      errorOf: (forecast, s, origin) => {
        const { values } = series[s]!;
        const sum = forecast.reduce((left, value, k) => left + Math.abs(values[origin + k]! - value), 0);
        return sum / horizon / units[s]!;
      },
    },
    horizon,
  );
  const effects = found && effectsBefore(lengths);
  return (
    found && {
      domain,
      found,
      map: {
        log,
        share: 1,
        mean: 0,
        deviation: 1,
        reads: found.map.reads,
        weights: [...found.map.weights],
        constants: [...found.map.constants],
        ...(effects && { effects: [...effects] }),
      },
    }
  );
}

/** By series what its errors are compared in: 1 for one alone; else how far its values are from those a season before. */
function unitsOf(series: readonly PathSeries[], season: number): number[] {
  if (series.length === 1) return [1];
  return series.map(({ values }) => {
    const lag = values.length > 2 * season ? season : 1;
    const changes = values.subarray(lag).map((value, i) => Math.abs(value - values[i]!));
    const mean = changes.reduce((sum, change) => sum + change, 0) / changes.length;
    return mean > roundingShare * largest(values) ? mean : momentsOfNumbers(values).deviation;
  });
}

function ownScale(scale: SeriesScale, isLog: boolean): Scale {
  return isLog ? (scale.logs ?? scale.values) : scale.values;
}

function anchorOf(lag: number): Anchor {
  return lag === 0
    ? { kind: "none", season: 1 }
    : lag === 1
      ? { kind: "last", season: 1 }
      : { kind: "season", season: lag };
}

/** The mean of forecasts by shares that sum to 1. */
function mixed(forecasts: readonly Float64Array[], shares: readonly number[]): Float64Array {
  return forecasts[0]!.map((_, k) =>
    forecasts.reduce((sum, forecast, i) => sum + shares[i]! * forecast[k]!, 0),
  );
}

/** [horizon] how far a forecast was too low, on the scale 0 and 1 of its series. */
function errorsAt(
  series: readonly PathSeries[],
  scales: readonly SeriesScale[],
  isLog: boolean,
  { series: s, origin }: Pick<RolledOrigin, "series" | "origin">,
  forecast: Float64Array,
): number[] {
  const { values } = series[s]!;
  const { deviation } = ownScale(scales[s]!, isLog);
  return Array.from(
    forecast,
    (value, k) => (onScale(values[origin + k]!, isLog) - onScale(value, isLog)) / deviation,
  );
}

/** The largest value, on the scales 0 and 1 but for their means. */
function sizeOf(series: readonly PathSeries[], scales: readonly SeriesScale[], isLog: boolean): number {
  return series.reduce((most, { values }, s) => {
    const size = largest(isLog ? values.map((value) => Math.log(value)) : values);
    return Math.max(most, size / ownScale(scales[s]!, isLog).deviation);
  }, 0);
}

/** The last value repeated, with the errors of that so far; of one value with none. */
function naivePath(
  series: readonly PathSeries[],
  scales: readonly SeriesScale[],
  { horizon, log, lag }: PathSettings,
): FittedPath {
  const isLog = log === true;
  const errors = series.flatMap(({ values }, s) =>
    Array.from({ length: Math.max(0, values.length - horizon) }, (_, i) => {
      const last = new Float64Array(horizon).fill(values[i]!);
      return errorsAt(series, scales, isLog, { series: s, origin: i + 1 }, last);
    }),
  );
  const deviations = deviationsOf(errors, horizon, sizeOf(series, scales, isLog));
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
    scales,
    log: isLog,
    lag: lag ?? 1,
    errors: errors.flatMap((row) => row.map((error, k) => error / deviations[k]!)),
    methods: [{ name: "naive", share: 1 }],
    effectsShare: 0,
    origins: errors.length,
  };
}

/** Origins at which a step's own errors count as much as what the other steps say of it. */
const enoughOrigins = 30;

/**
 * Root mean squares by step, [horizon]. Few errors say little, so they lean on squares that grow evenly with the step. 1 for
 * rounding errors of values of this size.
 */
function deviationsOf(errors: readonly (readonly number[])[], horizon: number, size: number): number[] {
  const squares = Array.from({ length: horizon }, (_, k) => {
    return errors.reduce((sum, row) => sum + row[k]! ** 2, 0) / Math.max(1, errors.length);
  });
  const middle = (horizon - 1) / 2;
  const mean = squares.reduce((sum, square) => sum + square, 0) / horizon;
  const slope = Math.max(0, slopeOf(squares));
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
