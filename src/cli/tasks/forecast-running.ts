// What comes after a table's end, on the command line: as a table, a CSV file and a picture.
import { z } from "zod";
import { addPeriods } from "../../tasks/forecast/frequency.ts";
import { formatTime } from "../../tasks/forecast/time.ts";
import { encodeCsv } from "../../formats/csv.ts";
import { forecast } from "../../tasks/forecast/forecast.ts";
import { table } from "../format.ts";
import { readSettings } from "../settings.ts";
import { outputField, writeOutput } from "../output-file.ts";
import { drawForecasts, pictureField } from "./forecast-panels.ts";
import {
  forecastingFields,
  forecastingNames,
  readColumns,
  readForecasting,
  readingFields,
  readingNames,
} from "./forecast-reading.ts";
import { modelOf, type ModelUse } from "./task-commands.ts";

const ownFields = {
  out: outputField(".csv").optional().describe("write the forecast as a CSV file"),
  picture: pictureField.describe("draw the forecast, after what came before, as an SVG file"),
};

export const running: ModelUse = {
  about: "forecast what comes after a table's end",
  file: "a table with the columns that the model was trained on",
  fields: { ...readingFields, ...ownFields, ...forecastingFields },
  valueNames: { ...readingNames, ...forecastingNames, out: "file", picture: "file" },
  async use(opened, path, given) {
    const model = modelOf(opened, "forecast");
    const { task } = model;
    const { out, picture } = readSettings(z.object(ownFields), given);
    const series = await readColumns(path as string, task.columns, given);
    const [found] = await forecast(model, series, [series.times.length], readForecasting(model, given));
    const last = series.times.at(-1) as number;
    const rows = Array.from({ length: task.horizon }, (_, k) => {
      const time = formatTime(addPeriods(last, task.frequency, k + 1), series.isZoned);
      const values = task.columns.flatMap((_name, j) =>
        task.levels.map((_level, q) => found?.quantiles[j]?.[q]?.[k] as number),
      );
      return { time, values };
    });
    if (picture !== undefined) {
      const drawn = { origin: series.times.length, quantiles: found?.quantiles ?? [] };
      const title = `${task.columns.join(", ")}: the next ${task.horizon} steps`;
      await writeOutput(picture, drawForecasts(title, task, series, [drawn]), [model.path, path]);
    }
    const names = task.columns.flatMap((name) => task.levels.map((level) => `${name} ${level}`));
    if (out !== undefined) {
      const csv = encodeCsv([["time", ...names], ...rows.map(({ time, values }) => [time, ...values])]);
      await writeOutput(out, csv, [model.path, path]);
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
