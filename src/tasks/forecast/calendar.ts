// The position of times in their day, week and year as features: a sine and a cosine per cycle, so that the end of a cycle
// is close to its beginning. In UTC; holidays are not known.
import type { Frequency, FrequencyUnit } from "./frequency.ts";

const day = 864e5; // milliseconds

type Cycle = "hour of day" | "day of week" | "day of year" | "month of year";

const cycles: Readonly<Record<FrequencyUnit, readonly Cycle[]>> = {
  second: ["hour of day", "day of week", "day of year"],
  minute: ["hour of day", "day of week", "day of year"],
  hour: ["hour of day", "day of week", "day of year"],
  day: ["day of week", "day of year"],
  "business day": ["day of week", "day of year"],
  week: ["day of year"],
  month: ["month of year"],
  quarter: ["month of year"],
  year: [],
};

/** The share of its cycle that a time has passed, from 0 to below 1. */
const phases: Readonly<Record<Cycle, (time: number, date: Date) => number>> = {
  "hour of day": (time) => (time - Math.floor(time / day) * day) / day, // whole numbers, so that nothing cancels
  "day of week": (_, date) => ((date.getUTCDay() + 6) % 7) / 7, // from Monday, whole days
  "day of year": (time, date) => {
    const year = date.getUTCFullYear();
    const [from, to] = [startOfYear(year), startOfYear(year + 1)];
    return (time - from) / (to - from);
  },
  "month of year": (_, date) => date.getUTCMonth() / 12,
};

/**
 * The names of the calendar's features for a frequency, in order; their number is the features' width. There is a sine and
 * a cosine for: the hour of day (with its minutes), the day of week and the day of year below days; the last two for days;
 * the day of year for weeks; the month for months and quarters; nothing for years.
 */
export function calendarFeatures(frequency: Frequency): readonly string[] {
  return cycles[frequency.unit].flatMap((cycle) => [`sine of ${cycle}`, `cosine of ${cycle}`]);
}

/**
 * The features of `times` in milliseconds, [times, width], from -1 to 1. At phase 0 (midnight, Monday, 1 January) a sine
 * is 0 and its cosine 1. Throws at a time that is not a date.
 */
export function calendarValues(times: ArrayLike<number>, frequency: Frequency): Float64Array {
  const chosen = cycles[frequency.unit];
  const width = 2 * chosen.length;
  const values = new Float64Array(times.length * width);
  for (let i = 0; i < times.length; i++) {
    const time = times[i]!;
    const date = new Date(time);
    if (Number.isNaN(date.getTime()))
      throw new Error(
        `calendar: times[${i}] must be milliseconds since 1970, not ${time}; read it with readTimes`,
      );
    chosen.forEach((cycle, c) => {
      const angle = 2 * Math.PI * phases[cycle](time, date);
      values[i * width + 2 * c] = Math.sin(angle);
      values[i * width + 2 * c + 1] = Math.cos(angle);
    });
  }
  return values;
}

function startOfYear(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1);
}
