// The columns of a table that has series: which of them are meant, the times in them, and the rows of each series.
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
import { chooseColumn } from "../shared/columns.ts";
import { addPeriods, readFrequency } from "./frequency.ts";
import type { TimeFormat } from "./time-format.ts";
import { isTime, readTimes } from "./time.ts";

/** The rows of each series, in the order of the table; all of them under "" where nothing names series. */
export function rowsOf(
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
export function nameLike(table: Table, taken: readonly string[]): string | undefined {
  return table.columns.find(({ name, cells }) => {
    const isText = cells.every((cell) => !isMissing(cell) && numberOf(cell) === undefined);
    return !taken.includes(name) && isText && new Set(cells).size <= cells.length / 2;
  })?.name;
}

/** The value of a column that stays the same in some rows. */
export function constantIn(table: Table, name: string, rows: readonly number[]): number | string {
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

/** The table with times of this form in ISO 8601: in the column named, or in each that has no others. */
export function rewriteTimes(table: Table, { toIso, example }: TimeFormat, time: string | undefined): Table {
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
export function numberedTimes(rows: number, every: string, start = "2000-01-01"): Date[] {
  const frequency = readFrequency(every);
  const place = { source: "start", unit: "row", lines: [1], column: "start" } as const;
  const first = readTimes([start], place).times[0] as number;
  const from = frequency.unit === "business day" ? addPeriods(first, frequency, 0) : first;
  return Array.from({ length: rows }, (_, row) => new Date(addPeriods(from, frequency, row)));
}

export function chooseTime(table: Table, name: string | undefined, taken: readonly string[]): string {
  const areTimes = (candidate: Column): boolean => areAll(candidate, isTime);
  const fits = table.columns.some(areDates) ? areDates : areTimes;
  try {
    return chooseColumn(table, { name, usual: "time", taken, fits });
  } catch (cause) {
    if (name !== undefined || table.columns.some(fits)) throw cause;
    const remedy = "for rows in order without times give their step (--every month)";
    throw new Error(`${(cause as Error).message}; ${remedy}`, { cause });
  }
}

export function chooseValue(table: Table, taken: readonly string[]): string {
  const fits = (candidate: Column): boolean =>
    areAll(numberColumn(table, candidate), (cell) => numberOf(cell) !== undefined);
  return chooseColumn(table, { name: undefined, usual: "value", taken, fits });
}

/** A number of four digits may be a year or a value, but a date is a time for certain. */
export function areDates(candidate: Column): boolean {
  return areAll(candidate, (cell) => isTime(cell) && numberOf(cell) === undefined);
}

/** Whether all cells that are not missing, one or more, are of a kind. */
function areAll({ cells }: Pick<Column, "cells">, isKind: (cell: Cell) => boolean): boolean {
  const present = cells.filter((cell) => !isMissing(cell));
  return present.length > 0 && present.every(isKind);
}
