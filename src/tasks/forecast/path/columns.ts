// The linear path of each column of one series or several.
import type { Frequency } from "../frequency.ts";
import { fitScaling, type Scaling, type ScalingSettings } from "../scaling.ts";
import type { SeriesColumn } from "../series.ts";
import { fitPaths, type FittedPath } from "./fit-path.ts";
import { calendarSeasons, confirmedSeasons, type ConfirmedSeason } from "./seasons.ts";

/** What a person may set; undefined chooses. */
export interface ColumnSettings {
  readonly horizon: number;
  readonly log: boolean | undefined;
  readonly lag: number | undefined;
  readonly context: number | undefined;
}

/** The linear path of a column, and the seasons that it has. */
export interface FittedColumn {
  readonly name: string;
  readonly seasons: readonly ConfirmedSeason[];
  readonly found: FittedPath;
}

/**
 * The path of a column of series, beside which columns are known ahead: [series][numbers][steps or more]. Throws as
 * `fitScaling` does, naming the column.
 */
export function fitColumn(
  columns: readonly SeriesColumn[],
  known: readonly (readonly Float64Array[])[],
  frequency: Frequency,
  { horizon, log, lag, context }: ColumnSettings,
): FittedColumn {
  if (log === true) for (const column of columns) scalingOf(column, { log });
  if (columns.length === 1) scalingOf(columns[0]!, { lag: lag ?? 0 });
  const seasons = confirmedSeasons(
    columns.map(({ values }) => values),
    calendarSeasons(frequency),
  );
  const found = fitPaths(
    columns.map(({ values }, s) => ({ values, known: known[s]! })),
    {
      horizon,
      seasons: seasons.map(({ season }) => season),
      context: context === undefined ? Infinity : context + (seasons.at(-1)?.season ?? 1) + 1,
      log,
      lag,
    },
  );
  return { name: columns[0]!.name, seasons, found };
}

/** Columns are read side by side, so their differences are over as many steps: the most of any. */
export function commonLag(fitted: readonly FittedColumn[]): number {
  return Math.max(...fitted.map(({ found }) => found.lag));
}

/** The scale of a column for the network. Throws as `fitScaling` does, naming the column. */
export function scalingOf({ name, values }: SeriesColumn, settings: ScalingSettings): Scaling {
  try {
    return fitScaling(values, settings);
  } catch (cause) {
    throw new Error(`column '${name}': ${(cause as Error).message}`, { cause });
  }
}
