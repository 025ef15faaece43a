// Gaps in series, which are NaN: a channel keeps its last reading through a gap, and a channel that had gaps in training
// comes with another that says where they are.
import { isText, type SequenceValue } from "../shared/sequence-input.ts";

export interface Gaps {
  /** The channels that had gaps in training, ascending. */
  readonly channels: readonly number[];
  /** [channels of the series] What stands before the first reading: the mean of those in training. */
  readonly before: readonly number[];
}

type Rows = readonly (readonly number[])[];

/** The gaps of series to learn from; undefined for texts. */
export function fitGaps(values: readonly SequenceValue[]): Gaps | undefined {
  const [first] = values;
  if (first === undefined || isText(first)) return undefined;
  const sums: number[] = [];
  const counts: number[] = [];
  const channels = new Set<number>();
  for (const value of values) {
    if (isText(value)) continue;
    for (const row of rowsOf(value)) {
      row.forEach((number, channel) => {
        sums[channel] ??= 0;
        counts[channel] ??= 0;
        if (Number.isNaN(number)) return void channels.add(channel);
        // A running mean, since a sum may leave the range of numbers.
        const count = ++counts[channel];
        sums[channel] += (number - sums[channel]) / count;
      });
    }
  }
  const empty = counts.findIndex((count) => count === 0);
  if (empty >= 0)
    throw new Error(`channel ${empty} of the series has no number in the training part; leave it out`);
  return { channels: [...channels].sort((a, b) => a - b), before: sums };
}

/** A series without its gaps, and with a further channel, 1 in gaps, for each that had any in training. */
export function fillGaps(gaps: Gaps | undefined, value: SequenceValue): SequenceValue {
  if (!gaps || !Array.isArray(value) || isText(value)) return value;
  const latest = [...gaps.before];
  return rowsOf(value).map((row) => {
    const filled = row.map((number, channel) => {
      if (!Number.isNaN(number)) latest[channel] = number;
      return latest[channel] as number;
    });
    return [...filled, ...gaps.channels.map((channel) => (Number.isNaN(row[channel]) ? 1 : 0))];
  });
}

function rowsOf(value: readonly number[] | Rows | readonly string[]): Rows {
  return (value as readonly (number | readonly number[])[]).map((row) =>
    typeof row === "number" ? [row] : row,
  );
}
