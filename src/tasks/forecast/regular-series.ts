// Regular series from columns in memory or of a file; an irregularity is an error that names its row and the setting that repairs it,
// and nothing is repaired unasked.
import { shown } from "../../base/options.ts";
import { numberRemedy } from "../../formats/number-column.ts";
import { isMissing, numberOf, type Cell } from "../../formats/table.ts";
import { addPeriods, describeFrequency, findFrequency, periodsBetween, type Frequency } from "./frequency.ts";
import {
  staticOf,
  type Covariate,
  type NumberCell,
  type SeriesSettings,
  type SeriesTable,
} from "./series.ts";
import { formatTime, namesZone, readTimes, type ReadTimes, type TimeCell } from "./time.ts";

/** Which columns in memory are read and not forecast, and what the series is called. */
export interface SeriesRoles<C extends string> {
  /** The series' name, by which a model of several tells them apart. */
  readonly name?: string;
  /** Columns that are only read. */
  readonly past?: readonly C[];
  /** Columns that are known ahead: they may have more rows than values, which are left empty there. */
  readonly future?: readonly C[];
  /** What stays the same: numbers, or texts. */
  readonly statics?: Readonly<Record<string, number | string>>;
}

/**
 * A series from columns in memory: times under `time` (dates, ISO 8601 texts, or numbers that are years), and numbers
 * under any other names but `series`. `seriesOf({ time: ["2024-01", "2024-02"], sold: [3, 5] })`. Throws as
 * `regularSeries` does.
 */
export function seriesOf<const K extends string, const C extends string = never>(
  columns: { readonly time: readonly TimeCell[] } & {
    readonly [N in K]: N extends "time" ? readonly TimeCell[] : ArrayLike<NumberCell>;
  },
  { name, past = [], future = [], statics = {}, ...settings }: SeriesSettings & SeriesRoles<C> = {},
): SeriesTable<Exclude<K, "time" | C>> {
  if (!Array.isArray(columns?.time))
    throw new Error(`series: expected a list of times under 'time', got ${shown(columns?.time)}; add it`);
  const { time, ...values } = columns as { readonly time: readonly TimeCell[] } & Readonly<
    Record<string, ArrayLike<NumberCell>>
  >;
  const cells: SeriesCells = {
    times: time,
    values: Object.values(values),
    names: Object.keys(values),
    past,
    future,
    source: name ?? "series",
    unit: "row",
    lines: time.map((_, row) => row + 1),
    timeName: "time",
  };
  const constant = Object.entries(statics).map(([label, value]) => staticOf(label, value));
  return {
    ...regularSeries(cells, settings),
    ...(name !== undefined && { name }),
    ...(constant.length > 0 && { statics: constant }),
  } as SeriesTable<Exclude<K, "time" | C>>;
}

/** The cells of a series, with what errors need to name a row. */
export interface SeriesCells<V extends string = string> {
  readonly times: readonly TimeCell[]; // [rows]
  readonly values: readonly ArrayLike<NumberCell>[]; // [columns][rows]
  readonly names: readonly V[]; // [columns]
  /** The file's name, or another name for the table. */
  readonly source: string;
  /** What `lines` counts. */
  readonly unit: "line" | "row";
  readonly lines: ArrayLike<number>; // [rows]
  /** Name of the column of times. */
  readonly timeName: string;
  /** Those of `names` that are only read. Default none. */
  readonly past?: readonly string[];
  /** What else may be meant where a time comes twice or too early. */
  readonly remedy?: string;
  /** Those of `names` that are known ahead; other columns may be empty in the last rows then. Default none. */
  readonly future?: readonly string[];
}

/**
 * A regular series from cells. Throws, naming source, row and column: for cells that are not times (see `readTimes`) or
 * finite numbers; for rows out of order, repeated times, gaps and missing cells, unless settings say what to do; for times
 * off the grid of the most common distance; for fewer than two times; for value columns named `time` or `series`; and for
 * gaps that would make more than a million steps out of less than a hundredth as many times.
 */
export function regularSeries<V extends string>(
  cells: SeriesCells<V>,
  settings: SeriesSettings = {},
  given?: Frequency,
): SeriesTable<V> {
  checkCells(cells);
  const { source, unit, lines, timeName } = cells;
  const read = readTimes(cells.times, { source, unit, lines, column: timeName });
  const isLocal = goesByLocalDays(read);
  const rowTimes = dayTimes(read);
  const { times, rows } = distinctTimes(rowTimes, cells, settings);
  const frequency: Frequency | undefined =
    settings.frequency === "business" ? { unit: "business day", every: 1 } : (given ?? findFrequency(times));
  if (!frequency)
    throw new Error(
      times.length < 2
        ? `${source}: a series needs two different times or more, not ${times.length}; give more rows`
        : `${source}: times must be whole seconds apart, not ${smallestDistance(times)} ms; round them`,
    );
  const positions = gridPositions(times, rows, frequency, cells, settings);
  const { past = [], future = [] } = cells;
  const last = future.length === 0 ? rows.length - 1 : lastWithValue(rows, cells);
  const grid = Float64Array.from({ length: positions[last]! + 1 }, (_, i) =>
    addPeriods(times[0]!, frequency, i),
  );
  const numbersOf = (name: string, from: SeriesCells, rules: SeriesSettings, to: number): Float64Array => {
    const own = rows.slice(0, to + 1);
    const values = own.map((same) => combineRows(same, cells.names.indexOf(name as V), from, rules));
    return fillGrid(values, positions.slice(0, to + 1), name, own, from, rules);
  };
  const covariateOf = (name: string, to: number): Covariate => {
    const { labels, ...coded } = codedLabels(cells, name);
    if (!labels) return { name, values: numbersOf(name, cells, settings, to) };
    const codes = numbersOf(name, coded.cells, labelRules(settings), to);
    return { name, labels: Array.from(codes, (code) => labels[code] as string) };
  };
  const isZoned = !isLocal && namesZone(cells.times[0]);
  return {
    start: grid[0]!,
    frequency,
    times: grid,
    columns: cells.names
      .filter((name) => !past.includes(name) && !future.includes(name))
      .map((name) => ({ name, values: numbersOf(name, cells, settings, last) })),
    ...(past.length > 0 && { past: past.map((name) => covariateOf(name, last)) }),
    ...(future.length > 0 && { future: future.map((name) => covariateOf(name, rows.length - 1)) }),
    ...(isZoned && { isZoned }),
  };
}

/** The last of distinct times with a value in a column that is not known ahead; the last one if there is none. */
function lastWithValue(rows: DistinctTimes["rows"], { values, names, future = [] }: SeriesCells): number {
  const known = values.filter((_, c) => !future.includes(names[c]!));
  const at = rows.findLastIndex((same) =>
    same.some((row) => known.some((column) => !isMissing((column[row] ?? null) as Cell))),
  );
  return at < 0 ? rows.length - 1 : at;
}

/** The cells with a column of texts as numbers of its labels, 0 for an empty cell. Without labels where it has numbers. */
function codedLabels(
  cells: SeriesCells,
  name: string,
): { readonly cells: SeriesCells; readonly labels?: readonly string[] } {
  const c = cells.names.indexOf(name);
  const column = Array.from(cells.values[c]!, (cell) => (cell ?? null) as Cell);
  // A column of rare texts, such as holidays, may be empty in one series.
  const isEmpty = column.every(isMissing);
  if (!isEmpty && column.every((cell) => isMissing(cell) || numberOf(cell) !== undefined)) return { cells };
  const texts = column.map((cell) => (isMissing(cell) ? "" : String(cell).trim()));
  const labels = ["", ...new Set(texts.filter((text) => text !== ""))];
  const codes = texts.map((text) => labels.indexOf(text));
  return { cells: { ...cells, values: cells.values.with(c, codes) }, labels };
}

/** There is nothing between two labels. */
function labelRules({ gaps, duplicates, ...rest }: SeriesSettings): SeriesSettings {
  return {
    ...rest,
    ...(gaps && { gaps: gaps === "interpolate" ? "fill" : gaps }),
    ...(duplicates && { duplicates: duplicates === "mean" ? "last" : duplicates }),
  };
}

/** The times that steps are counted in: local ones where those are days or more apart. */
export function dayTimes(read: ReadTimes): Float64Array {
  return goesByLocalDays(read) ? read.local : read.times;
}

/** Whether times are at the same hour of their own zones, days or more apart, as midnights across summer time are. */
function goesByLocalDays({ times, local }: ReadTimes): boolean {
  if (local.every((time, i) => time === times[i])) return false;
  const ascending = [...new Set(local)].sort((a, b) => a - b);
  const unit = findFrequency(ascending)?.unit;
  return unit !== undefined && !["second", "minute", "hour"].includes(unit);
}

/** The most steps of a series that is mostly gaps. */
const mostSteps = 1e6;

/** Ascending times, and the rows of the table that have each. */
interface DistinctTimes {
  readonly times: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

function placeOf({ source, unit, lines }: SeriesCells, row: number): string {
  return `${source}, ${unit} ${lines[row]}`;
}

function distinctTimes(
  rowTimes: Float64Array,
  cells: SeriesCells,
  { duplicates = "error", sort = false }: SeriesSettings,
): DistinctTimes {
  const { unit, lines } = cells;
  const remedy = cells.remedy === undefined ? "" : `; ${cells.remedy}`;
  const order = Array.from(rowTimes, (_, row) => row);
  if (sort) order.sort((a, b) => rowTimes[a]! - rowTimes[b]! || a - b);
  const times: number[] = [];
  const rows: number[][] = [];
  for (const row of order) {
    const [time, before] = [rowTimes[row]!, times.at(-1)];
    if (before === undefined || time > before) {
      times.push(time);
      rows.push([row]);
      continue;
    }
    const last = `${unit} ${lines[rows.at(-1)!.at(-1)!]}`;
    const place = `${placeOf(cells, row)}: ${formatTime(time)}`;
    if (time < before)
      throw new Error(
        `${place} must not be before ${formatTime(before)} on ${last}; sort the rows, or set sort to true (--sort)${remedy}`,
      );
    if (duplicates === "error")
      throw new Error(
        `${place} must occur only once, but is on ${last}, too; ` +
          `leave one out, or set duplicates to "mean" or "last" (--duplicates mean)${remedy}`,
      );
    rows.at(-1)!.push(row);
  }
  return { times, rows };
}

/** The step of each distinct time, from 0. */
function gridPositions(
  times: readonly number[],
  rows: DistinctTimes["rows"],
  frequency: Frequency,
  cells: SeriesCells,
  { gaps = "error" }: SeriesSettings,
): readonly number[] {
  const positions = times.map((time) => periodsBetween(times[0]!, time, frequency));
  positions.forEach((position, i) => {
    if (i === 0) return;
    const place = `${placeOf(cells, rows[i]![0]!)}: ${formatTime(times[i]!)}`;
    if (!Number.isInteger(position))
      throw new Error(
        `${place} must be a whole number of steps after ${formatTime(times[0]!)}, the first time, where most steps ` +
          `are ${describeFrequency(frequency)}, not ${Number(position.toPrecision(6))}; correct it or leave it out`,
      );
    if (position > positions[i - 1]! + 1 && gaps === "error")
      throw new Error(
        `${place} must be ${describeFrequency(frequency)} after ${formatTime(times[i - 1]!)}, the time before, not ` +
          `${describeFrequency(frequency, position - positions[i - 1]!)}; ` +
          `add the missing rows, or set gaps to "fill" or "interpolate" (--gaps fill)`,
      );
  });
  // Without this one mistyped year among seconds takes the machine's memory.
  const steps = positions.at(-1)! + 1;
  if (steps > mostSteps && steps > 100 * times.length)
    throw new Error(
      `${cells.source}: ${times.length} times, ${formatTime(times[0]!)} to ${formatTime(times.at(-1)!)}, would fill up to ` +
        `${steps} steps of ${describeFrequency(frequency)}; correct the time that is far off`,
    );
  return positions;
}

/** One number for the rows of one time, NaN where it is missing. */
function combineRows(
  rows: readonly number[],
  column: number,
  cells: SeriesCells,
  { duplicates }: SeriesSettings,
): number {
  const values = rows.map((row) => readNumber(row, column, cells));
  if (duplicates !== "mean") return values.at(-1)!;
  const present = values.filter((value) => !Number.isNaN(value));
  return present.reduce((sum, value) => sum + value, 0) / present.length;
}

/** Puts values on the grid, and fills in those of gaps and missing cells. */
function fillGrid(
  values: readonly number[],
  positions: readonly number[],
  name: string,
  rows: DistinctTimes["rows"],
  cells: SeriesCells,
  { gaps = "error", missing = "error" }: SeriesSettings,
): Float64Array {
  const grid = new Float64Array(positions.at(-1)! + 1).fill(NaN);
  const inTable = new Set(positions);
  const present = positions.filter((_, i) => !Number.isNaN(values[i]));
  const cellError = (i: number, problem: string): Error =>
    new Error(`${placeOf(cells, rows[i]!.at(-1)!)}: column '${name}' ${problem}`);
  positions.forEach((position, i) => {
    grid[position] = values[i]!;
    if (!Number.isNaN(values[i])) return;
    if (missing === "error") {
      const ahead =
        position > (present.at(-1) ?? position)
          ? ", or name the columns that are known ahead (--future COLUMNS)"
          : "";
      throw cellError(
        i,
        `must have a number, but it is missing; give it, or set missing to "fill" or "interpolate" (--missing fill)${ahead}`,
      );
    }
    if (present.length === 0 || position < present[0]!)
      throw cellError(
        i,
        "has no number up to here to fill it with; leave out the rows before the first number",
      );
    if (missing === "interpolate" && position > present.at(-1)!)
      throw cellError(
        i,
        `has no number after it to interpolate to; leave out the last rows, or set missing to "fill" (--missing fill)`,
      );
  });
  let next = 0; // in `present`: the first that is not before the step
  for (let step = 0; step < grid.length; step++) {
    if (step === present[next]) next++;
    if (!Number.isNaN(grid[step])) continue;
    const [from, to] = [present[next - 1]!, present[next]];
    const rule = inTable.has(step) ? missing : gaps;
    const share = rule === "fill" || to === undefined ? 0 : (step - from) / (to - from);
    grid[step] = grid[from]! + (share === 0 ? 0 : share * (grid[to!]! - grid[from]!));
  }
  return grid;
}

function readNumber(row: number, column: number, cells: SeriesCells): number {
  const cell = cells.values[column]![row];
  if (cell === null || cell === undefined || Number.isNaN(cell)) return NaN;
  if (typeof cell === "string" && /^\s*(?:na|n\/a|nan|null)?\s*$/i.test(cell)) return NaN;
  const value = numberOf(cell);
  if (value !== undefined) return value;
  throw new Error(
    `${placeOf(cells, row)}: column '${cells.names[column]}' must be a number, not '${cell}'; ${numberRemedy(cell)}`,
  );
}

function smallestDistance(times: readonly number[]): number {
  return times.slice(1).reduce((least, time, i) => Math.min(least, time - times[i]!), Infinity);
}

/** Names that rows of forecasts, and of tables with several series, use themselves. */
const reservedNames: readonly string[] = ["time", "series"];

function checkCells({ times, values, names, lines, source, past = [], future = [] }: SeriesCells): void {
  if (names.length === 0) throw new Error(`${source}: a series needs a column of values or more; give one`);
  const reserved = names.find((name) => reservedNames.includes(name));
  if (reserved !== undefined)
    throw new Error(`${source}: a column of values cannot be named '${reserved}'; rename it`);
  const unknown = [...past, ...future].find((name) => !names.includes(name as never));
  if (unknown !== undefined) throw new Error(`${source}: there is no column '${unknown}' to be read; add it`);
  const both = past.find((name) => future.includes(name));
  if (both !== undefined)
    throw new Error(`${source}: '${both}' is either known ahead or not; name it once (--past or --future)`);
  if (future.length > 0 && names.length === past.length + future.length)
    throw new Error(`${source}: a series needs a column of values or more; give one`);
  const repeated = names.find((name, c) => names.indexOf(name) < c);
  if (repeated !== undefined)
    throw new Error(`${source}: the column '${repeated}' is named twice; name it once`);
  if (names.length !== values.length)
    throw new Error(`${source}: ${values.length} columns need as many names, not ${names.length}; name each`);
  if (lines.length !== times.length)
    throw new Error(
      `${source}: ${times.length} rows need as many lines, not ${lines.length}; give one for each`,
    );
  values.forEach((column, c) => {
    if (column.length !== times.length)
      throw new Error(
        `${source}: column '${names[c]}' must have ${times.length} cells, one for each time, not ${column.length}`,
      );
  });
}
