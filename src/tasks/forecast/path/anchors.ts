// What a regression takes off before it fits, so that a forecast follows a series to levels that were never seen.
import { emptyMap, type LinearMap } from "./linear-map.ts";

/**
 * - `none`: nothing, so that forecasts return to the mean.
 * - `last`: the last value.
 * - `season`: the value a season before.
 * - `both`: the last value and its change over a season.
 */
export type AnchorKind = "none" | "last" | "season" | "both";

export interface Anchor {
  readonly kind: AnchorKind;
  /** Steps of a season; 1 where there is none. */
  readonly season: number;
}

/** The differences that an anchor leaves of a series: pairs of a lag and the factor of the value there. */
export function differencesOf({ kind, season }: Anchor): readonly (readonly [lag: number, factor: number])[] {
  switch (kind) {
    case "none":
      return [[0, 1]];
    case "last":
      return [
        [0, 1],
        [1, -1],
      ];
    case "season":
      return [
        [0, 1],
        [season, -1],
      ];
    case "both":
      return [
        [0, 1],
        [1, -1],
        [season, -1],
        [season + 1, 1],
      ];
  }
  return kind satisfies never;
}

/** Values that are lost to the differences. */
export function lostValues(anchor: Anchor): number {
  return differencesOf(anchor).at(-1)![0];
}

/** [values - lost] of a series. */
export function differenced(anchor: Anchor, values: ArrayLike<number>): Float64Array {
  const lost = lostValues(anchor);
  const terms = differencesOf(anchor);
  return Float64Array.from({ length: Math.max(0, values.length - lost) }, (_, i) =>
    terms.reduce((sum, [lag, factor]) => sum + factor * values[lost + i - lag]!, 0),
  );
}

/** The anchor itself as a forecast: zero, the last value, the last season, or that season from the last value on. */
export function anchorMap({ kind, season }: Anchor, horizon: number): LinearMap {
  const reads = kind === "none" ? 1 : kind === "last" ? 1 : kind === "season" ? season : season + 1;
  const map = emptyMap(horizon, reads);
  for (let k = 0; k < horizon; k++) {
    const row = map.weights.subarray(k * reads, (k + 1) * reads);
    const seasons = Math.ceil((k + 1) / season);
    const sameTime = seasons * season - k - 1; // the lag of the value at the same time of the last season
    if (kind === "last") row[0] = 1;
    if (kind === "season" || kind === "both") row[sameTime]! += 1;
    if (kind === "both") {
      row[0]! += seasons;
      row[season]! -= seasons;
    }
  }
  return map;
}
