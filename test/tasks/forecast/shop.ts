// Monthly sales for tests: a trend, a season and a remainder that looks like noise; beside them goods kept in store.
import { seriesOf } from "../../../src/tasks/forecast/regular-series.ts";
import { type SeriesTable } from "../../../src/tasks/forecast/series.ts";

export const months = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    return `${1990 + Math.floor(i / 12)}-${String(1 + (i % 12)).padStart(2, "0")}`;
  });

export const sold = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => 200 + i + ((i % 12) - 5) ** 2 + ((i * 37) % 11));

export const kept = (count: number): number[] => Array.from({ length: count }, (_, i) => 50 + ((i * 7) % 13));

/** Months of the shop from January 1990 on. */
export function shop(count: number): SeriesTable<"sold" | "kept"> {
  return seriesOf({ time: months(count), sold: sold(count), kept: kept(count) });
}

/** The same as lines of a CSV file. */
export function shopCsv(count: number): string {
  const [time, first, second] = [months(count), sold(count), kept(count)];
  return `month,sold,kept\n${time.map((month, i) => `${month},${first[i]},${second[i]}\n`).join("")}`;
}

/** The values of the shop alone that a program names. */
export function sales(count: number): SeriesTable<"sold"> {
  return seriesOf({ time: months(count), sold: sold(count) });
}
