// Forecasts on the command line: a table with a column of times in, quantiles of the next steps out.
import { z } from "zod";
import { encodeCsv } from "../../formats/csv.ts";
import { taskCommand, type UseContext, type TaskCommand } from "../command.ts";
import { foundInWords, joinNames } from "../shared/columns.ts";
import { choice, flag, flagOf, flags, oneOf, outputFile, seedFlag, whole } from "../shared/flags.ts";
import { decimals, table } from "../shared/words.ts";
import type { ErrorRow } from "./backtest.ts";
import { forecastDefaults, forecastOutputs, forecastStrategies } from "./design.ts";
import { forecast, type Forecaster } from "./forecast.ts";
import { backtestChart, predictionChart } from "./plots.ts";
import type { ForecastSettings } from "./quantile-forecasts.ts";
import type { ForecastRow, NamedRow, Prediction } from "./rows.ts";
import { reportOf } from "./report.ts";
import { readSeriesFile, type SeriesFileSettings, type SeveralSeriesSettings } from "./series-files.ts";
import { areSeveral, listOf, type SeriesData, type SeriesSettings, type SeriesTable } from "./series.ts";
import { shopsTable } from "./shops.ts";
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

const besideFields = {
  series: z
    .string()
    .optional()
    .describe("the column that names the series of each row, where the table has several"),
  past: z
    .string()
    .optional()
    .describe("columns that are read, but not forecast, separated by commas: numbers or texts"),
  future: z
    .string()
    .optional()
    .describe(
      "columns that are known ahead, such as holidays; rows after the last value, with the value left empty, say what is to come",
    ),
  static: z
    .string()
    .optional()
    .describe("columns that stay the same in each series, such as its region; needs --series"),
  futureFile: z
    .string()
    .optional()
    .describe(
      "another table with the columns that are known ahead, by time and, if it has that column, series",
    ),
};

const readingNames = {
  series: "column",
  past: "columns",
  future: "columns",
  static: "columns",
  futureFile: "file",
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

const rememberedReading = [...Object.keys(reading), "series", "past", "future", "static"];

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
      "forecast train shops.csv --series shop --value sold --future holiday --static region --horizon 7",
      "forecast eval passengers-gru.safetensors passengers.csv",
      "forecast predict passengers-gru.safetensors passengers.csv --csv next.csv --plot next.svg",
    ],
    hasEmbedding: false,
    batches: "windows of the series",
    defaults: forecastDefaults,
    flags: flags(
      {
        ...reading,
        ...besideFields,
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
      const { data, time: timeName, notes } = await readSeriesFile(path, settings, value);
      const [{ columns }] = listOf(data) as [SeriesTable];
      const found = {
        ...(timeName !== "" && { time: timeName }),
        value: joinNames(columns.map((column) => column.name)),
      };
      const words = foundInWords(found, { time, value });
      for (const note of words === "" ? notes : [words, ...notes]) context.say(note);
      return { data, found };
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
  data: [
    {
      name: "shops",
      ending: ".csv",
      about: "daily sales of shops, with holidays that are known ahead",
      use: "forecast train shops.csv --series shop --value sold --future holiday --static region --horizon 7",
      count: 12,
      make: shopsTable,
    },
  ],
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
        remedy:
          "more training rarely helps, since the model starts from such methods; give a longer series, or columns that say more " +
          "(--past, --future), or use that forecast",
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
        ...besideFields,
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
      const data = await readFor(model, path as string, settings);
      const score = await model.score(data, {
        stride,
        ...(period !== undefined && { period }),
        ...(origins !== undefined && { origins }),
        ...forecastSettings(model, settings, context),
      });
      score.notes.forEach((note) => context.say(note));
      if (plot !== undefined) await context.write(plot, backtestChart(data, score));
      return reportOf(score, model.quantiles, isZoned(data));
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
        ...besideFields,
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
      const data = await readFor(model, path as string, settings);
      const several = areSeveral(data);
      const used = forecastSettings(model, settings, context);
      const rows: readonly ForecastRow<string>[] = several
        ? await model.predict(data, used)
        : await model.predict(data, used);
      if (plot !== undefined) await context.write(plot, predictionChart(data, rows));
      const names = model.columns.flatMap((name) => model.quantiles.map((level) => `${name} ${level}`));
      const first = several ? ["series", "time"] : ["time"];
      const cells = rows.map((row) => {
        const [time, ...values] = cellsOf(row, model, isZoned(data));
        return [...(several ? [(row as NamedRow<string>).series, time] : [time]), ...values];
      });
      const titles = [...first, ...names];
      if (csv !== undefined) await context.write(csv, encodeCsv([titles, ...cells]));
      return {
        json: cells.map((row) => Object.fromEntries(titles.map((name, i) => [name, row[i]]))),
        text: table(
          titles,
          cells.map((row) =>
            row.map((cell) => (typeof cell === "string" ? cell : String(Number(cell.toPrecision(6))))),
          ),
        ),
      };
    },
  },
});

/** Whether times were written with zones. */
function isZoned(data: SeriesData): boolean | undefined {
  return listOf(data)[0]?.isZoned;
}

type Reading = {
  readonly series?: string | undefined;
  readonly past?: string | undefined;
  readonly future?: string | undefined;
  readonly static?: string | undefined;
} & Pick<SeriesFileSettings<string>, "time" | "timeFormat" | "every" | "start" | "futureFile"> &
  Required<Omit<SeriesSettings, "frequency">> &
  Pick<SeriesSettings, "frequency">;

/** The settings of reading among flags. */
function readingOf(flagged: Reading): Partial<SeveralSeriesSettings<string>> {
  const { time, timeFormat, every, start, frequency, sort, gaps, missing, duplicates } = flagged;
  const repairs = { frequency, sort, gaps, missing, duplicates };
  const times = { time, timeFormat, every, start };
  const { series, past, future, futureFile, static: statics } = flagged;
  const beside = { past, future, futureFile, statics };
  return { ...times, ...repairs, ...beside, ...(series !== undefined && { series }) };
}

/** The columns of a model from a table. */
async function readFor(model: Forecaster, path: string, settings: Reading): Promise<SeriesData> {
  const { data } = await readSeriesFile(path, { ...readingOf(settings), value: model.columns });
  return data;
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
