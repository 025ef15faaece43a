// Forecasts on the command line: trained on a table with a column of times, measured by a backtest beside plain rivals,
// and forecasting what comes after the table's end.
import { extname } from "node:path";
import { z } from "zod";
import type { Forecaster } from "../../baselines/forecaster.ts";
import { fitLinear } from "../../baselines/linear.ts";
import { fitNaive } from "../../baselines/naive.ts";
import { fitSeasonalNaive } from "../../baselines/seasonal-naive.ts";
import { origins as originsOf } from "../../data/backtest.ts";
import { addPeriods, describeFrequency } from "../../data/frequency.ts";
import { readSeries, type Series } from "../../data/series.ts";
import { readShares } from "../../data/split.ts";
import { column } from "../../data/table.ts";
import { formatTime } from "../../data/time.ts";
import { encodeCsv } from "../../io/csv.ts";
import { readTableFile } from "../../io/table-file.ts";
import { writeAtomic } from "../../io/write-atomic.ts";
import { mase, smape } from "../../measure/forecast.ts";
import { crpsQuantiles, intervalScore } from "../../measure/quantiles.ts";
import {
  forecast as forecastSeries,
  forecaster,
  forecastExamples,
  type ForecastTask,
} from "../../tasks/forecast.ts";
import type { TaskModel } from "../../tasks/model.ts";
import { InputError } from "../failure.ts";
import { grouped, table } from "../format.ts";
import { furtherWidths } from "../further-widths.ts";
import { flag, oneOf, readSettings, whole } from "../settings.ts";
import type { Given } from "../train-settings.ts";
import type { ModelUse, OpenModel, TaskCommands } from "./task-commands.ts";

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

const readingNames = { time: "column", gaps: "rule", missing: "rule", duplicates: "rule" };

const levelsField = z
  .string()
  .default("0.1,0.5,0.9")
  .transform((text, context) => {
    const levels = text.split(",").map(Number);
    if (levels.every((level) => level > 0 && level < 1) && levels.includes(0.5)) return levels;
    const message = `must be numbers between 0 and 1, with 0.5 among them, as 0.1,0.5,0.9, not '${text}'`;
    context.issues.push({ code: "custom", message, input: text });
    return z.NEVER;
  });

const fields = {
  ...reading,
  value: z
    .string({ error: "must name a column, or several as a,b" })
    .describe("the column to forecast, or several as a,b"),
  horizon: whole(1).default(12).describe("steps ahead"),
  context: whole(1).default(48).describe("steps that are read before a forecast"),
  log: flag.describe("take logarithms first"),
  lag: whole(0)
    .default(0)
    .describe("then differences from so many steps before, such as a season; 0 for none"),
  calendar: flag.describe("read the calendar of the next step, too"),
  levels: levelsField.describe("quantiles to forecast"),
};

async function readColumns(path: string, names: readonly string[], given: Given): Promise<Series> {
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
function cuts(steps: number, shares: string): readonly number[] {
  let sum = 0;
  return readShares(shares).map((share) => Math.floor((sum += share) * steps + 1e-6));
}

function ownModel(model: OpenModel): OpenModel<ForecastTask> & TaskModel<ForecastTask> {
  const { task } = model;
  if (task.kind !== "forecast") throw new InputError(`${model.path} forecasts nothing`);
  return { ...model, task };
}

const calibrateField = whole(0)
  .default(300)
  .describe("earlier forecasts whose errors correct the intervals; 0 for the model's own");

const evaluationFields = {
  ...reading,
  period: whole(1).optional().describe("steps of a season (default: of a year, a week or a day)"),
  origins: whole(1).optional().describe("forecasts to judge (default: all that the last part has room for)"),
  step: whole(1).default(1).describe("steps from one origin to the next"),
  calibrate: calibrateField,
};

interface Scores {
  readonly model: string;
  readonly mase: number;
  readonly smape: number;
  readonly crps: number;
  /** Of the widest interval. */
  readonly coverage: number;
}

const evaluation: ModelUse = {
  about: "backtest forecasts beside naive, seasonal-naive and linear ones",
  file: "the table that it was trained on, or one that goes on",
  fields: evaluationFields,
  valueNames: { ...readingNames, period: "n", origins: "n" },
  async use(opened, path, given) {
    const model = ownModel(opened);
    const { task, checkpoint } = model;
    const own = readSettings(z.object(evaluationFields), given);
    const series = await readColumns(path as string, task.columns, given);
    const period = own.period ?? seasonOf(task);
    const { split = "0.8" } = JSON.parse(checkpoint.notes["train"] ?? "{}") as { split?: string };
    const length = series.times.length;
    const ends = cuts(length, split);
    const last = ends.length > 1 ? (ends.at(-2) as number) : Math.floor(0.8 * length);
    const room = Math.floor((length - task.horizon - last) / own.step) + 1;
    const count = own.origins ?? room;
    const places = originsOf({ length, horizon: task.horizon, count, step: own.step, minimum: period + 1 });
    const found = await forecastSeries(model, series, places, { calibrate: own.calibrate });
    const { levels, horizon } = task;
    const rows = series.columns.flatMap(({ name, values }, j): Scores[] => {
      const history = values.subarray(0, places[0]);
      const settings = { horizon, period, levels };
      const rivals: [string, Forecaster][] = [
        ["naive", fitNaive(history, settings)],
        [`seasonal naive, ${period}`, fitSeasonalNaive(history, settings)],
        ["linear", fitLinear(history, settings)],
      ];
      const judge = (
        title: string,
        quantilesAt: (i: number, origin: number) => readonly Float64Array[],
      ): Scores =>
        scoresOf(series.columns.length > 1 ? `${name}: ${title}` : title, values, places, {
          quantilesAt,
          levels,
          period,
          history,
        });
      return [
        judge("this model", (i) => found[i]?.quantiles[j] ?? []),
        ...rivals.map(([title, rival]) =>
          judge(title, (_, origin) => rival(values.subarray(0, origin)).quantiles),
        ),
      ];
    });
    const interval = `${((levels.at(-1) as number) - (levels[0] as number)).toFixed(2)} cover`;
    return {
      json: rows.map((row) => ({ ...row, origins: places.length, horizon })),
      text: [
        table(
          ["model", "MASE", "sMAPE", "CRPS", interval],
          rows.map((r) => [r.model, ...[r.mase, r.smape, r.crps, r.coverage].map((v) => v.toFixed(3))]),
        ),
        `${grouped(places.length)} origins from ${formatTime(series.times[places[0] as number] as number)}, ${horizon} steps each`,
      ].join("\n"),
    };
  },
};

interface Judged {
  readonly quantilesAt: (i: number, origin: number) => readonly Float64Array[];
  readonly levels: readonly number[];
  readonly period: number;
  readonly history: Float64Array;
}

function scoresOf(
  model: string,
  values: Float64Array,
  places: readonly number[],
  { quantilesAt, levels, period, history }: Judged,
): Scores {
  const sums = { mase: 0, smape: 0, crps: 0, coverage: 0 };
  places.forEach((origin, i) => {
    const quantiles = quantilesAt(i, origin);
    const truth = values.subarray(origin, origin + (quantiles[0]?.length ?? 0));
    const median = quantiles[levels.indexOf(0.5)] as Float64Array;
    const byStep = Float64Array.from({ length: truth.length * levels.length }, (_, at) => {
      return (quantiles[at % levels.length] as Float64Array)[Math.floor(at / levels.length)] as number;
    });
    sums.mase += mase(truth, median, { history, period });
    sums.smape += smape(truth, median);
    sums.crps += crpsQuantiles(truth, byStep, levels);
    sums.coverage += intervalScore(
      truth,
      quantiles[0] as Float64Array,
      quantiles.at(-1) as Float64Array,
    ).coverage;
  });
  const mean = (sum: number): number => sum / places.length;
  return {
    model,
    mase: mean(sums.mase),
    smape: mean(sums.smape),
    crps: mean(sums.crps),
    coverage: mean(sums.coverage),
  };
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
function seasonOf({ frequency: { unit, every } }: ForecastTask): number {
  return Math.max(1, Math.round(perYear[unit] / every));
}

const runningFields = {
  ...reading,
  calibrate: calibrateField,
  out: z.string().min(1, "must name a file").optional().describe("write the forecast as a CSV file"),
};

const running: ModelUse = {
  about: "forecast what comes after a table's end",
  file: "a table with the columns that the model was trained on",
  fields: runningFields,
  valueNames: { ...readingNames, out: "file" },
  async use(opened, path, given) {
    const model = ownModel(opened);
    const { task } = model;
    const { calibrate, out } = readSettings(z.object(runningFields), given);
    if (out !== undefined && extname(out) !== ".csv")
      throw new InputError(`--out ${out}: the forecast is a .csv file`);
    const series = await readColumns(path as string, task.columns, given);
    const [found] = await forecastSeries(model, series, [series.times.length], { calibrate });
    const last = series.times.at(-1) as number;
    const rows = Array.from({ length: task.horizon }, (_, k) => {
      const time = formatTime(addPeriods(last, task.frequency, k + 1));
      const values = task.columns.flatMap((_name, j) =>
        task.levels.map((_level, q) => found?.quantiles[j]?.[q]?.[k] as number),
      );
      return { time, values };
    });
    const names = task.columns.flatMap((name) => task.levels.map((level) => `${name} ${level}`));
    if (out !== undefined) {
      const csv = encodeCsv([["time", ...names], ...rows.map(({ time, values }) => [time, ...values])]);
      await writeAtomic(out, new TextEncoder().encode(csv));
    }
    return {
      json: rows.map(({ time, values }) => ({
        time,
        ...Object.fromEntries(names.map((name, i) => [name, values[i]])),
      })),
      text: table(
        ["time", ...names],
        rows.map(({ time, values }) => [time, ...values.map((v) => String(Number(v.toPrecision(6))))]),
      ),
    };
  },
};

export const forecast: TaskCommands = {
  kind: "forecast",
  command: "forecast",
  about: "series of numbers in time: quantiles of the next steps",
  training: {
    command: "forecast train",
    about: "train a model that forecasts the next steps of one series or several",
    file: "a table with a column of times (.csv, .jsonl, .parquet)",
    examples: `
Examples:
  unrolled forecast train passengers.csv --time Month --value Passengers --log --lag 12 --context 24
  unrolled forecast train load.csv --time date --value load,temperature --horizon 24 --lag 24 --calendar
  unrolled forecast eval passengers-gru.safetensors passengers.csv --time Month
  unrolled forecast run passengers-gru.safetensors passengers.csv --time Month --out next.csv`,
    fields,
    valueNames: { ...readingNames, value: "columns", levels: "list" },
    defaults: { cell: "gru", size: 32, epochs: 40, rate: 0.003, patience: 8, split: "0.7/0.1/0.2" },
    async prepare(path, settings, given, cell) {
      const { value, horizon, context, log, lag, calendar, levels } = readSettings(z.object(fields), given);
      const series = await readColumns(
        path,
        value.split(",").map((name) => name.trim()),
        given,
      );
      const length = series.times.length;
      const [trained = length, validated] = cuts(length, settings.split);
      const { size, layers, dropout } = settings;
      const sizes = furtherWidths(cell, settings.widths);
      const shape = { cell, horizon, context, log, lag, calendar, levels, size, layers, dropout, sizes };
      const { task, network } = forecaster(series, trained, shape);
      return {
        task,
        network,
        data: {
          kind: "examples",
          train: forecastExamples(task, series, 0, trained),
          // What is read before the validation part begins may be training's; what is forecast may not.
          validation:
            validated === undefined
              ? undefined
              : forecastExamples(task, series, Math.max(0, trained - context), validated, trained),
        },
        lines: [
          `${grouped(length)} steps of ${describeFrequency(series.frequency)}; train on the first ${grouped(trained)}, ` +
            `validate on ${grouped((validated ?? trained) - trained)}`,
        ],
      };
    },
  },
  evaluation,
  running,
};
