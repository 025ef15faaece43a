// Forecasts set beside plain rivals' on the command line, over origins that the model has not learned from.
import { z } from "zod";
import type { Forecast, Forecaster } from "../../tasks/forecast/baseline.ts";
import { fitLinear } from "../../tasks/forecast/linear.ts";
import { fitNaive } from "../../tasks/forecast/naive.ts";
import { fitSeasonalNaive } from "../../tasks/forecast/seasonal-naive.ts";
import { origins as originsOf } from "../../tasks/forecast/origins.ts";
import { formatTime } from "../../tasks/forecast/time.ts";
import { mase, smape } from "../../tasks/forecast/errors.ts";
import { crpsQuantiles, intervalScore } from "../../tasks/forecast/quantiles.ts";
import { forecast } from "../../tasks/forecast/forecast.ts";
import { InputError } from "../failure.ts";
import { grouped, table } from "../format.ts";
import { readSettings, whole } from "../settings.ts";
import { writeOutput } from "../output-file.ts";
import { drawForecasts, pictureField, type DrawnForecast } from "./forecast-panels.ts";
import {
  firstJudged,
  forecastingFields,
  forecastingNames,
  judgedNote,
  readColumns,
  readForecasting,
  readingFields,
  readingNames,
  seasonOf,
} from "./forecast-reading.ts";
import { modelOf, type ModelUse } from "./task-commands.ts";

const ownFields = {
  period: whole(1).optional().describe("steps of a season (default: of a year, a week or a day)"),
  origins: whole(1).optional().describe("forecasts to judge (default: all that the last part has room for)"),
  step: whole(1).default(1).describe("steps from one origin to the next"),
  picture: pictureField.describe("draw the last forecasts, and what came, as an SVG file"),
};

/** Forecasts of a picture, at most; they do not overlap. */
const mostDrawn = 3;

interface Scores {
  readonly model: string;
  readonly mase: number;
  readonly smape: number;
  readonly crps: number;
  /** Of the widest interval. */
  readonly coverage: number;
}

export const evaluation: ModelUse = {
  about: "backtest forecasts beside naive, seasonal-naive and linear ones",
  file: "the table that it was trained on, or one that goes on",
  fields: { ...readingFields, ...ownFields, ...forecastingFields },
  valueNames: { ...readingNames, ...forecastingNames, period: "n", origins: "n", picture: "file" },
  async use(opened, path, given) {
    const model = modelOf(opened, "forecast");
    const { task, checkpoint } = model;
    const own = readSettings(z.object(ownFields), given);
    const series = await readColumns(path as string, task.columns, given);
    const period = own.period ?? seasonOf(task);
    const { length } = series.times;
    const begin = Number(checkpoint.notes[judgedNote] ?? firstJudged(series, "0.8"));
    const first = formatTime(begin, series.isZoned);
    const last = series.times.findIndex((time) => time >= begin);
    const room = last < 0 ? 0 : Math.floor((length - task.horizon - last) / own.step) + 1;
    if (room < 1) {
      throw new InputError(
        `${path}: there are no ${task.horizon} steps from ${first} on, before which the model learned; give a table that ` +
          "goes on, or leave a part for testing when training, as --split 0.7/0.1/0.2",
      );
    }
    if (own.origins !== undefined && own.origins > room) {
      throw new InputError(
        `--origins: there is room for ${room} from ${first} on, before which the model learned`,
      );
    }
    const count = own.origins ?? room;
    const places = originsOf({ length, horizon: task.horizon, count, step: own.step, minimum: period + 1 });
    const found = await forecast(model, series, places, readForecasting(model, given));
    const { levels, horizon } = task;
    const rivalsOf = series.columns.map(({ values }): Record<string, Forecaster> => {
      const history = values.subarray(0, places[0]);
      const settings = { horizon, period, levels };
      return {
        naive: fitNaive(history, settings),
        [`seasonal naive, ${period}`]: fitSeasonalNaive(history, settings),
        linear: fitLinear(history, settings),
      };
    });
    const rows = series.columns.flatMap(({ name, values }, j): Scores[] => {
      const history = values.subarray(0, places[0]);
      const judge = (title: string, saidAt: Judged["saidAt"]): Scores =>
        scoresOf(series.columns.length > 1 ? `${name}: ${title}` : title, values, places, {
          saidAt,
          levels,
          period,
          history,
        });
      return [
        judge("this model", (i) => {
          const quantiles = found[i]?.quantiles[j] ?? [];
          return { mean: quantiles[levels.indexOf(0.5)] as Float64Array, quantiles };
        }),
        ...Object.entries(rivalsOf[j] ?? {}).map(([title, rival]) =>
          judge(title, (_, origin) => rival(values.subarray(0, origin))),
        ),
      ];
    });
    if (own.picture !== undefined) {
      const drawn = lastApart(places, horizon).map((i): DrawnForecast => ({
        origin: places[i] as number,
        quantiles: found[i]?.quantiles ?? [],
        rivals: series.columns.map(({ values }, j) =>
          Object.fromEntries(
            Object.entries(rivalsOf[j] ?? {}).map(([title, rival]) => {
              return [title, rival(values.subarray(0, places[i])).mean];
            }),
          ),
        ),
      }));
      const title = `${task.columns.join(", ")}: ${horizon} steps ahead, and what came`;
      await writeOutput(own.picture, drawForecasts(title, task, series, drawn), [model.path, path]);
    }
    const interval = `${((levels.at(-1) as number) - (levels[0] as number)).toFixed(2)} cover`;
    return {
      json: rows.map((row) => ({ ...row, origins: places.length, horizon })),
      text: [
        table(
          ["model", "MASE", "sMAPE", "CRPS", interval],
          rows.map((r) => [r.model, ...[r.mase, r.smape, r.crps, r.coverage].map((v) => v.toFixed(3))]),
        ),
        `${grouped(places.length)} origins from ${formatTime(series.times[places[0] as number] as number, series.isZoned)}, ${horizon} steps each`,
      ].join("\n"),
    };
  },
};

/** Numbers of the last of ascending `places` that are `horizon` or more apart, ascending. */
function lastApart(places: readonly number[], horizon: number): number[] {
  const chosen: number[] = [];
  for (let i = places.length - 1; i >= 0 && chosen.length < mostDrawn; i--) {
    const next = places[chosen[0] ?? -1] ?? Infinity;
    if ((places[i] as number) + horizon <= next) chosen.unshift(i);
  }
  return chosen;
}

interface Judged {
  readonly saidAt: (i: number, origin: number) => Forecast;
  readonly levels: readonly number[];
  readonly period: number;
  readonly history: Float64Array;
}

function scoresOf(
  model: string,
  values: Float64Array,
  places: readonly number[],
  { saidAt, levels, period, history }: Judged,
): Scores {
  const sums = { mase: 0, smape: 0, crps: 0, coverage: 0 };
  places.forEach((origin, i) => {
    const { mean: point, quantiles } = saidAt(i, origin);
    const truth = values.subarray(origin, origin + (quantiles[0]?.length ?? 0));
    const byStep = Float64Array.from({ length: truth.length * levels.length }, (_, at) => {
      return (quantiles[at % levels.length] as Float64Array)[Math.floor(at / levels.length)] as number;
    });
    sums.mase += mase(truth, point, { history, period });
    sums.smape += smape(truth, point);
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
