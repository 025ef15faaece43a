// Candidates at rolling origins: fitted to the values before a cut, they forecast the steps after it, from one origin after
// another up to the next cut (Tashman 2000, International Journal of Forecasting 16(4)).
import { applyMap, mixMaps, type LinearMap } from "./linear-map.ts";
import type { Candidate } from "./candidates.ts";

/** Forecasts of a mixture at rolling origins, none of which its methods had seen. */
export interface Rolled {
  /** Shares of the methods in the mixture, the largest first. */
  readonly shares: readonly { readonly candidate: Candidate; readonly share: number }[];
  /** The mixture, fitted to all values. */
  readonly map: LinearMap;
  readonly origins: readonly number[];
  /** [origins][horizon] */
  readonly forecasts: readonly Float64Array[];
}

const cutCount = 6;
/** Longer series have fewer cuts, which have origins enough. */
const longSeries = 2000;
const longCutCount = 2;
const originsPerCut = 50;
/**
 * A method counts by this power of how small its errors are, over the root of the number of its variants, since those are
 * much alike.
 */
export const power = 16;

/** `errorOf` compares a forecast with the actual values from an origin on, in units that matter. */
export function rollCandidates(
  candidates: readonly Candidate[],
  values: Float64Array,
  horizon: number,
  errorOf: (forecast: Float64Array, origin: number) => number,
  firstCut: number,
): Rolled | undefined {
  const { length } = values;
  const room = length - horizon - firstCut + 1;
  if (room < 1) return undefined;
  const count = Math.min(room, length > longSeries ? longCutCount : cutCount);
  const cuts = Array.from({ length: count }, (_, i) => firstCut + Math.floor((room * i) / count));
  const spans = cuts.map((cut, i) => {
    const end = cuts[i + 1] ?? length - horizon + 1;
    const stride = Math.max(1, Math.floor((end - cut) / originsPerCut));
    return Array.from({ length: Math.ceil((end - cut) / stride) }, (_, j) => cut + j * stride);
  });
  const rolled = candidates.flatMap((candidate) => {
    const maps = candidate.fit(values, length);
    const atCuts = cuts.map((cut) => candidate.fit(values, cut));
    if (maps === undefined || atCuts.some((fitted) => fitted === undefined)) return [];
    return maps.map((map, m) => {
      let sum = 0;
      const forecasts = spans.flatMap((origins, i) =>
        origins.map((origin) => {
          const forecast = applyMap(atCuts[i]![m]!, values, origin);
          sum += errorOf(forecast, origin);
          return forecast;
        }),
      );
      return { candidate, map, forecasts, error: sum / forecasts.length };
    });
  });
  const usable = rolled.filter(({ error }) => Number.isFinite(error));
  if (usable.length === 0) return undefined;
  const least = Math.min(...usable.map(({ error }) => error));
  const sizes = new Map<string, number>();
  for (const { candidate } of usable) sizes.set(candidate.family, (sizes.get(candidate.family) ?? 0) + 1);
  const weights = usable.map(({ error, candidate }) => {
    const likelihood = error === 0 ? 1 : (least / error) ** power;
    return likelihood / Math.sqrt(sizes.get(candidate.family) as number);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => weight / total);
  const origins = spans.flat();
  return {
    shares: usable
      .map(({ candidate }, i) => ({ candidate, share: shares[i]! }))
      .sort((a, b) => b.share - a.share),
    map: mixMaps(
      usable.map(({ map }) => map),
      shares,
    ),
    origins,
    forecasts: origins.map((_, i) =>
      usable[0]!.forecasts[i]!.map((_value, k) =>
        usable.reduce((sum, { forecasts }, c) => sum + shares[c]! * forecasts[i]![k]!, 0),
      ),
    ),
  };
}
