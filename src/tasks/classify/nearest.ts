// The label of the nearest series to learn from, by Euclidean distance and by dynamic time warping: the baselines of networks
// that classify series.

/** A series: [steps, width], and its label. */
export interface LabelledSeries {
  readonly values: ArrayLike<number>;
  readonly label: string;
}

/** How a series is compared: step by step, or with steps that may be a tenth of the longest series apart. */
export type Comparison = "euclidean" | "warped";

/** Share of the longest series that a step may be matched apart. Sakoe & Chiba 1978, IEEE TASSP 26(1). */
const band = 0.1;

/** Additions that comparing may take in all: some ten seconds. */
export const affordable = 3e9;

/** Multiplications that it takes to compare `count` series with `learned` of the same length. */
export function costOf(
  comparison: Comparison,
  count: number,
  learned: number,
  steps: number,
  width: number,
): number {
  const each = comparison === "euclidean" ? steps : steps * (1 + 2 * Math.ceil(band * steps)) * 2;
  return count * learned * each * width;
}

/**
 * The label of the nearest of `learned`, of equally near ones the first. Series of other lengths are stretched to the
 * longest one for the Euclidean distance, step by step in a straight line.
 */
export function nearestLabel(
  learned: readonly LabelledSeries[],
  width: number,
  comparison: Comparison,
): (values: ArrayLike<number>) => string {
  const longest = learned.reduce((most, { values }) => Math.max(most, values.length / width), 0);
  const stretch = (values: ArrayLike<number>): ArrayLike<number> =>
    comparison === "euclidean" ? stretched(values, width, longest) : values;
  const known = learned.map(({ values, label }) => ({ values: stretch(values), label }));
  return (values) => {
    const compared = stretch(values);
    let best = Infinity;
    let nearest = known[0]?.label ?? "";
    for (const one of known) {
      const distance =
        comparison === "euclidean"
          ? euclidean(one.values, compared, best)
          : warped(one.values, compared, width, best);
      if (distance < best) [best, nearest] = [distance, one.label];
    }
    return nearest;
  };
}

/** Squared; Infinity once it is above `limit`. */
function euclidean(a: ArrayLike<number>, b: ArrayLike<number>, limit: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    sum += difference * difference;
    if (sum > limit) return Infinity;
  }
  return sum;
}

/** The squared distance by the best match in the band; Infinity once it is above `limit`. */
function warped(a: ArrayLike<number>, b: ArrayLike<number>, width: number, limit: number): number {
  const [rows, columns] = [a.length / width, b.length / width];
  const reach = Math.max(Math.ceil(band * Math.max(rows, columns)), Math.abs(rows - columns));
  let before = new Float64Array(columns + 1).fill(Infinity);
  before[0] = 0;
  let current = new Float64Array(columns + 1);
  for (let i = 1; i <= rows; i++) {
    current.fill(Infinity);
    let least = Infinity;
    for (let j = Math.max(1, i - reach); j <= Math.min(columns, i + reach); j++) {
      let cost = 0;
      for (let k = 0; k < width; k++) {
        const difference = (a[(i - 1) * width + k] as number) - (b[(j - 1) * width + k] as number);
        cost += difference * difference;
      }
      const from = Math.min(before[j] as number, current[j - 1] as number, before[j - 1] as number);
      current[j] = from + cost;
      least = Math.min(least, from + cost);
    }
    if (least > limit) return Infinity;
    [before, current] = [current, before];
  }
  return before[columns] as number;
}

function stretched(values: ArrayLike<number>, width: number, steps: number): ArrayLike<number> {
  const count = values.length / width;
  if (count === steps) return values;
  const result = new Float64Array(steps * width);
  for (let t = 0; t < steps; t++) {
    const at = steps === 1 ? 0 : (t * (count - 1)) / (steps - 1);
    const from = Math.floor(at);
    const to = Math.min(count - 1, from + 1);
    for (let k = 0; k < width; k++) {
      const [start, end] = [values[from * width + k] as number, values[to * width + k] as number];
      result[t * width + k] = start + (at - from) * (end - start);
    }
  }
  return result;
}
