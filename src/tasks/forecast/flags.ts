// Forecasts on the command line: a table with a column of times in, quantiles of the next steps out.
import { z } from "zod";
import { encodeCsv } from "../../formats/csv.ts";
import { taskCommand, type Report, type UseContext, type TaskCommand } from "../command.ts";
import { foundInWords, joinNames } from "../shared/columns.ts";
import { choice, flag, flagOf, flags, oneOf, outputFile, seedFlag, whole } from "../shared/flags.ts";
import { counted, decimals, grouped, percent, table } from "../shared/words.ts";
import { errorRows, type ErrorRow, type ForecastScore } from "./backtest.ts";
import { forecastDefaults, forecastOutputs, forecastStrategies } from "./design.ts";
import { forecast, type Forecaster } from "./forecast.ts";
import { backtestChart, predictionChart } from "./plots.ts";
import type { ForecastSettings } from "./quantile-forecasts.ts";
import type { ForecastRow, Prediction } from "./rows.ts";
import { readSeriesFile, type SeriesFileSettings } from "./series-files.ts";
import type { SeriesSettings, SeriesTable } from "./series.ts";
import { formatTime } from "./time.ts";

const repairs = ["error", "fill", "interpolate"] as const;

const reading = {
  time: z.string().optional().describe("the column of times (default: time, or the only one of dates)"),
  timeFormat: z
    .string()
    .optional()
    .describe("how times are written, such as DD.MM.YYYY or MM/DD/YYYY HH:mm (default: 2024-01-31 14:30)"),
  every: z
    .string()
    .optional()
    .describe("for rows without times, in order: the step, such as month, '15 minutes' or 'business day'"),
  start: z.string().optional().describe("the time of the first of such rows (default: 2000-01-01)"),
  frequency: oneOf(["business"])
    .optional()
    .describe("business: steps are the days from Monday to Friday (default: what the times show)"),
  sort: flag.describe("sort the rows by time"),
  gaps: oneOf(repairs)
    .default("error")
    .describe("steps that the table lacks: error, fill (repeat the last value) or interpolate"),
  missing: oneOf(repairs)
    .default("error")
    .describe("empty cells: error, fill (repeat the last value) or interpolate"),
  duplicates: oneOf(["error", "mean", "last"])
    .default("error")
    .describe("several rows with the same time: error, mean (of their values) or last"),
};

const readingNames = {
  time: "column",
  timeFormat: "form",
  every: "step",
  start: "time",
  frequency: "name",
  gaps: "rule",
  missing: "rule",
  duplicates: "rule",
};

const levels = z
  .string()
  .default("0.1,0.5,0.9")
  .transform((text, context) => {
    const numbers = text.split(",").map(Number);
    if (numbers.every((level) => level > 0 && level < 1) && numbers.includes(0.5)) return numbers;
    const message = `must be numbers between 0 and 1, with 0.5 among them, such as 0.1,0.5,0.9, not '${text}'`;
    context.issues.push({ code: "custom", message, input: text });
    return z.NEVER;
  });

const rememberedReading = Object.keys(reading);

/** How a model forecasts. */
const forecasting = {
  calibrate: whole(0)
    .default(300)
    .describe(
      "earlier forecasts, of steps that training did not see, whose errors correct the intervals; 0 leaves them as predicted",
    ),
  paths: whole(1).default(100).describe("random paths that a recursive model draws"),
  seed: seedFlag,
};

export const forecastCommand: TaskCommand = taskCommand({
  renamed: {
    "--lag": "--seasonal-difference",
    "--levels": "--quantiles",
    "--output": "--distribution",
    "--step": "--stride",
    "--out": "--csv",
  },
  maker: forecast,
  about: "forecast series of numbers in time, with intervals",
  train: {
    about: "train a model that forecasts the next steps of one series or several",
    file: "a table with a column of times (.csv, .jsonl, .parquet)",
    ending: ".csv",
    examples: [
      "forecast train passengers.csv",
      "forecast train load.csv --value load,temperature --horizon 24 --calendar",
      "forecast train sunspots.csv --time Month --value Sunspots --distribution gaussian --strategy recursive",
      "forecast eval passengers-gru.safetensors passengers.csv",
      "forecast predict passengers-gru.safetensors passengers.csv --csv next.csv --plot next.svg",
    ],
    hasEmbedding: false,
    batches: "windows of the series",
    defaults: forecastDefaults,
    flags: flags(
      {
        ...reading,
        value: z
          .string()
          .optional()
          .describe(
            "the columns to forecast, separated by commas (default: value, or the only one of numbers)",
          ),
        horizon: whole(1).default(12).describe("time steps to forecast"),
        context: whole(1)
          .optional()
          .describe("time steps that the network reads before a forecast (default: two seasons, at most 48)"),
        log: choice.describe(
          "forecast the logarithms of the values; --no-log never does (default: what forecasts better)",
        ),
        seasonalDifference: whole(0)
          .optional()
          .describe(
            "forecast differences from the value this many steps earlier, such as a season, 0 for none " +
              "(default: what forecasts better)",
          ),
        calendar: flag.describe("also read the calendar of the next step: hour, weekday, time of year"),
        quantiles: levels.describe("quantiles to forecast, separated by commas"),
        distribution: oneOf(forecastOutputs)
          .default("quantiles")
          .describe("what the network predicts: quantiles, or a normal distribution (gaussian)"),
        strategy: oneOf(forecastStrategies)
          .default("direct")
          .describe("predict all steps at once (direct), or one by one along random paths (recursive)"),
      },
      {
        ...readingNames,
        value: "columns",
        context: "n",
        seasonalDifference: "n",
        quantiles: "list",
        distribution: "name",
        strategy: "name",
      },
    ),
    async read(path, flagged, _common, context) {
      const { value } = flagged;
      const settings = readingOf(flagged);
      const { time } = settings;
      const { series, time: timeName, notes } = await readSeriesFile(path, settings, value);
      const found = {
        ...(timeName !== "" && { time: timeName }),
        value: joinNames(series.columns.map((column) => column.name)),
      };
      const words = foundInWords(found, { time, value });
      for (const note of words === "" ? notes : [words, ...notes]) context.say(note);
      return { data: series, found };
    },
    options: ({
      horizon,
      context,
      log,
      seasonalDifference,
      calendar,
      quantiles,
      distribution,
      strategy,
    }) => ({
      horizon,
      ...(context !== undefined && { context }),
      ...(log !== undefined && { log }),
      ...(seasonalDifference !== undefined && { seasonalDifference }),
      calendar,
      quantiles,
      distribution,
      strategy,
    }),
  },
  score: {
    async brief(model, validation) {
      const { mase, smape } = await model.score(validation, { calibrate: 0, stride: model.horizon });
      return mase === undefined ? `sMAPE ${smape.toFixed(3)}` : `MASE ${decimals(mase)}`;
    },
    async beside(model, part) {
      const score = await model.score(part);
      const errorOf = ({ mase, smape }: ErrorRow): number => mase ?? smape;
      const [best] = Object.entries(score.baselines).sort(([, a], [, b]) => errorOf(a) - errorOf(b));
      return {
        ...reportOf(score, model.quantiles),
        betterBaseline: best && errorOf(best[1]) <= errorOf(score) ? best[0] : undefined,
      };
    },
  },
  evaluate: {
    about: "backtest a model beside naive, seasonal naive, linear and theta forecasts",
    file: "the table that the model was trained on, or one that continues it",
    ending: ".csv",
    outputs: ["plot"],
    flags: flags(
      {
        ...reading,
        period: whole(1)
          .optional()
          .describe("length of a season in steps, for the baselines (default: a year, a week or a day)"),
        origins: whole(1)
          .optional()
          .describe("number of forecasts to score, the latest ones (default: all that training did not see)"),
        stride: whole(1).default(1).describe("steps from one forecast to the next"),
        ...forecasting,
        plot: outputFile(".svg")
          .optional()
          .describe("plot the latest forecasts against the actual values, as an SVG file"),
      },
      { ...readingNames, period: "n", origins: "n", plot: "file" },
    ),
    remembered: rememberedReading,
    async run(model, path, settings, context) {
      const { period, origins, stride, plot } = settings;
      const series = await readFor(model, path as string, settings);
      const score = await model.score(series, {
        stride,
        ...(period !== undefined && { period }),
        ...(origins !== undefined && { origins }),
        ...forecastSettings(model, settings, context),
      });
      score.notes.forEach((note) => context.say(note));
      if (plot !== undefined) await context.write(plot, backtestChart(series, score));
      return reportOf(score, model.quantiles, series.isZoned);
    },
  },
  predict: {
    about: "forecast the steps after the end of a table",
    file: "a table with the columns that the model was trained on",
    ending: ".csv",
    outputs: ["csv", "plot"],
    flags: flags(
      {
        ...reading,
        ...forecasting,
        csv: outputFile(".csv").optional().describe("write the forecast as a CSV file"),
        plot: outputFile(".svg")
          .optional()
          .describe("plot the forecast after the last values, as an SVG file"),
      },
      { ...readingNames, csv: "file", plot: "file" },
    ),
    remembered: rememberedReading,
    async run(model, path, settings, context) {
      const { csv, plot } = settings;
      const series = await readFor(model, path as string, settings);
      const rows = await model.predict(series, forecastSettings(model, settings, context));
      if (plot !== undefined) await context.write(plot, predictionChart(series, rows));
      const names = model.columns.flatMap((name) => model.quantiles.map((level) => `${name} ${level}`));
      const cells = rows.map((row) => cellsOf(row, model, series.isZoned));
      if (csv !== undefined) await context.write(csv, encodeCsv([["time", ...names], ...cells]));
      return {
        json: cells.map(([time, ...values]) => ({
          time,
          ...Object.fromEntries(names.map((name, i) => [name, values[i]])),
        })),
        text: table(
          ["time", ...names],
          cells.map(([time, ...values]) => [time, ...values.map((v) => String(Number(v.toPrecision(6))))]),
        ),
      };
    },
  },
});

type Reading = Pick<SeriesFileSettings<string>, "time" | "timeFormat" | "every" | "start"> &
  Required<Omit<SeriesSettings, "frequency">> &
  Pick<SeriesSettings, "frequency">;

/** The settings of reading among flags. */
function readingOf(flagged: Reading): Reading {
  const { time, timeFormat, every, start, frequency, sort, gaps, missing, duplicates } = flagged;
  return { time, timeFormat, every, start, frequency, sort, gaps, missing, duplicates };
}

/** The columns of a model from a table. */
async function readFor(model: Forecaster, path: string, settings: Reading): Promise<SeriesTable> {
  const { series } = await readSeriesFile(path, { ...readingOf(settings), value: model.columns });
  return series;
}

interface Forecasting {
  readonly calibrate: number;
  readonly paths: number;
  readonly seed: number;
}

/** Throws for flags of paths where the model draws none. */
function forecastSettings(
  { strategy }: Forecaster,
  { calibrate, paths, seed }: Forecasting,
  { modelPath, given }: UseContext,
): ForecastSettings {
  if (strategy === "recursive") return { calibrate, paths, seed };
  const idle = ["paths", "seed"].find((name) => given[name] !== undefined);
  if (idle === undefined) return { calibrate };
  throw new Error(`${modelPath} forecasts all steps at once and draws no paths; leave out ${flagOf(idle)}`);
}

/** The time of a step, and its quantiles column by column. */
function cellsOf(
  row: ForecastRow<string>,
  { columns, quantiles }: Forecaster,
  isZoned: boolean | undefined,
): readonly [time: string, ...values: number[]] {
  const values = columns.flatMap((name) =>
    quantiles.map((level) => (row[name] as Prediction).quantiles[String(level)] as number),
  );
  return [formatTime(row.time.getTime(), isZoned), ...values];
}

/** An error in the units of a series, which may be of any size. */
function inUnits(error: number): string {
  return error === 0 || (error >= 0.01 && error < 1e6) ? error.toFixed(3) : error.toPrecision(4);
}

function reportOf(score: ForecastScore, quantiles: readonly number[], isZoned?: boolean): Report {
  const { origins, horizon, from, period } = score;
  const rows = Object.entries(errorRows(score));
  const wanted = Math.round(100 * ((quantiles.at(-1) as number) - (quantiles[0] as number)));
  const text = [
    table(
      ["model", "MASE", "sMAPE", "CRPS", `in ${wanted} % intervals`],
      rows.map(([title, { mase, smape, crps, coverage }]) => [
        title,
        mase === undefined ? "–" : decimals(mase),
        smape.toFixed(3),
        inUnits(crps),
        percent(coverage),
      ]),
    ),
    `${grouped(origins)} origins from ${formatTime(from.getTime(), isZoned)}, ${horizon} steps each; ` +
      `a season is ${counted(period, "step")}`,
  ];
  return {
    json: rows.map(([model, errors]) => ({ model, ...errors, origins, horizon })),
    text: text.join("\n"),
  };
}
