// Where an axis has marks, and what stands at them: at round numbers, and at round times of the calendar, in UTC.

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** About `count` marks at multiples of 1, 2 or 5 times a power of ten, from `from` to `to`, where `from` < `to`. */
export function valueTicks(from: number, to: number, count: number): readonly Tick[] {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((size) => size * power >= rough * 0.999) as number);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const largest = Math.max(Math.abs(from), Math.abs(to));
  const isPlain = decimals <= 4 && largest < 1e9;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const at = (first + i) * step;
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    return { at, label: isPlain ? at.toLocaleString("en-US", digits) : String(Number(at.toPrecision(4))) };
  });
}

const [second, minute, hour, day] = [1e3, 6e4, 36e5, 864e5];

/** Distances of a fixed length, in milliseconds. */
const lengths = [
  ...[1, 5, 15, 30].map((n) => n * second),
  ...[1, 5, 15, 30].map((n) => n * minute),
  ...[1, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7].map((n) => n * day),
];

/** Distances by the calendar, in months. */
const months = [1, 3, 6, ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((years) => 12 * years)];

/** At most `count` marks, or a few more of days, from `from` to `to`, in milliseconds since 1970. */
export function timeTicks(from: number, to: number, count: number): readonly Tick[] {
  const rough = (to - from) / count;
  const length = lengths.find((own) => own >= rough);
  if (length !== undefined) {
    const monday = length === 7 * day ? 4 * day : 0; // 1970-01-05 was one
    const first = Math.ceil((from - monday) / length);
    const last = Math.floor((to - monday) / length);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
      const at = monday + (first + i) * length;
      return { at, label: timeLabel(at, length) };
    });
  }
  const step = months.find((own) => own * 30.44 * day >= rough) ?? (months.at(-1) as number);
  const monthOf = (time: number): number => {
    const date = new Date(time);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  };
  const ticks: Tick[] = [];
  for (let month = Math.ceil(monthOf(from) / step) * step; month <= monthOf(to); month += step) {
    const at = new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1);
    if (at < from || at > to) continue;
    const iso = new Date(at).toISOString();
    ticks.push({ at, label: iso.slice(0, step % 12 === 0 ? 4 : 7) });
  }
  return ticks;
}

function timeLabel(at: number, step: number): string {
  const iso = new Date(at).toISOString();
  if (step >= day) return iso.slice(0, 10);
  return step >= minute ? `${iso.slice(5, 10)} ${iso.slice(11, 16)}` : iso.slice(11, 19);
}
