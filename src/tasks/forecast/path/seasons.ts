// The seasons of a series: those of its calendar that its autocorrelation confirms.
import type { Frequency, FrequencyUnit } from "../frequency.ts";

const minutesPerDay = 1440;
const secondsPerDay = 60 * minutesPerDay;

/** In steps of one unit. */
const lengths: Readonly<Record<FrequencyUnit, readonly number[]>> = {
  second: [secondsPerDay, 7 * secondsPerDay],
  minute: [minutesPerDay, 7 * minutesPerDay],
  hour: [24, 168],
  day: [7, 365],
  "business day": [5, 261],
  week: [52],
  month: [12],
  quarter: [4],
  year: [],
};

/** Seasons of a calendar in steps, ascending: a day and a week of shorter steps, a week and a year of days, else a year. */
export function calendarSeasons({ unit, every }: Frequency): number[] {
  const steps = lengths[unit].map((length) => Math.round(length / every));
  return [...new Set(steps)].filter((season) => season > 1);
}

export interface ConfirmedSeason {
  /** In steps. */
  readonly season: number;
  /** The correlation of a change with the one a season before. */
  readonly correlation: number;
}

/** Seasons that repeat at least this often count. */
const fewestSeasons = 2;

/**
 * The seasons among `candidates` that the changes of one series or several have, by their mean autocorrelation, with that.
 * Of several the longer ones count more.
 */
export function confirmedSeasons(
  series: readonly Float64Array[],
  candidates: readonly number[],
): ConfirmedSeason[] {
  return candidates.flatMap((season) => {
    const changes = series
      .filter(({ length }) => length >= fewestSeasons * season + 4)
      .map((values) => values.subarray(1).map((value, i) => value - values[i]!));
    const count = changes.reduce((sum, { length }) => sum + length, 0);
    const all = changes.reduce((sum, own) => sum + own.length * autocorrelation(own, season), 0);
    const correlation = all / count;
    // A correlation beyond chance, which is √(1/n) for noise.
    return correlation >= Math.max(0.1, 1.645 / Math.sqrt(count)) ? [{ season, correlation }] : [];
  });
}

/** The correlation of values with those `lag` steps before; 0 for a constant. */
export function autocorrelation(values: Float64Array, lag: number): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [both, all] = [0, 0];
  values.forEach((value, t) => {
    all += (value - mean) ** 2;
    if (t >= lag) both += (value - mean) * (values[t - lag]! - mean);
  });
  // Less a lag there are fewer products, which their mean does not lack.
  return all === 0 ? 0 : (both / all) * (values.length / (values.length - lag));
}
