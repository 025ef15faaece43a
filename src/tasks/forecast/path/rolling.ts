// Candidates at rolling origins: fitted to the values before a cut, they forecast the steps after it, from one origin after
// another up to the next cut (Tashman 2000, International Journal of Forecasting 16(4)). Several series are cut side by side,
// each at the same shares of its own length, and a method is fitted to all of them.
import type { Candidate } from "./candidates.ts";
import { applyMap, mixMaps, standIn, type LinearMap } from "./linear-map.ts";

/** Series as methods see them, in units that are alike. */
export interface RolledSeries {
  /** [series] numbers of steps. */
  readonly lengths: readonly number[];
  /** Steps of a season, or 1, by which a history shorter than what a method reads is continued backwards. */
  readonly season: number;
  /** What is to be forecast, by what the first `ends` steps of each series say. */
  seenFrom(ends: readonly number[]): SeenSeries;
  /** How far a forecast is from the actual values from an origin of a series on, in units that matter. */
  errorOf(forecast: Float64Array, series: number, origin: number): number;
}

export interface SeenSeries {
  /** [series][steps] all of their values. */
  readonly values: readonly Float64Array[];
  /** A forecast from an origin of a series in units that matter. */
  back(forecast: Float64Array, series: number, origin: number): Float64Array;
}

/** An origin of a series, and the cut that it follows. */
export interface RolledOrigin {
  readonly series: number;
  readonly origin: number;
  readonly cut: number;
}

/** Forecasts of a mixture at rolling origins, none of which its methods had seen. */
export interface Rolled {
  /** Shares of the methods in the mixture, the largest first. */
  readonly shares: readonly { readonly candidate: Candidate; readonly share: number }[];
  /** The mixture, fitted to all values. */
  readonly map: LinearMap;
  readonly origins: readonly RolledOrigin[];
  /** [origins][horizon] in units that matter. */
  readonly forecasts: readonly Float64Array[];
  /** The mean error. */
  readonly error: number;
}

const cutCount = 6;
/** Longer series have fewer cuts, which have origins enough. */
const longSeries = 2000;
const longCutCount = 2;
const originsPerCut = 50;
/** Of several series together. */
const mostOriginsPerCut = 300;
/** The part of the values before the first cut, but at least what seasons need. */
const firstShare = 0.5;
/**
 * A method counts by this power of how small its errors are, over the root of the number of its variants, since those are
 * much alike.
 */
export const power = 16;

/** Undefined where the series are too short for any origin or method. */
export function rollCandidates(
  candidates: readonly Candidate[],
  rolled: RolledSeries,
  horizon: number,
): Rolled | undefined {
  const { lengths, season, seenFrom, errorOf } = rolled;
  const { ends, origins } = originsOf(lengths, season, horizon);
  if (origins.length === 0) return undefined;
  const seen = ends.map(seenFrom);
  const knownAt = seen.map(({ values }, c) =>
    values.map((own, s) => own.subarray(0, ends[c]![s]!)).filter(({ length }) => length > 0),
  );
  const all = seenFrom(lengths);
  const forecastsOf = (maps: readonly LinearMap[]): Float64Array[] =>
    origins.map(({ series, origin, cut }) => {
      const { reads } = maps[cut]!;
      const values = seen[cut]!.values[series]!;
      return origin >= reads
        ? applyMap(maps[cut]!, values, origin)
        : applyMap(maps[cut]!, windowBefore(values, origin, reads, season), reads);
    });
  const backAt = (forecast: Float64Array, o: number): Float64Array => {
    const { series, origin, cut } = origins[o]!;
    return seen[cut]!.back(forecast, series, origin);
  };
  const meanError = (forecasts: readonly Float64Array[]): number =>
    forecasts.reduce(
      (sum, forecast, o) => sum + errorOf(forecast, origins[o]!.series, origins[o]!.origin),
      0,
    ) / origins.length;
  const tried = candidates.flatMap((candidate) => {
    const maps = candidate.fit(all.values);
    const atCuts = knownAt.map((known) => candidate.fit(known));
    if (maps === undefined || atCuts.some((fitted) => fitted === undefined)) return [];
    return maps.map((map, m) => {
      const forecasts = forecastsOf(atCuts.map((fitted) => fitted![m]!));
      return { candidate, map, forecasts, error: meanError(forecasts.map(backAt)) };
    });
  });
  const usable = tried.filter(({ error }) => Number.isFinite(error));
  if (usable.length === 0) return undefined;
  const shares = sharesOf(usable);
  const mixed = origins.map((_, o) =>
    usable[0]!.forecasts[o]!.map((_value, k) =>
      usable.reduce((sum, { forecasts }, c) => sum + shares[c]! * forecasts[o]![k]!, 0),
    ),
  );
  const forecasts = mixed.map(backAt);
  return {
    shares: usable
      .map(({ candidate }, i) => ({ candidate, share: shares[i]! }))
      .sort((a, b) => b.share - a.share),
    map: mixMaps(
      usable.map(({ map }) => map),
      shares,
    ),
    origins,
    forecasts,
    error: meanError(forecasts),
  };
}

/** Shares that sum to 1, by errors. */
function sharesOf(tried: readonly { readonly candidate: Candidate; readonly error: number }[]): number[] {
  const least = Math.min(...tried.map(({ error }) => error));
  const sizes = new Map<string, number>();
  for (const { candidate } of tried) sizes.set(candidate.family, (sizes.get(candidate.family) ?? 0) + 1);
  const weights = tried.map(({ error, candidate }) => {
    const likelihood = error === 0 ? 1 : (least / error) ** power;
    return likelihood / Math.sqrt(sizes.get(candidate.family) as number);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** By cut the steps before it of each series, and the origins. */
function originsOf(
  lengths: readonly number[],
  season: number,
  horizon: number,
): { readonly ends: readonly (readonly number[])[]; readonly origins: readonly RolledOrigin[] } {
  const cutsOf = lengths.map((length) => {
    const first = Math.max(
      Math.floor(firstShare * length),
      Math.min(length - horizon - 2, 2 * season + horizon + 3),
    );
    return { first, room: Math.max(0, length - horizon - first + 1) };
  });
  const steps = lengths.reduce((sum, length) => sum + length, 0);
  const most = steps > longSeries ? longCutCount : cutCount;
  const count = Math.min(most, Math.max(...cutsOf.map(({ room }) => room)));
  const ends = Array.from({ length: count }, (_, c) =>
    cutsOf.map(({ first, room }) => first + Math.floor((room * c) / count)),
  );
  const perCut = Math.max(1, Math.min(originsPerCut, Math.floor(mostOriginsPerCut / lengths.length)));
  const origins = ends.flatMap((cuts, cut) =>
    cuts.flatMap((from, series) => {
      const { first, room } = cutsOf[series]!;
      const to = ends[cut + 1]?.[series] ?? first + room;
      const stride = Math.max(1, Math.floor((to - from) / perCut));
      return Array.from({ length: Math.ceil((to - from) / stride) }, (_, i): RolledOrigin => {
        return { series, origin: from + i * stride, cut };
      });
    }),
  );
  return { ends, origins };
}

/** The `reads` values before `end`, of which there may be fewer. */
function windowBefore(values: Float64Array, end: number, reads: number, season: number): Float64Array {
  return Float64Array.from({ length: reads }, (_, i) => values[standIn(end - reads + i, season, end)]!);
}
