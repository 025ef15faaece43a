// Series from a table file: a column of times, and columns of values.
import { checkOptions, type OptionRules } from "../../base/options.ts";
import { numberColumn } from "../../formats/number-column.ts";
import { column, isMissing, numberOf, type Cell, type Column, type Table } from "../../formats/table.ts";
import { readTableFile } from "../../formats/table-file.ts";
import { chooseColumn, splitNames } from "../shared/columns.ts";
import { regularSeries, type SeriesSettings, type SeriesTable } from "./series.ts";
import { isTime } from "./time.ts";

/** The columns of a series, and how an irregular table is repaired. */
export interface SeriesFileSettings<V extends string> extends SeriesSettings {
  /** The column of times. Default `time`, or the only column of dates. */
  readonly time?: string | undefined;
  /** The column of values, or several. Default `value`, or the only other column of numbers. */
  readonly value?: V | readonly V[] | undefined;
}

const repairRule = ["error", "fill", "interpolate"] as const;
const rules: OptionRules<SeriesFileSettings<string>> = {
  time: "any",
  value: "any",
  gaps: repairRule,
  duplicates: ["error", "mean", "last"],
  missing: repairRule,
  sort: "boolean",
};

/**
 * Reads a table (.csv, .tsv, .jsonl, .json, .parquet) as a regular series. Throws, naming file and line, for a missing
 * column, where several columns could be meant, and as `seriesOf` does.
 */
export async function readSeries<const V extends string = string>(
  path: string,
  settings: SeriesFileSettings<V> = {},
): Promise<SeriesTable<V>> {
  checkOptions("readSeries", settings, rules);
  return (await readSeriesFile(path, settings)).series;
}

/**
 * Reads a series, and says which of the columns has the times, and how numbers were read. `list` has the names of values
 * with commas between them, instead of `value`.
 */
export async function readSeriesFile<V extends string>(
  path: string,
  { time, value: one, ...repairs }: SeriesFileSettings<V>,
  list?: string,
): Promise<{ readonly series: SeriesTable<V>; readonly time: string; readonly notes: readonly string[] }> {
  const table = await readTableFile(path);
  const listed =
    list === undefined
      ? undefined
      : splitNames(
          list,
          table.columns.map(({ name }) => name),
        );
  const value = (listed as V[] | undefined) ?? one;
  const named = value === undefined ? [] : typeof value === "string" ? [value] : value;
  const timeName = chooseTime(table, time, named);
  const names = value === undefined ? [chooseValue(table, timeName) as V] : named;
  if (names.includes(timeName as V))
    throw new Error(`${path}: '${timeName}' cannot be both the time and a value; name another column`);
  const numbers = names.map((name) => numberColumn(table, column(table, name)));
  const series = regularSeries(
    {
      times: column(table, timeName).cells,
      values: numbers.map(({ cells }) => cells),
      names,
      source: table.source,
      unit: table.unit,
      lines: table.lines,
      timeName,
    },
    repairs,
  );
  return { series, time: timeName, notes: numbers.flatMap(({ notes }) => notes) };
}

function chooseTime(table: Table, name: string | undefined, taken: readonly string[]): string {
  const areTimes = (candidate: Column): boolean => areAll(candidate, isTime);
  // A number of four digits may be a year or a value, but a date is a time for certain.
  const areDates = (candidate: Column): boolean =>
    areAll(candidate, (cell) => isTime(cell) && numberOf(cell) === undefined);
  const fits = table.columns.some(areDates) ? areDates : areTimes;
  return chooseColumn(table, { name, usual: "time", taken, fits });
}

function chooseValue(table: Table, time: string): string {
  const fits = (candidate: Column): boolean =>
    areAll(numberColumn(table, candidate), (cell) => numberOf(cell) !== undefined);
  return chooseColumn(table, { name: undefined, usual: "value", taken: [time], fits });
}

/** Whether all cells that are not missing, one or more, are of a kind. */
function areAll({ cells }: Pick<Column, "cells">, isKind: (cell: Cell) => boolean): boolean {
  const present = cells.filter((cell) => !isMissing(cell));
  return present.length > 0 && present.every(isKind);
}
