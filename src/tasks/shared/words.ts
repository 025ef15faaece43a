// Numbers and parts of data in words and tables, as a terminal shows them.
import type { Parts } from "../task.ts";

/** `1,003,854`. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A share as `97.3 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** "1 update", "2,000 updates". */
export const counted = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;

/** `I 65, H 128`. */
export const sizesInWords = (values: object): string =>
  Object.entries(values)
    .map((pair) => pair.join(" "))
    .join(", ");

/** "train on 900 sequences, validate on 50, leave 50 for testing". `item`: one of them. */
export function splitInWords({ train, validation, test }: Parts<ArrayLike<unknown>>, item: string): string {
  const left = test ? `, leave ${grouped(test.length)} for testing` : "";
  const validated = validation ? `validate on ${grouped(validation.length)}` : "validate on nothing";
  return `train on ${counted(train.length, item)}, ${validated}${left}`;
}

/** "3 classes: good (12), bad (7), fair (1)", the most frequent ten of them. */
export function countedInWords(labels: readonly string[], noun: string): string {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const listed = ranked.slice(0, 10).map(([label, count]) => `${label} (${grouped(count)})`);
  const more = ranked.length > 10 ? [`${ranked.length - 10} more`] : [];
  return `${ranked.length} ${noun}: ${[...listed, ...more].join(", ")}`;
}

/**
 * Says how many items of the parts that training holds out are in the training part as well, by `keyOf`; empty if there are
 * none. `remedy` is what leaves them out.
 */
export function repeatedInWords<T>(
  { train, validation = [], test = [] }: Parts<readonly T[]>,
  keyOf: (item: T) => string,
  remedy: string,
): string[] {
  const held = [...validation, ...test];
  if (held.length === 0) return [];
  const learned = new Set(train.map(keyOf));
  const repeated = held.filter((item) => learned.has(keyOf(item))).length;
  if (repeated === 0) return [];
  return [
    `${grouped(repeated)} of the ${grouped(held.length)} held-out sequences are in the training part, too, so that scores look ` +
      `better than they are; ${remedy}`,
  ];
}

/** The longest of `items`, one per example, in words: "texts.csv, line 7: the sequence has 20,000 steps". */
export function longestInWords(
  items: readonly { readonly place?: string | undefined }[],
  examples: readonly { readonly steps: number }[],
): string {
  const longest = examples.reduce(
    (best, { steps }, i) => (steps > (examples[best]?.steps ?? 0) ? i : best),
    0,
  );
  const place = items[longest]?.place ?? `sequence ${longest}`;
  return `${place}: the sequence has ${grouped(examples[longest]?.steps ?? 0)} steps`;
}

/** Rows below their titles in columns: the first aligned left, the others, which are numbers, right. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [titles, ...rows];
  const widths = titles.map((_, j) =>
    all.reduce((most, row) => Math.max(most, [...(row[j] ?? "")].length), 0),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, j) => (j === 0 ? cell.padEnd(widths[j] ?? 0) : cell.padStart(widths[j] ?? 0))).join("  ");
  return all.map((row) => line(row).trimEnd()).join("\n");
}

/** `1.617`, and `8.862e+7` for what is far too large to be read. */
export const decimals = (value: number, digits = 3): string =>
  Math.abs(value) < 1e6 ? value.toFixed(digits) : value.toPrecision(4);

/** `45 s`, `12:07`, `3:04:05`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  if (h > 0) return `${h}:${two(m)}:${two(s)}`;
  return m > 0 ? `${m}:${two(s)}` : `${s} s`;
}

/** A word for a shell: quoted where it has to be. */
export function quoted(word: string): string {
  return /^[\w./@%+=:,-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
