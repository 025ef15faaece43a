// A table with a column of times as a regular series: one row a step, every cell a number. What does not fit is an error
// that names its line and the setting that would mend it; nothing is mended unasked. Reads no file.
import { describeFrequency, addPeriods, findFrequency, periodsBetween, type Frequency } from "./frequency.ts";
import { formatTime, namesZone, readTimes, type TimeCell } from "./time.ts";

/** A number, or text that is one. Missing are null, undefined, NaN and the texts "", "NA", "N/A", "NaN" and "null". */
export type NumberCell = number | string | null | undefined;

export interface SeriesTable {
  /** [rows] */
  readonly times: readonly TimeCell[];
  /** [columns][rows] */
  readonly values: readonly (readonly NumberCell[])[];
  /** [columns] */
  readonly names: readonly string[];
  /** [rows] the line of the file that each row stands on. */
  readonly lines: ArrayLike<number>;
  readonly file: string;
  /** Of the column of times, for errors; default "time". */
  readonly timeName?: string;
}

export interface SeriesSettings {
  /**
   * Steps that the table leaves out: an error (default), or rows with the last value before, or on the straight line
   * from it to the next one, by steps. The straight line looks ahead: a backtest that begins in a gap knows its end.
   */
  readonly gaps?: "error" | "fill" | "interpolate";
  /** Rows of one time: an error (default), the mean of the values that are not missing, or the last row as it is. */
  readonly duplicates?: "error" | "mean" | "last";
  /** Cells without a value: as `gaps`. */
  readonly missing?: "error" | "fill" | "interpolate";
  /** Whether to sort rows by time; default false, where a row before the one above is an error. */
  readonly sort?: boolean;
}

export interface Series {
  /** Milliseconds since 1970, as `times[0]`. */
  readonly start: number;
  readonly frequency: Frequency;
  /** [steps] milliseconds since 1970, each one step of `frequency` after the one before. */
  readonly times: Float64Array;
  readonly columns: readonly SeriesColumn[];
  /** Whether the table's times named their zones; those here are UTC in any case. */
  readonly isZoned?: boolean;
}

export interface SeriesColumn {
  readonly name: string;
  /** [steps] finite numbers. */
  readonly values: Float64Array;
}

/**
 * Throws, naming file, line and column: at cells that are not times (as `readTimes`) or finite numbers, at rows out of
 * order, at times twice, at steps left out and at missing cells (unless settings say what to do), at times that are not
 * on the grid of the most common distance, at fewer than two times, and at gaps that would make more than a million steps of
 * less than a hundredth as many times.
 */
export function readSeries(table: SeriesTable, settings: SeriesSettings = {}): Series {
  checkTable(table);
  const { file, lines, timeName = "time" } = table;
  const read = readTimes(table.times, { file, lines, column: timeName });
  const { times, rows } = distinctTimes(read, table, settings);
  const frequency = findFrequency(times);
  if (!frequency)
    throw new Error(
      times.length < 2
        ? `${file}: a series needs two different times or more, not ${times.length}; give more rows`
        : `${file}: times must be whole seconds apart, not ${smallestDistance(times)} ms; round them`,
    );
  const positions = gridPositions(times, rows, frequency, table, settings);
  const grid = Float64Array.from({ length: positions.at(-1)! + 1 }, (_, i) =>
    addPeriods(times[0]!, frequency, i),
  );
  const columns = table.names.map((name, c) => {
    const values = rows.map((same) => combined(same, c, table, settings));
    return { name, values: spread(values, positions, name, rows, table, settings) };
  });
  const isZoned = namesZone(table.times[0]);
  return { start: grid[0]!, frequency, times: grid, columns, ...(isZoned && { isZoned }) };
}

/** Of a series that is mostly gaps. */
const mostSteps = 1e6;

/** Ascending times, and for each the rows of the table that have it. */
interface DistinctTimes {
  readonly times: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

function distinctTimes(read: Float64Array, table: SeriesTable, settings: SeriesSettings): DistinctTimes {
  const { file, lines } = table;
  const { duplicates = "error", sort = false } = settings;
  const order = Array.from(read, (_, row) => row);
  if (sort) order.sort((a, b) => read[a]! - read[b]! || a - b);
  const times: number[] = [];
  const rows: number[][] = [];
  for (const row of order) {
    const [time, before] = [read[row]!, times.at(-1)];
    if (before === undefined || time > before) {
      times.push(time);
      rows.push([row]);
      continue;
    }
    const last = lines[rows.at(-1)!.at(-1)!];
    const place = `${file}, line ${lines[row]}: ${formatTime(time)}`;
    if (time < before)
      throw new Error(
        `${place} must not be before ${formatTime(before)} on line ${last}; sort the rows, or set sort to true (--sort)`,
      );
    if (duplicates === "error")
      throw new Error(
        `${place} must be there once, but is on line ${last} too; ` +
          `leave one out, or set duplicates to "mean" or "last" (--duplicates mean)`,
      );
    rows.at(-1)!.push(row);
  }
  return { times, rows };
}

/** Of each distinct time its step, from 0. */
function gridPositions(
  times: readonly number[],
  rows: DistinctTimes["rows"],
  frequency: Frequency,
  table: SeriesTable,
  { gaps = "error" }: SeriesSettings,
): readonly number[] {
  const positions = times.map((time) => periodsBetween(times[0]!, time, frequency));
  positions.forEach((position, i) => {
    if (i === 0) return;
    const place = `${table.file}, line ${table.lines[rows[i]![0]!]}: ${formatTime(times[i]!)}`;
    if (!Number.isInteger(position))
      throw new Error(
        `${place} must be a whole number of steps after ${formatTime(times[0]!)}, the first time, where most steps ` +
          `are ${describeFrequency(frequency)}, not ${Number(position.toPrecision(6))}; correct it or leave it out`,
      );
    if (position > positions[i - 1]! + 1 && gaps === "error")
      throw new Error(
        `${place} must be ${describeFrequency(frequency)} after ${formatTime(times[i - 1]!)}, the time before, not ` +
          `${describeFrequency(frequency, position - positions[i - 1]!)}; ` +
          `add what is left out, or set gaps to "fill" or "interpolate" (--gaps fill)`,
      );
  });
  // Without this one mistyped year among seconds takes the machine's memory.
  const steps = positions.at(-1)! + 1;
  if (steps > mostSteps && steps > 100 * times.length)
    throw new Error(
      `${table.file}: ${times.length} times, ${formatTime(times[0]!)} to ${formatTime(times.at(-1)!)}, would fill up to ` +
        `${steps} steps of ${describeFrequency(frequency)}; correct the time that is far off`,
    );
  return positions;
}

/** One number for the rows of one time, NaN where it is missing. */
function combined(
  rows: readonly number[],
  column: number,
  table: SeriesTable,
  { duplicates }: SeriesSettings,
): number {
  const cells = rows.map((row) => readNumber(row, column, table));
  if (duplicates !== "mean") return cells.at(-1)!;
  const present = cells.filter((value) => !Number.isNaN(value));
  return present.reduce((sum, value) => sum + value, 0) / present.length;
}

/** Values on the grid, with what is missing or left out put in. */
function spread(
  values: readonly number[],
  positions: readonly number[],
  name: string,
  rows: DistinctTimes["rows"],
  table: SeriesTable,
  { gaps = "error", missing = "error" }: SeriesSettings,
): Float64Array {
  const grid = new Float64Array(positions.at(-1)! + 1).fill(NaN);
  const here = new Map(positions.map((position, i) => [position, i]));
  const present = positions.filter((_, i) => !Number.isNaN(values[i]));
  const empty = (i: number, what: string): Error =>
    new Error(`${table.file}, line ${table.lines[rows[i]!.at(-1)!]}: column '${name}' ${what}`);
  positions.forEach((position, i) => {
    grid[position] = values[i]!;
    if (!Number.isNaN(values[i])) return;
    if (missing === "error")
      throw empty(
        i,
        `must have a number, but it is missing; give it, or set missing to "fill" or "interpolate" (--missing fill)`,
      );
    if (present.length === 0 || position < present[0]!)
      throw empty(i, "has no number up to here to fill it with; leave out the rows before the first number");
    if (missing === "interpolate" && position > present.at(-1)!)
      throw empty(
        i,
        `has no number after it to interpolate to; leave out the last rows, or set missing to "fill" (--missing fill)`,
      );
  });
  let next = 0; // in `present`: the first that is not before the step
  for (let step = 0; step < grid.length; step++) {
    if (step === present[next]) next++;
    if (!Number.isNaN(grid[step])) continue;
    const [from, to] = [present[next - 1]!, present[next]];
    const way = here.has(step) ? missing : gaps;
    const share = way === "fill" || to === undefined ? 0 : (step - from) / (to - from);
    grid[step] = grid[from]! + (share === 0 ? 0 : share * (grid[to!]! - grid[from]!));
  }
  return grid;
}

function readNumber(row: number, column: number, table: SeriesTable): number {
  const cell = table.values[column]![row];
  if (cell === null || cell === undefined || Number.isNaN(cell)) return NaN;
  if (typeof cell === "string" && /^\s*(?:na|n\/a|nan|null)?\s*$/i.test(cell)) return NaN;
  const value = Number(cell);
  if (Number.isFinite(value)) return value;
  throw new Error(
    `${table.file}, line ${table.lines[row]}: column '${table.names[column]}' must be a number, not '${cell}'; ` +
      `correct it, or leave the cell empty`,
  );
}

function smallestDistance(times: readonly number[]): number {
  return times.slice(1).reduce((least, time, i) => Math.min(least, time - times[i]!), Infinity);
}

function checkTable({ times, values, names, lines, file }: SeriesTable): void {
  if (names.length !== values.length)
    throw new Error(`${file}: ${values.length} columns need as many names, not ${names.length}; name each`);
  if (lines.length !== times.length)
    throw new Error(
      `${file}: ${times.length} rows need as many lines, not ${lines.length}; give one for each`,
    );
  values.forEach((column, c) => {
    if (column.length !== times.length)
      throw new Error(
        `${file}: column '${names[c]}' must have ${times.length} cells, one for each time, not ${column.length}`,
      );
  });
}
