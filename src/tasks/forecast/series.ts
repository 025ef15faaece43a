// Regular series of numbers: one step after another, with a number in every column at every step. Made from columns of
// cells; an irregularity is an error that names its row and the setting that repairs it, and nothing is repaired unasked.
import { shown } from "../../base/options.ts";
import { numberRemedy } from "../../formats/number-column.ts";
import { numberOf } from "../../formats/table.ts";
import { addPeriods, describeFrequency, findFrequency, periodsBetween, type Frequency } from "./frequency.ts";
import { formatTime, namesZone, readTimes, type ReadTimes, type TimeCell } from "./time.ts";

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
  readonly columns: readonly SeriesColumn<V>[];
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
}

/**
 * A series from columns in memory: times under `time` (dates, ISO 8601 texts, or numbers that are years), and numbers
 * under any other names but `series`. `seriesOf({ time: ["2024-01", "2024-02"], sold: [3, 5] })`. Throws as
 * `regularSeries` does.
 */
export function seriesOf<const K extends string>(
  columns: { readonly time: readonly TimeCell[] } & {
    readonly [N in K]: N extends "time" ? readonly TimeCell[] : ArrayLike<NumberCell>;
  },
  settings: SeriesSettings = {},
): SeriesTable<Exclude<K, "time">> {
  type Value = Exclude<K, "time">;
  if (!Array.isArray(columns?.time))
    throw new Error(`series: expected a list of times under 'time', got ${shown(columns?.time)}; add it`);
  const { time, ...values } = columns as { readonly time: readonly TimeCell[] } & Readonly<
    Record<Value, ArrayLike<NumberCell>>
  >;
  const cells: SeriesCells<Value> = {
    times: time,
    values: Object.values(values),
    names: Object.keys(values) as Value[],
    source: "series",
    unit: "row",
    lines: time.map((_, row) => row + 1),
    timeName: "time",
  };
  return regularSeries(cells, settings);
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
): SeriesTable<V> {
  checkCells(cells);
  const { source, unit, lines, timeName } = cells;
  const read = readTimes(cells.times, { source, unit, lines, column: timeName });
  const isLocal = goesByLocalDays(read);
  const rowTimes = isLocal ? read.local : read.times;
  const { times, rows } = distinctTimes(rowTimes, cells, settings);
  const frequency: Frequency | undefined =
    settings.frequency === "business" ? { unit: "business day", every: 1 } : findFrequency(times);
  if (!frequency)
    throw new Error(
      times.length < 2
        ? `${source}: a series needs two different times or more, not ${times.length}; give more rows`
        : `${source}: times must be whole seconds apart, not ${smallestDistance(times)} ms; round them`,
    );
  const positions = gridPositions(times, rows, frequency, cells, settings);
  const grid = Float64Array.from({ length: positions.at(-1)! + 1 }, (_, i) =>
    addPeriods(times[0]!, frequency, i),
  );
  const columns = cells.names.map((name, c) => {
    const values = rows.map((same) => combineRows(same, c, cells, settings));
    return { name, values: fillGrid(values, positions, name, rows, cells, settings) };
  });
  const isZoned = !isLocal && namesZone(cells.times[0]);
  return { start: grid[0]!, frequency, times: grid, columns, ...(isZoned && { isZoned }) };
}

/** Whether times are at the same hour of their own zones, days or more apart, as midnights across summer time are. */
function goesByLocalDays({ times, local }: ReadTimes): boolean {
  if (local.every((time, i) => time === times[i])) return false;
  const ascending = [...new Set(local)].sort((a, b) => a - b);
  const unit = findFrequency(ascending)?.unit;
  return unit !== undefined && !["second", "minute", "hour"].includes(unit);
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
    partFrom: from,
  };
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
        `${place} must not be before ${formatTime(before)} on ${last}; sort the rows, or set sort to true (--sort)`,
      );
    if (duplicates === "error")
      throw new Error(
        `${place} must occur only once, but is on ${last}, too; ` +
          `leave one out, or set duplicates to "mean" or "last" (--duplicates mean)`,
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
    if (missing === "error")
      throw cellError(
        i,
        `must have a number, but it is missing; give it, or set missing to "fill" or "interpolate" (--missing fill)`,
      );
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

function checkCells({ times, values, names, lines, source }: SeriesCells): void {
  if (names.length === 0) throw new Error(`${source}: a series needs a column of values or more; give one`);
  const reserved = names.find((name) => reservedNames.includes(name));
  if (reserved !== undefined)
    throw new Error(`${source}: a column of values cannot be named '${reserved}'; rename it`);
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
