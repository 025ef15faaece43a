// Tick marks of axes: at round numbers, at powers of ten, and at round times of the calendar in UTC.

/** A mark on an axis and its label. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** About `count` ticks at multiples of 1, 2 or 5 times a power of ten, from `low` to `high`, where `low` < `high`. */
export function valueTicks(low: number, high: number, count: number): readonly Tick[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((size) => size * power >= rough * 0.999) as number);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const isPlain = decimals <= 4 && largest < 1e9;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = (first + i) * step;
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    return {
      value,
      label: isPlain ? value.toLocaleString("en-US", digits) : String(Number(value.toPrecision(4))),
    };
  });
}

/**
 * At most about `count` ticks of a logarithmic axis from `low` to `high`, where 0 < `low` < `high`: 1, 2 and 5 times
 * powers of ten, or only powers of ten where there are many, or the ticks of a linear axis where there are few.
 */
export function logTicks(low: number, high: number, count: number): readonly Tick[] {
  const first = Math.floor(Math.log10(low));
  const decades = Math.ceil(Math.log10(high)) - first;
  const valuesAt = (factors: readonly number[], stride: number): readonly number[] =>
    Array.from({ length: decades + 1 }, (_, i) => first + i)
      .filter((exponent) => exponent % stride === 0)
      .flatMap((exponent) => factors.map((factor) => Number(`${factor}e${exponent}`)))
      .filter((value) => value >= low && value <= high);
  const fine = valuesAt([1, 2, 5], 1);
  if (fine.length < 3) return valueTicks(low, high, count);
  const powers = valuesAt([1], Math.ceil(decades / count));
  const values = fine.length <= count + 1 || powers.length < 2 ? fine : powers;
  return values.map((value) => ({ value, label: numberLabel(value) }));
}

function numberLabel(value: number): string {
  if (value < 1e-4 || value >= 1e9) return value.toExponential().replace("+", "");
  return value >= 1 ? value.toLocaleString("en-US") : String(value);
}

const [second, minute, hour, day] = [1e3, 6e4, 36e5, 864e5];

/** Steps of a fixed length, in milliseconds. */
const fixedSteps = [
  ...[1, 5, 15, 30].map((n) => n * second),
  ...[1, 5, 15, 30].map((n) => n * minute),
  ...[1, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7].map((n) => n * day),
];

/** Steps of the calendar, in months. */
const monthSteps = [1, 3, 6, ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((years) => 12 * years)];

/** At most about `count` ticks from `low` to `high`, in milliseconds since 1970; where `low` < `high`. */
export function timeTicks(low: number, high: number, count: number): readonly Tick[] {
  const rough = (high - low) / count;
  const step = fixedSteps.find((length) => length >= rough);
  if (step !== undefined) return fixedTicks(low, high, step);
  const months = monthSteps.find((n) => n * 30.44 * day >= rough) ?? (monthSteps.at(-1) as number);
  return monthTicks(low, high, months);
}

function fixedTicks(low: number, high: number, step: number): readonly Tick[] {
  const monday = step === 7 * day ? 4 * day : 0; // 1970-01-05
  const first = Math.ceil((low - monday) / step);
  const last = Math.floor((high - monday) / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const value = monday + (first + i) * step;
    return { value, label: timeLabel(value, step) };
  });
}

function timeLabel(time: number, step: number): string {
  const iso = new Date(time).toISOString();
  if (step >= day) return iso.slice(0, 10);
  return step >= minute ? `${iso.slice(5, 10)} ${iso.slice(11, 16)}` : iso.slice(11, 19);
}

function monthTicks(low: number, high: number, step: number): readonly Tick[] {
  const monthOf = (time: number): number => {
    const date = new Date(time);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  };
  const ticks: Tick[] = [];
  for (let month = Math.ceil(monthOf(low) / step) * step; month <= monthOf(high); month += step) {
    const value = new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1);
    if (value < low || value > high) continue;
    ticks.push({ value, label: new Date(value).toISOString().slice(0, step % 12 === 0 ? 4 : 7) });
  }
  return ticks;
}
