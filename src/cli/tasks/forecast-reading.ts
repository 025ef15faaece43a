// What the commands of forecasts share: a series read from a table, and how its model is to forecast.
import { z } from "zod";
import { addPeriods } from "../../tasks/forecast/frequency.ts";
import { readSeries, type Series } from "../../tasks/forecast/series.ts";
import { readShares } from "../../train/split.ts";
import { column } from "../../formats/table.ts";
import { readTableFile } from "../../formats/table-file.ts";
import type { ForecastSettings } from "../../tasks/forecast/forecast.ts";
import type { ForecastTask } from "../../tasks/forecast/forecaster.ts";
import { InputError } from "../failure.ts";
import { flag, number, oneOf, readSettings, whole, type Fields, type ValueNames } from "../settings.ts";
import type { Given } from "../train-settings.ts";
import type { OpenModel } from "./task-commands.ts";

const mending = ["error", "fill", "interpolate"] as const;

const reading = {
  time: z.string().default("time").describe("the column of times"),
  sort: flag.describe("sort the rows by time"),
  gaps: oneOf(mending)
    .default("error")
    .describe("steps that are left out: error, fill (the last value), interpolate"),
  missing: oneOf(mending).default("error").describe("cells without a value: the same"),
  duplicates: oneOf(["error", "mean", "last"])
    .default("error")
    .describe("rows of one time: error, mean, last"),
};

/** How a table is read. */
export const readingFields: Fields = reading;

export const readingNames: ValueNames = { time: "column", gaps: "rule", missing: "rule", duplicates: "rule" };

export async function readColumns(path: string, names: readonly string[], given: Given): Promise<Series> {
  const { time, sort, gaps, missing, duplicates } = readSettings(z.object(reading), given);
  const read = await readTableFile(path);
  return readSeries(
    {
      times: column(read, time).cells,
      values: names.map((name) => column(read, name).cells),
      names,
      lines: read.lines,
      file: read.source,
      timeName: time,
    },
    { sort, gaps, missing, duplicates },
  );
}

/** Steps where the parts end. */
export function cuts(steps: number, shares: string): readonly number[] {
  let sum = 0;
  return readShares(shares).map((share) => Math.floor((sum += share) * steps + 1e-6));
}

/** In a model file: the first time that the model has not learned from, nor was chosen by. */
export const judgedNote = "judged";

/** Where the last part begins; after the end where everything is learned from. */
export function firstJudged({ times, start, frequency }: Series, split: string): number {
  const ends = cuts(times.length, split);
  return addPeriods(start, frequency, ends.length > 1 ? (ends.at(-2) as number) : times.length);
}

const forecasting = {
  calibrate: whole(0)
    .default(300)
    .describe("earlier forecasts whose errors correct the intervals; 0 for the model's own"),
  paths: whole(1).optional().describe("of a recursive model: paths that are drawn (default: 100)"),
  seed: number("a whole number", Number.isSafeInteger)
    .optional()
    .describe("of a recursive model: of the draws (default: 1)"),
};

/** How a model forecasts. */
export const forecastingFields: Fields = forecasting;

export const forecastingNames: ValueNames = { paths: "n", seed: "n" };

export function readForecasting({ path, task }: OpenModel<ForecastTask>, given: Given): ForecastSettings {
  const { calibrate, paths, seed } = readSettings(z.object(forecasting), given);
  if (task.strategy === "direct" && (paths !== undefined || seed !== undefined)) {
    const idle = paths === undefined ? "--seed" : "--paths";
    throw new InputError(`${path} forecasts all steps at once and draws nothing; leave out ${idle}`);
  }
  return { calibrate, ...(paths !== undefined && { paths }), ...(seed !== undefined && { seed }) };
}

const perYear = {
  second: 86_400,
  minute: 1440,
  hour: 24,
  day: 7,
  week: 52,
  month: 12,
  quarter: 4,
  year: 1,
} as const;

/** Steps of a day for what is finer than a day, of a week for days, of a year for the rest. */
export function seasonOf({ frequency: { unit, every } }: ForecastTask): number {
  return Math.max(1, Math.round(perYear[unit] / every));
}
