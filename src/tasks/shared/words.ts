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

/** "train on 900 sequences, validate on 50, leave 50 for testing". */
export function splitInWords({ train, validation, test }: Parts<ArrayLike<unknown>>, items: string): string {
  const left = test ? `, leave ${grouped(test.length)} for testing` : "";
  const validated = validation ? `validate on ${grouped(validation.length)}` : "validate on nothing";
  return `train on ${grouped(train.length)} ${items}, ${validated}${left}`;
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
