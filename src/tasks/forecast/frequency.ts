// The step between the times of a regular series, and arithmetic in such steps. Months, quarters and years go by the
// calendar, in UTC; other units have a fixed length.

export type FrequencyUnit = Frequency["unit"];

export const frequencyUnits: readonly FrequencyUnit[] = [
  "second",
  "minute",
  "hour",
  "day",
  "business day",
  "week",
  "month",
  "quarter",
  "year",
];

/** The step of a series, as plain data. */
export interface Frequency {
  readonly unit:
    "second" | "minute" | "hour" | "day" | "business day" | "week" | "month" | "quarter" | "year";
  /** Units per step; 1 or more. */
  readonly every: number;
  /** For months, quarters and years: each time is on the last day of its month, such as 31 January and 28 February. */
  readonly monthEnd?: true;
  /** For months, quarters and years: the day of the month, of which shorter months have the last: 30 January, 28 February. */
  readonly monthDay?: number;
}

const milliseconds = { second: 1e3, minute: 6e4, hour: 36e5, day: 864e5, week: 6048e5 } as const;
const months = { month: 1, quarter: 3, year: 12 } as const;

/**
 * The frequency of `times` in milliseconds, ascending and distinct: their most common distance (the shorter of two that
 * are equally common), so that gaps do not count. Where all times are at the same hour of the same day of their months, or
 * of the last day, or of that day and the last of months that lack it, it goes by the calendar. Days of which none is on a
 * weekend, over two weekends or more, are business days. Else it has a fixed length in the longest unit that divides it
 * (every 7 days is a week). Undefined for fewer than two times, and for a distance that is not a whole number of seconds.
 */
export function findFrequency(times: ArrayLike<number>): Frequency | undefined {
  if (times.length < 2) return undefined;
  const all = Array.from(times);
  const dates = all.map((time) => new Date(time));
  const [day, clock] = [dates[0]!.getUTCDate(), clockOf(all[0]!)];
  const sameClock = all.every((time) => clockOf(time) === clock);
  const monthEnd = sameClock && dates.every(isMonthEnd);
  const latest = dates.reduce((most, date) => Math.max(most, date.getUTCDate()), 0);
  const isClamped = (date: Date): boolean =>
    date.getUTCDate() === latest || (isMonthEnd(date) && date.getUTCDate() < latest);
  if (monthEnd || (sameClock && dates.every(isClamped))) {
    const step = mostCommonStep(all.map(monthIndex));
    const unit = step % 12 === 0 ? "year" : step % 3 === 0 ? "quarter" : "month";
    const clamped = monthEnd ? { monthEnd } : latest > day ? { monthDay: latest } : {};
    return { unit, every: step / months[unit], ...clamped };
  }
  if (sameClock && areBusinessDays(all)) return { unit: "business day", every: 1 };
  const step = mostCommonStep(all);
  for (const unit of ["week", "day", "hour", "minute", "second"] as const)
    if (step % milliseconds[unit] === 0) return { unit, every: step / milliseconds[unit] };
  return undefined;
}

/**
 * The time `n` steps after `time`, or before it where `n` is negative. A day that a month lacks becomes its last: a month
 * after 30 January is 28 or 29 February. Throws where `n` is not a whole number.
 */
export function addPeriods(time: number, frequency: Frequency, n: number): number {
  if (!Number.isInteger(n))
    throw new Error(`adding steps to a time: their number must be whole, not ${n}; round it`);
  const { unit, every, monthEnd, monthDay } = frequency;
  if (unit === "business day") return timeOfBusinessDay(businessDay(time) + n * every, time);
  if (!isCalendar(unit)) return time + n * every * milliseconds[unit];
  const month = monthIndex(time) + n * every * months[unit];
  const last = firstOfMonth(month + 1) - milliseconds.day;
  const days = new Date(last).getUTCDate();
  const day = monthEnd ? days : Math.min(days, monthDay ?? new Date(time).getUTCDate());
  return firstOfMonth(month) + (day - 1) * milliseconds.day + clockOf(time);
}

/** Steps from one time to another; a fraction where the second is not on the grid of the first. */
export function periodsBetween(from: number, to: number, frequency: Frequency): number {
  const { unit, every } = frequency;
  if (unit === "business day") return (businessDay(to) - businessDay(from)) / every;
  return isCalendar(unit)
    ? (monthIndex(to) - monthIndex(from)) / (every * months[unit])
    : (to - from) / (every * milliseconds[unit]);
}

/** A step in words, singular or plural: `month`, `15 minutes`, `business day`. Throws for others. */
export function readFrequency(text: string): Frequency {
  const [, count, name = ""] = /^\s*(\d+)?\s*(.*?)\s*$/u.exec(text) ?? [];
  const unit = frequencyUnits.find((known) => [known, `${known}s`].includes(name.toLowerCase()));
  const every = Number(count ?? 1);
  if (unit !== undefined && every >= 1) return { unit, every };
  throw new Error(
    `frequency: a step must be one of ${frequencyUnits.join(", ")}, or several of them such as '15 minutes', not '${text}'`,
  );
}

/** The length of steps in words: "1 hour", "2 quarters"; "6 hours" for six steps of an hour. */
export function describeFrequency({ unit, every }: Frequency, steps = 1): string {
  const count = every * steps;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

const stepsPerSeason: Readonly<Record<FrequencyUnit, number>> = {
  second: 86_400,
  minute: 1440,
  hour: 24,
  day: 7,
  "business day": 5,
  week: 52,
  month: 12,
  quarter: 4,
  year: 1,
};

/** The usual season in steps: a day for units shorter than a day, a week for days, a year for the others. */
export function seasonOf({ unit, every }: Frequency): number {
  return Math.max(1, Math.round(stepsPerSeason[unit] / every));
}

/** Business days since Monday 5 January 1970; those of a weekend count as fractions from Friday on. */
function businessDay(time: number): number {
  const days = Math.floor(time / milliseconds.day) - 4;
  const weekday = days - 7 * Math.floor(days / 7);
  return 5 * Math.floor(days / 7) + (weekday < 5 ? weekday : 4 + (weekday - 4) / 3);
}

/** The time of a business day by number, at the hour of another time. */
function timeOfBusinessDay(number: number, time: number): number {
  const whole = Math.ceil(number);
  const days = 7 * Math.floor(whole / 5) + (whole - 5 * Math.floor(whole / 5)) + 4;
  return days * milliseconds.day + clockOf(time);
}

const fewestWeekends = 2;

/** Whether days leave out weekends, and only those mostly. */
function areBusinessDays(times: readonly number[]): boolean {
  const numbers = times.map(businessDay);
  const [first = 0, last = 0] = [numbers[0], numbers.at(-1)];
  if (!numbers.every(Number.isInteger) || last - first < 5 * fewestWeekends) return false;
  return mostCommonStep(numbers) === 1 && mostCommonStep([...times]) === milliseconds.day;
}

function isCalendar(unit: FrequencyUnit): unit is keyof typeof months {
  return unit in months;
}

/** Milliseconds since midnight. */
function clockOf(time: number): number {
  return time - Math.floor(time / milliseconds.day) * milliseconds.day;
}

/** Months since the year 0. */
function monthIndex(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function firstOfMonth(month: number): number {
  return new Date(0).setUTCFullYear(Math.floor(month / 12), month - 12 * Math.floor(month / 12), 1);
}

function isMonthEnd(date: Date): boolean {
  return new Date(date.getTime() + milliseconds.day).getUTCDate() === 1;
}

function mostCommonStep(positions: readonly number[]): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < positions.length; i++) {
    const step = positions[i]! - positions[i - 1]!;
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const [first = [0, 0], ...others] = counts;
  return others.reduce(
    (best, [step, count]) =>
      count > best[1] || (count === best[1] && step < best[0]) ? [step, count] : best,
    first,
  )[0];
}
