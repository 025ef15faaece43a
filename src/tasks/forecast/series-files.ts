// Series from a table file: a column of times, and columns of values.
import { checkOptions, type OptionRules } from "../../base/options.ts";
import { numberColumn } from "../../formats/number-column.ts";
import { column, type Cell } from "../../formats/table.ts";
import { readTableFile } from "../../formats/table-file.ts";
import { splitNames } from "../shared/columns.ts";
import { findFrequency, periodsBetween, type Frequency } from "./frequency.ts";
import { dayTimes, regularSeries, type SeriesCells } from "./regular-series.ts";
import {
  staticOf,
  type Covariate,
  type SeriesData,
  type SeriesSettings,
  type SeriesTable,
} from "./series.ts";
import {
  areDates,
  chooseTime,
  chooseValue,
  constantIn,
  nameLike,
  numberedTimes,
  rewriteTimes,
  rowsOf,
} from "./series-columns.ts";
import { timeFormat } from "./time-format.ts";
import { formatTime, readTimes } from "./time.ts";

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
  const { time, timeFormat: format, every, start, series: seriesName, futureFile } = settings;
  const table = await readTableFile(path);
  const known = table.columns.map(({ name }) => name);
  const { value, past, future, statics } = rolesOf(path, known, settings, list);
  const named: readonly V[] = value === undefined ? [] : typeof value === "string" ? [value] : value;
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
  const unread = every === undefined ? undefined : table.columns.find(areDates)?.name;
  const notes = [
    ...numbers.flatMap((read) => read.notes),
    ...(unread === undefined
      ? []
      : [`column '${unread}' has times, which are not read, since the step is given`]),
  ];
  const aheadOf = async (frequency: Frequency | undefined): Promise<Map<string, SeriesTable> | undefined> =>
    futureFile === undefined
      ? undefined
      : readAhead(futureFile, { ...settings, time: timeName, future }, seriesName, frequency);
  if (seriesName === undefined) {
    const named = nameLike(table, [...all, timeName]);
    const cells = {
      ...cellsOf([...rows.values()][0] ?? [], source),
      ...(named !== undefined && {
        remedy: `for several series name the column that tells them apart (--series ${named})`,
      }),
    };
    const series = regularSeries(cells, settings);
    const ahead = await aheadOf(series.frequency);
    return { data: withAhead(series, future, ahead?.get("")), time: timeName, notes };
  }
  const cells = [...rows].map(([name, own]) => ({ name, own, cells: cellsOf(own, `${source} (${name})`) }));
  const frequency = commonFrequency(cells.map((one) => one.cells));
  const ahead = await aheadOf(frequency);
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

/** The names of the columns of each role. Throws for settings that say nothing without another one. */
function rolesOf<V extends string>(
  path: string,
  known: readonly string[],
  settings: Partial<SeveralSeriesSettings<V>>,
  list: string | undefined,
): Readonly<Record<"past" | "future" | "statics", readonly string[]>> & {
  readonly value: V | readonly V[] | undefined;
} {
  const namesIn = (names: string | readonly string[] | undefined): readonly string[] =>
    names === undefined ? [] : typeof names === "string" ? splitNames(names, known) : names;
  const [past, future, statics] = [
    namesIn(settings.past),
    namesIn(settings.future),
    namesIn(settings.statics),
  ];
  if (settings.every === undefined && settings.start !== undefined)
    throw new Error(`${path}: a first time without a step says little; give the step, too (--every month)`);
  if (settings.futureFile !== undefined && future.length === 0)
    throw new Error(`${settings.futureFile}: name the columns that are known ahead, which it has (--future)`);
  if (statics.length > 0 && settings.series === undefined)
    throw new Error(
      `${path}: what stays the same tells series apart, and there is one; name the column of series (--series)`,
    );
  const value = list === undefined ? settings.value : (splitNames(list, known) as V[]);
  return { value, past, future, statics };
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

/**
 * By name the columns of another table that are known ahead; under "" where it has no column of series. A single row is enough
 * where the frequency is known.
 */
async function readAhead(
  path: string,
  { time, timeFormat: format, future = [], ...rules }: Partial<SeveralSeriesSettings<string>>,
  seriesName: string | undefined,
  frequency: Frequency | undefined,
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
        frequency,
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
