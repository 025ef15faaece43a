// Series from a table file: a column of times, and columns of values.
import { checkOptions, type OptionRules } from "../../base/options.ts";
import { numberColumn } from "../../formats/number-column.ts";
import {
  column,
  isMissing,
  numberOf,
  placeOf,
  showCell,
  type Cell,
  type Column,
  type Table,
} from "../../formats/table.ts";
import { readTableFile } from "../../formats/table-file.ts";
import { chooseColumn, splitNames } from "../shared/columns.ts";
import { addPeriods, findFrequency, periodsBetween, readFrequency, type Frequency } from "./frequency.ts";
import { dayTimes, regularSeries, type SeriesCells } from "./regular-series.ts";
import {
  staticOf,
  type Covariate,
  type SeriesData,
  type SeriesSettings,
  type SeriesTable,
} from "./series.ts";
import { timeFormat, type TimeFormat } from "./time-format.ts";
import { formatTime, isTime, readTimes } from "./time.ts";

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
  /** Columns that are read, but not forecast: numbers, or texts. */
  readonly past?: string | readonly string[] | undefined;
  /** Columns that are known ahead, such as holidays. Rows after the last value, with the value left empty, have what is to come. */
  readonly future?: string | readonly string[] | undefined;
  /** Another table with columns that are known ahead, and with the same columns of times and of series. */
  readonly futureFile?: string | undefined;
}

/** The columns of a table with several series, one after another or mixed. */
export interface SeveralSeriesSettings<V extends string> extends SeriesFileSettings<V> {
  /** The column that names the series of each row. */
  readonly series: string;
  /** Columns that stay the same in each series: numbers, or texts. */
  readonly statics?: string | readonly string[] | undefined;
}

const repairRule = ["error", "fill", "interpolate"] as const;
const rules: OptionRules<Partial<SeveralSeriesSettings<string>>> = {
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
  past: "any",
  future: "any",
  futureFile: "any",
  series: "any",
  statics: "any",
};

/**
 * Reads a table (.csv, .tsv, .jsonl, .json, .parquet) as a regular series; or, with `series`, as several, in the order in which
 * they begin. Throws, naming file and line, for a missing column, where several columns could be meant, and as `seriesOf` does.
 */
export async function readSeries<const V extends string = string>(
  path: string,
  settings: SeveralSeriesSettings<V>,
): Promise<readonly SeriesTable<V>[]>;
export async function readSeries<const V extends string = string>(
  path: string,
  settings?: SeriesFileSettings<V>,
): Promise<SeriesTable<V>>;
export async function readSeries<V extends string>(
  path: string,
  settings: Partial<SeveralSeriesSettings<V>> = {},
): Promise<SeriesData<V>> {
  checkOptions("readSeries", settings, rules);
  return (await readSeriesFile(path, settings)).data;
}

/** What was read, and which of the columns has the times. */
export interface ReadSeries<V extends string> {
  readonly data: SeriesData<V>;
  /** "" for a table without times. */
  readonly time: string;
  /** How numbers were read. */
  readonly notes: readonly string[];
}

/**
 * Reads one series or several, and says what was found. `list` has the names of values with commas between them, instead of
 * `value`.
 */
export async function readSeriesFile<V extends string>(
  path: string,
  settings: Partial<SeveralSeriesSettings<V>>,
  list?: string,
): Promise<ReadSeries<V>> {
  const { time, value: one, timeFormat: format, every, start, series: seriesName, futureFile } = settings;
  const table = await readTableFile(path);
  const known = table.columns.map(({ name }) => name);
  const namesIn = (names: string | readonly string[] | undefined): readonly string[] =>
    names === undefined ? [] : typeof names === "string" ? splitNames(names, known) : names;
  const value = (list === undefined ? undefined : (splitNames(list, known) as V[])) ?? one;
  const named: readonly V[] = value === undefined ? [] : typeof value === "string" ? [value] : value;
  const [past, future, statics] = [settings.past, settings.future, settings.statics].map(namesIn) as [
    string[],
    string[],
    string[],
  ];
  if (every === undefined && start !== undefined)
    throw new Error(`${path}: a first time without a step says little; give the step, too (--every month)`);
  if (statics.length > 0 && seriesName === undefined)
    throw new Error(
      `${path}: what stays the same tells series apart, and there is one; name the column of series (--series)`,
    );
  const others = [...past, ...future, ...statics, ...(seriesName === undefined ? [] : [seriesName])];
  const written = format === undefined ? table : rewriteTimes(table, timeFormat(format), time);
  const timeName = every === undefined ? chooseTime(written, time, [...named, ...others]) : "";
  const names = value === undefined ? [chooseValue(written, [timeName, ...others]) as V] : named;
  const twice = names.find((name) => name === timeName || others.includes(name));
  if (twice === timeName)
    throw new Error(`${path}: '${timeName}' cannot be both the time and a value; name another column`);
  if (twice !== undefined)
    throw new Error(`${path}: '${twice}' is forecast, so it is read, too; name it once`);
  const isHere = (name: string): boolean => known.includes(name);
  const all = [...names, ...past, ...future.filter((name) => isHere(name) || futureFile === undefined)];
  const rows = rowsOf(table, timeName, seriesName, every);
  const numbers = all.map((name) => numberColumn(table, column(table, name)));
  const cellsOf = (own: readonly number[], source: string): SeriesCells<V> => {
    const of = <T>(cells: ArrayLike<T>): T[] => own.map((row) => cells[row] as T);
    return {
      times:
        every === undefined ? of(column(written, timeName).cells) : numberedTimes(own.length, every, start),
      values: numbers.map(({ cells }) => of(cells)),
      names: all as V[],
      past,
      future: future.filter((name) => all.includes(name)),
      source,
      unit: table.unit,
      lines: of(table.lines),
      timeName,
    };
  };
  const { source } = table;
  const notes = numbers.flatMap((read) => read.notes);
  const ahead =
    futureFile === undefined
      ? undefined
      : await readAhead(futureFile, { ...settings, time: timeName, future }, seriesName);
  if (seriesName === undefined) {
    const named = nameLike(table, [...all, timeName]);
    const cells = {
      ...cellsOf([...rows.values()][0] ?? [], source),
      ...(named !== undefined && {
        remedy: `for several series name the column that tells them apart (--series ${named})`,
      }),
    };
    const series = regularSeries(cells, settings);
    return { data: withAhead(series, future, ahead?.get("")), time: timeName, notes };
  }
  const cells = [...rows].map(([name, own]) => ({ name, own, cells: cellsOf(own, `${source} (${name})`) }));
  const frequency = commonFrequency(cells.map((one) => one.cells));
  const data = cells.map(({ name, own, cells: read }) => {
    const series = { ...regularSeries(read, settings, frequency), name };
    const constant = statics.map((label) => staticOf(label, constantIn(table, label, own)));
    return withAhead(
      { ...series, ...(constant.length > 0 && { statics: constant }) },
      future,
      ahead?.get(name) ?? ahead?.get(""),
    );
  });
  return { data, time: timeName, notes };
}

/** The rows of each series, in the order of the table; all of them under "" where nothing names series. */
function rowsOf(
  table: Table,
  time: string,
  name: string | undefined,
  every: string | undefined,
): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  if (name === undefined)
    return rows.set(
      "",
      Array.from(table.lines, (_, row) => row),
    );
  if (name === time)
    throw new Error(`${table.source}: '${name}' cannot be both the time and the name of a series`);
  column(table, name).cells.forEach((cell, row) => {
    if (isMissing(cell))
      throw new Error(
        `${placeOf(table, row)}: column '${name}' must name a series, but is empty; fill it in`,
      );
    const own = rows.get(String(cell)) ?? [];
    own.push(row);
    rows.set(String(cell), own);
  });
  if (every === undefined && rows.size === table.rows && table.rows > 1)
    throw new Error(
      `${table.source}: every row is a series of its own by column '${name}'; name the column whose value the rows of a series share`,
    );
  return rows;
}

/** The first column of texts that come several times, as names of series do. */
function nameLike(table: Table, taken: readonly string[]): string | undefined {
  return table.columns.find(({ name, cells }) => {
    const isText = cells.every((cell) => !isMissing(cell) && numberOf(cell) === undefined);
    return !taken.includes(name) && isText && new Set(cells).size <= cells.length / 2;
  })?.name;
}

/** The step that most rows of several series are apart. */
function commonFrequency(cells: readonly SeriesCells[]): Frequency | undefined {
  const rows = new Map<string, { readonly frequency: Frequency; count: number }>();
  for (const own of cells) {
    const { times, source, unit, lines, timeName } = own;
    const read = readTimes(times, { source, unit, lines, column: timeName });
    const ascending = [...new Set(dayTimes(read))].sort((a, b) => a - b);
    const frequency = findFrequency(ascending);
    if (!frequency) continue;
    const key = JSON.stringify(frequency);
    const known = rows.get(key) ?? { frequency, count: 0 };
    known.count += times.length;
    rows.set(key, known);
  }
  return [...rows.values()].sort((a, b) => b.count - a.count)[0]?.frequency;
}

/** The value of a column that stays the same in some rows. */
function constantIn(table: Table, name: string, rows: readonly number[]): number | string {
  const { cells } = numberColumn(table, column(table, name));
  const present = rows.filter((row) => !isMissing(cells[row] as Cell));
  const [first] = present;
  if (first === undefined)
    throw new Error(`${placeOf(table, rows[0] ?? 0)}: column '${name}' is empty in this series; fill it in`);
  const other = present.find((row) => cells[row] !== cells[first]);
  if (other !== undefined)
    throw new Error(
      `${placeOf(table, other)}: column '${name}' must stay the same in a series, but is ${showCell(cells[first] as Cell)} and ` +
        `${showCell(cells[other] as Cell)}; name it as a past or a future column (--past, --future)`,
    );
  const cell = cells[first] as Cell;
  return numberOf(cell) ?? String(cell);
}

/** By name the columns of another table that are known ahead; under "" where it has no column of series. */
async function readAhead(
  path: string,
  { time, timeFormat: format, future = [], ...rules }: Partial<SeveralSeriesSettings<string>>,
  seriesName: string | undefined,
): Promise<Map<string, SeriesTable>> {
  const table = await readTableFile(path);
  const written = format === undefined ? table : rewriteTimes(table, timeFormat(format), time);
  const has = (name: string | undefined): name is string =>
    name !== undefined && table.columns.some((one) => one.name === name);
  const timeName = chooseTime(written, has(time) ? time : undefined, future as string[]);
  const names = (future as string[]).filter(has);
  if (names.length === 0) column(table, (future as string[])[0] ?? "");
  const rows = rowsOf(table, timeName, has(seriesName) ? seriesName : undefined, undefined);
  return new Map(
    [...rows].map(([name, own]) => [
      name,
      regularSeries(
        {
          times: own.map((row) => column(written, timeName).cells[row] as Cell),
          values: names.map((label) => {
            const { cells } = numberColumn(table, column(table, label));
            return own.map((row) => cells[row] as Cell);
          }),
          names,
          past: names,
          source: table.source,
          unit: table.unit,
          lines: own.map((row) => table.lines[row] as number),
          timeName,
        },
        rules,
      ),
    ]),
  );
}

/** A series with what another table knows of the columns that are known ahead. Throws where a step has no value in either. */
function withAhead<V extends string>(
  series: SeriesTable<V>,
  names: readonly string[],
  ahead: SeriesTable | undefined,
): SeriesTable<V> {
  if (ahead === undefined) return series;
  const offset = periodsBetween(ahead.start, series.start, series.frequency);
  const future = names.map((name): Covariate => {
    const own = series.future?.find((one) => one.name === name);
    const other = ahead.past?.find((one) => one.name === name);
    if (other === undefined) return own as Covariate;
    const [mine, theirs] = [own && cellsOfColumn(own), cellsOfColumn(other)];
    const cells: (string | number)[] = [];
    for (let step = 0; ; step++) {
      const cell = mine?.[step] ?? theirs[step + offset];
      if (cell === undefined) break;
      cells.push(cell);
    }
    if (cells.length < series.times.length)
      throw new Error(
        `forecast: the column '${name}' has no value at ` +
          `${formatTime(series.times[cells.length] as number, series.isZoned)}${series.name === undefined ? "" : ` in series '${series.name}'`}; ` +
          "add it to one of the two tables",
      );
    return cells.every((cell) => typeof cell === "number")
      ? { name, values: Float64Array.from(cells) }
      : { name, labels: cells.map(String) };
  });
  return { ...series, future };
}

function cellsOfColumn(column: Covariate): ArrayLike<string | number> {
  return "labels" in column ? column.labels : column.values;
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

/** The times of rows without any. Throws for a step and a first time that cannot be read. */
function numberedTimes(rows: number, every: string, start = "2000-01-01"): Date[] {
  const frequency = readFrequency(every);
  const place = { source: "start", unit: "row", lines: [1], column: "start" } as const;
  const first = readTimes([start], place).times[0] as number;
  const from = frequency.unit === "business day" ? addPeriods(first, frequency, 0) : first;
  return Array.from({ length: rows }, (_, row) => new Date(addPeriods(from, frequency, row)));
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

function chooseValue(table: Table, taken: readonly string[]): string {
  const fits = (candidate: Column): boolean =>
    areAll(numberColumn(table, candidate), (cell) => numberOf(cell) !== undefined);
  return chooseColumn(table, { name: undefined, usual: "value", taken, fits });
}

/** Whether all cells that are not missing, one or more, are of a kind. */
function areAll({ cells }: Pick<Column, "cells">, isKind: (cell: Cell) => boolean): boolean {
  const present = cells.filter((cell) => !isMissing(cell));
  return present.length > 0 && present.every(isKind);
}
