// Data in parts: train, then validation, then test. A text's ids in contiguous ones, as views, because a shuffled text
// would show the model its own validation part; separate items in an order that a seed gives.
import { streams, uniform } from "../base/random.ts";
import type { Ids } from "../text/alphabet.ts";

export interface Split {
  /** Views of the ids given, in this order in the text. */
  readonly train: Ids;
  readonly validation: Ids | undefined;
  readonly test: Ids | undefined;
}

/** Train share alone (validation takes the rest; 1 means none), or the shares of two or three parts. */
export type SplitShares = number | string | readonly number[];

/** The share that trains where nobody chooses another; the rest validates. */
export const defaultShares = "0.9";

const partNames = ["training", "validation", "test"] as const;

/**
 * Splits at whole symbols, rounding each boundary down.
 * `shares`: `0.9`, `"0.9"`, `"0.9/0.05/0.05"` or `[0.9, 0.05, 0.05]`; where two or three shares sum to less
 * than 1, the end of the text is left out. Throws at shares outside (0, 1], a sum above 1, and a part of
 * fewer than 2 symbols.
 */
export function splitIds(ids: Ids, shares: SplitShares): Split {
  const parts = readShares(shares);
  let sum = 0;
  let from = 0;
  const views = parts.map((share, i) => {
    sum += share;
    const to = Math.min(ids.length, Math.floor(sum * ids.length + 1e-6));
    const view = ids.subarray(from, to);
    from = to;
    if (view.length < 2)
      throw new Error(
        `split: the ${partNames[i]} part needs 2 symbols or more, but ${+share.toPrecision(6)} of ${ids.length} gives ` +
          `${view.length}; raise its share or use a longer text`,
      );
    return view;
  });
  const [train = ids, validation, test] = views;
  return { train, validation, test };
}

export interface ItemSplit<Item> {
  readonly train: readonly Item[];
  readonly validation: readonly Item[] | undefined;
  readonly test: readonly Item[] | undefined;
}

/**
 * Separate items shuffled by `seed` and cut where `shares` say, as `splitIds` does. Throws at shares out of range, and
 * where a part would be empty.
 */
export function splitItems<Item>(items: readonly Item[], shares: SplitShares, seed: number): ItemSplit<Item> {
  const order = items.map((item, i) => ({ item, at: uniform(seed, streams.data, i) }));
  order.sort((a, b) => a.at - b.at);
  let [sum, from] = [0, 0];
  const parts = readShares(shares).map((share, i) => {
    sum += share;
    const to = Math.min(items.length, Math.floor(sum * items.length + 1e-6));
    const part = order.slice(from, to).map(({ item }) => item);
    from = to;
    if (part.length > 0) return part;
    throw new Error(
      `split: the ${partNames[i]} part is empty, ${+share.toPrecision(6)} of ${items.length}; raise its share or give more`,
    );
  });
  const [train = [], validation, test] = parts;
  return { train, validation, test };
}

/** "1003854 symbols to train, 111540 to validate". */
export function describeSplit(split: Split): string {
  const counts = [`${split.train.length} symbols to train`];
  if (split.validation) counts.push(`${split.validation.length} to validate`);
  if (split.test) counts.push(`${split.test.length} to test`);
  return counts.join(", ");
}

/** The shares as numbers, checked: one where everything trains, else two or three. */
export function readShares(shares: SplitShares): readonly number[] {
  const shown = typeof shares === "object" ? shares.join("/") : String(shares);
  const form = `write the training share, as 0.9, or two or three shares, as 0.9/0.05/0.05`;
  const parts =
    typeof shares === "string"
      ? shares.split("/").map((text) => (/^\s*[\d.]/.test(text) ? Number(text) : NaN))
      : typeof shares === "number"
        ? [shares]
        : shares;
  if (parts.length < 1 || parts.length > 3)
    throw new Error(`split: one to three shares are possible; ${form}, not ${JSON.stringify(shown)}`);
  for (const share of parts)
    if (!(share > 0 && share <= 1))
      throw new Error(
        `split: every share must be above 0 and at most 1; ${form}, not ${JSON.stringify(shown)}`,
      );
  const [first = 1] = parts;
  if (parts.length === 1) return first === 1 ? [1] : [first, 1 - first];
  const sum = parts.reduce((total, share) => total + share, 0);
  if (sum > 1 + 1e-9) throw new Error(`split: the shares must sum to at most 1, but ${shown} sums to ${sum}`);
  return parts;
}
