// Regular series of numbers: one step after another, with a number in every column at every step.
import { shown } from "../../base/options.ts";
import type { Frequency } from "./frequency.ts";

/** A number, or text that is one. Missing are null, undefined, NaN and the texts "", "NA", "N/A", "NaN" and "null". */
export type NumberCell = number | string | null | undefined;

/** A regular series, typed by the names of its value columns. `readSeries` and `seriesOf` make one. */
export interface SeriesTable<V extends string = string> {
  /** The first time, in milliseconds since 1970. */
  readonly start: number;
  /** The step from one time to the next. */
  readonly frequency: Frequency;
  /** [steps] milliseconds since 1970, one step of `frequency` apart. */
  readonly times: Float64Array;
  /** What is forecast. */
  readonly columns: readonly SeriesColumn<V>[];
  /** Its name among several series. */
  readonly name?: string;
  /** Columns that are read, but not forecast: [steps]. */
  readonly past?: readonly Covariate[];
  /** Columns that are known ahead, such as holidays: [steps] and as many more as are known. */
  readonly future?: readonly Covariate[];
  /** What stays the same in this series: [1]. */
  readonly statics?: readonly Covariate[];
  /** Whether the times were written with zones; those here are UTC in any case. */
  readonly isZoned?: boolean;
  /** For a part of a series: the step at which it begins. The steps before are its history. */
  readonly partFrom?: number;
}

/** A column of a series: a name, and a number per step. */
export interface SeriesColumn<V extends string = string> {
  readonly name: V;
  /** [steps] finite numbers. */
  readonly values: Float64Array;
}

/** A column that is read beside those that are forecast: numbers; or texts, where "" stands for none. */
export type Covariate =
  | { readonly name: string; readonly values: Float64Array }
  | { readonly name: string; readonly labels: readonly string[] };

/** One series, or several that one model is trained on, each with a name of its own. */
export type SeriesData<V extends string = string> = SeriesTable<V> | readonly SeriesTable<V>[];

/** How an irregular table is repaired. */
export interface SeriesSettings {
  /**
   * Steps that the table leaves out: an error (default), the last value before, or a straight line from it to the next
   * value. The straight line looks ahead: a backtest that begins in a gap knows its end.
   */
  readonly gaps?: "error" | "fill" | "interpolate";
  /** Several rows with the same time: an error (default), the mean of their values, or the last row. */
  readonly duplicates?: "error" | "mean" | "last";
  /** Cells without a value: as `gaps`. */
  readonly missing?: "error" | "fill" | "interpolate";
  /** Whether to sort rows by time. Default false: a row earlier than the one above it is an error. */
  readonly sort?: boolean;
  /** `business`: the days from Monday to Friday. Default what the times show. */
  readonly frequency?: "business" | undefined;
}

/** What stays the same in a series, as a column. */
export function staticOf(name: string, value: number | string): Covariate {
  return typeof value === "number" ? { name, values: Float64Array.of(value) } : { name, labels: [value] };
}

/** The values of a column. Throws where the series lacks it. */
export function columnValues(series: SeriesTable, name: string): Float64Array {
  const column = series.columns.find((candidate) => candidate.name === name);
  if (column) return column.values;
  const names = series.columns.map((candidate) => candidate.name).join(", ");
  throw new Error(`forecast: the model reads a column '${name}', and the series has only ${names}; add it`);
}

/** Throws unless it is a series; `place` begins the error. */
export function checkSeries(place: string, series: unknown): void {
  if ((series as Partial<SeriesTable> | undefined)?.times instanceof Float64Array) return;
  throw new Error(`${place}: expected a series, as seriesOf and readSeries make one, got ${shown(series)}`);
}

/** Whether data are several series, each with a name. */
export function areSeveral<V extends string>(data: SeriesData<V>): data is readonly SeriesTable<V>[] {
  return Array.isArray(data);
}

/** The series of data. */
export function listOf<V extends string>(data: SeriesData<V>): readonly SeriesTable<V>[] {
  return areSeveral(data) ? data : [data];
}

/** Throws unless it is a series, or several with a name each; `place` begins the error. */
export function checkSeriesData(place: string, data: SeriesData): void {
  if (!areSeveral(data)) return checkSeries(place, data);
  if (data.length === 0)
    throw new Error(`${place}: expected a series or several, got an empty list; give one`);
  data.forEach((series) => checkSeries(place, series));
  const names = data.map(({ name }) => name);
  if (names.includes(undefined))
    throw new Error(
      `${place}: each of several series needs a name; give it, as in seriesOf(columns, { name: "north" })`,
    );
  const repeated = names.find((name, i) => names.indexOf(name) < i);
  if (repeated !== undefined)
    throw new Error(`${place}: two series are named '${repeated}'; give each a name of its own`);
}

/** The steps up to `to`, of which those from `from` on are the part and those before its history. */
export function stretchOf<V extends string>(
  series: SeriesTable<V>,
  from: number,
  to: number,
): SeriesTable<V> {
  return {
    ...series,
    times: series.times.subarray(0, to),
    columns: series.columns.map(({ name, values }) => ({ name, values: values.subarray(0, to) })),
    ...(series.past && { past: series.past.map((column) => upTo(column, to)) }),
    partFrom: from,
  };
}

/** The first steps of a column. */
export function upTo(column: Covariate, steps: number): Covariate {
  return "labels" in column
    ? { ...column, labels: column.labels.slice(0, steps) }
    : { ...column, values: column.values.subarray(0, steps) };
}
