// Series from a table file: a column of times, and columns of values.
import { checkOptions, type OptionRules } from "../../base/options.ts";
import { numberColumn } from "../../formats/number-column.ts";
import { column, isMissing, numberOf, type Cell, type Column, type Table } from "../../formats/table.ts";
import { readTableFile } from "../../formats/table-file.ts";
import { chooseColumn, splitNames } from "../shared/columns.ts";
import { addPeriods, readFrequency } from "./frequency.ts";
import { regularSeries, type SeriesSettings, type SeriesTable } from "./series.ts";
import { timeFormat, type TimeFormat } from "./time-format.ts";
import { isTime, readTimes } from "./time.ts";

/** The columns of a series, and how an irregular table is repaired. */
export interface SeriesFileSettings<V extends string> extends SeriesSettings {
  /** The column of times. Default `time`, or the only column of dates. */
  readonly time?: string | undefined;
  /** The column of values, or several. Default `value`, or the only other column of numbers. */
  readonly value?: V | readonly V[] | undefined;
  /** How times are written: `DD.MM.YYYY HH:mm`. Default ISO 8601. */
  readonly timeFormat?: string | undefined;
  /** The step of a table without times, whose rows are in order: `month`, `15 minutes`, `business day`. */
  readonly every?: string | undefined;
  /** The time of the first row of such a table. Default 2000-01-01. */
  readonly start?: string | undefined;
}

const repairRule = ["error", "fill", "interpolate"] as const;
const rules: OptionRules<SeriesFileSettings<string>> = {
  time: "any",
  value: "any",
  gaps: repairRule,
  duplicates: ["error", "mean", "last"],
  missing: repairRule,
  sort: "boolean",
  frequency: ["business"],
  timeFormat: "any",
  every: "any",
  start: "any",
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
  { time, value: one, timeFormat: format, every, start, ...repairs }: SeriesFileSettings<V>,
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
  if (every === undefined && start !== undefined)
    throw new Error(`${path}: a first time without a step says little; give the step, too (--every month)`);
  const written = format === undefined ? table : rewriteTimes(table, timeFormat(format), time);
  const timeName = every === undefined ? chooseTime(written, time, named) : "";
  const names = value === undefined ? [chooseValue(written, timeName) as V] : named;
  if (names.includes(timeName as V))
    throw new Error(`${path}: '${timeName}' cannot be both the time and a value; name another column`);
  const numbers = names.map((name) => numberColumn(table, column(table, name)));
  const series = regularSeries(
    {
      times: every === undefined ? column(written, timeName).cells : numberedTimes(table, every, start),
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

/** The table with times of this form in ISO 8601: in the column named, or in each that has no others. */
function rewriteTimes(table: Table, { toIso, example }: TimeFormat, time: string | undefined): Table {
  const isMeant = (candidate: Column): boolean =>
    time === undefined
      ? areAll(candidate, (cell) => toIso(String(cell)) !== undefined)
      : candidate.name === time;
  if (!table.columns.some(isMeant))
    throw new Error(
      `${table.source}: no column has times of this form, such as ${example}; correct --time-format, or name the column (--time)`,
    );
  const columns = table.columns.map((candidate) =>
    isMeant(candidate)
      ? {
          ...candidate,
          cells: candidate.cells.map((cell, row) => {
            const iso = isMissing(cell) ? undefined : toIso(String(cell));
            if (iso !== undefined) return iso;
            throw new Error(
              `${table.source}, ${table.unit} ${table.lines[row]}: column '${candidate.name}' must be a time such as ` +
                `${example}, not '${cell}'; correct it`,
            );
          }),
        }
      : candidate,
  );
  return { ...table, columns };
}

/** The times of the rows of a table without any. Throws for a step and a first time that cannot be read. */
function numberedTimes(table: Table, every: string, start = "2000-01-01"): Date[] {
  const frequency = readFrequency(every);
  const place = { source: "start", unit: "row", lines: [1], column: "start" } as const;
  const first = readTimes([start], place).times[0] as number;
  const from = frequency.unit === "business day" ? addPeriods(first, frequency, 0) : first;
  return Array.from(table.lines, (_, row) => new Date(addPeriods(from, frequency, row)));
}

function chooseTime(table: Table, name: string | undefined, taken: readonly string[]): string {
  const areTimes = (candidate: Column): boolean => areAll(candidate, isTime);
  // A number of four digits may be a year or a value, but a date is a time for certain.
  const areDates = (candidate: Column): boolean =>
    areAll(candidate, (cell) => isTime(cell) && numberOf(cell) === undefined);
  const fits = table.columns.some(areDates) ? areDates : areTimes;
  try {
    return chooseColumn(table, { name, usual: "time", taken, fits });
  } catch (cause) {
    if (name !== undefined || table.columns.some(fits)) throw cause;
    const remedy = "for rows in order without times give their step (--every month)";
    throw new Error(`${(cause as Error).message}; ${remedy}`, { cause });
  }
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
