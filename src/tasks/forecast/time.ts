// Times as text and as milliseconds since 1970-01-01T00:00:00Z, in ISO 8601 and the Gregorian calendar. A time without a
// zone is UTC whatever the machine's own zone; an offset is converted.

/**
 * A cell of a column of times: text, a number that is a year, or a date. Text is `1949`, `1949-01`, `2016-07-01`,
 * `2016-07-01 14:30` or `2016-07-01T14:30:00.250`, the last two also with `Z`, `+01:00`, `+0100` or `+01`.
 */
export type TimeCell = string | number | Date | null | undefined;

/** Where a column's cells are from, for errors. */
export interface ColumnPlace {
  readonly source: string;
  readonly column: string;
  /** What `lines` counts. */
  readonly unit: "line" | "row";
  readonly lines: ArrayLike<number>; // [cells]
}

const pattern =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?: ?([Zz]|[+-]\d{2}(?::?\d{2})?))?)?)?)?$/;

interface ReadTime {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Milliseconds by which the clock of its zone is ahead of UTC. */
  readonly offset: number;
  /** Whether the cell names a zone. */
  readonly isZoned: boolean;
}

/** The times of a column. */
export interface ReadTimes {
  /** [cells] milliseconds since 1970. */
  readonly times: Float64Array;
  /** [cells] the same as the clocks of their zones show them. */
  readonly local: Float64Array;
}

/**
 * Milliseconds since 1970. A part that a date leaves out is its first: `1949` is 1949-01-01T00:00:00Z. Digits
 * below a millisecond are dropped. Throws at a cell that is not a time, and where some cells name a zone and some do not,
 * since those that do not may be off by hours.
 */
export function readTimes(cells: readonly TimeCell[], place: ColumnPlace): ReadTimes {
  const { source, unit, lines, column } = place;
  const times = new Float64Array(cells.length);
  const local = new Float64Array(cells.length);
  let first: ReadTime | undefined;
  cells.forEach((cell, i) => {
    const read = readTime(cell);
    const at = `${source}, ${unit} ${lines[i]}: column '${column}'`;
    if (!read)
      throw new Error(`${at} must be a time such as 2024-01-31, not ${showCell(cell)}; ${remedyOf(cell)}`);
    first ??= read;
    if (read.isZoned !== first.isZoned)
      throw new Error(
        `${at} must ${first.isZoned ? "name" : "not name"} a zone, as ${unit} ${lines[0]} ` +
          `${first.isZoned ? "does" : "does not"}, but is ${showCell(cell)}; write all times with a zone or none`,
      );
    times[i] = read.time;
    local[i] = read.time + read.offset;
  });
  return { times, local };
}

/** Whether a cell names a zone with its time. */
export function namesZone(cell: TimeCell): boolean {
  return readTime(cell)?.isZoned === true;
}

/** Whether a cell is a time. */
export function isTime(cell: TimeCell): boolean {
  return readTime(cell) !== undefined;
}

/** The shortest text that `readTimes` reads as this time, in UTC; for times with zones always with the hour and `Z`. */
export function formatTime(time: number, isZoned: boolean = false): string {
  if (isZoned) return new Date(time).toISOString().replace(".000Z", "Z");
  const [date = "", clock = ""] = new Date(time).toISOString().split("T");
  if (clock === "00:00:00.000Z") return date;
  return `${date} ${clock.replace("Z", "").replace(".000", "")}`;
}

function readTime(cell: TimeCell): ReadTime | undefined {
  if (cell instanceof Date) {
    const time = cell.getTime();
    return Number.isNaN(time) ? undefined : { time, offset: 0, isZoned: true };
  }
  const parts = pattern.exec(String(cell ?? "").trim());
  if (!parts) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const [, , , , , , , fraction = "", zone] = parts;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // not Date.UTC, which takes years below 100 for 1900 and on
  const exists =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = zone === undefined ? 0 : readOffset(zone);
  if (offset === undefined) return undefined;
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, "0"));
  const clock = ((hour * 60 + minute - offset) * 60 + second) * 1000 + milliseconds;
  return { time: date.getTime() + clock, offset: offset * 60_000, isZoned: zone !== undefined };
}

/** Minutes east of UTC. */
function readOffset(zone: string): number | undefined {
  if (/^z$/i.test(zone)) return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(":", "") || 0)];
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

/** What to do about a cell that is not a time. */
function remedyOf(cell: TimeCell): string {
  const text = String(cell ?? "").trim();
  if (/^\d{1,3}(-\d{1,2}){0,2}$/u.test(text))
    return (
      "a year has four digits; if these are numbers of periods, leave the column out and give the first time and the step " +
      "(--start 2000-01 --every month)"
    );
  if (/^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|^\d{4}[./]\d{1,2}[./]\d{1,2}/u.test(text))
    return "say how it is written (--time-format DD.MM.YYYY, MM/DD/YYYY …), or correct it";
  return "correct it";
}

function showCell(cell: TimeCell): string {
  if (cell === null || cell === undefined) return "empty";
  return cell instanceof Date ? "an invalid date" : `'${cell}'`;
}
