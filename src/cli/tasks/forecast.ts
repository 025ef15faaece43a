// Forecasts on the command line: trained on a table with a column of times; what they are measured by and used for is
// beside this file.
import { z } from "zod";
import { describeFrequency } from "../../tasks/forecast/frequency.ts";
import { forecastExamples } from "../../tasks/forecast/examples.ts";
import { forecaster, forecastOutputs, forecastStrategies } from "../../tasks/forecast/forecaster.ts";
import { InputError } from "../failure.ts";
import { grouped } from "../format.ts";
import { furtherWidths } from "../further-widths.ts";
import { flag, oneOf, readSettings, whole } from "../settings.ts";
import { evaluation } from "./forecast-evaluation.ts";
import {
  cuts,
  firstJudged,
  judgedNote,
  readColumns,
  readingFields,
  readingNames,
} from "./forecast-reading.ts";
import { running } from "./forecast-running.ts";
import type { TaskCommands } from "./task-commands.ts";

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

const valueField = z
  .string({ error: "must name a column, or several as a,b" })
  .describe("the column to forecast, or several as a,b");

const shapeFields = {
  horizon: whole(1).default(12).describe("steps ahead"),
  context: whole(1).default(48).describe("steps that are read before a forecast"),
  log: flag.describe("take logarithms first"),
  lag: whole(0)
    .default(0)
    .describe("then differences from so many steps before, such as a season; 0 for none"),
  calendar: flag.describe("read the calendar of the next step, too"),
  levels: levelsField.describe("quantiles to forecast"),
  output: oneOf(forecastOutputs)
    .default("quantiles")
    .describe("what the network says of a step: its quantiles, or a normal distribution (gaussian)"),
  strategy: oneOf(forecastStrategies)
    .default("direct")
    .describe("all steps at once (direct), or one after the other, along paths that are drawn (recursive)"),
};

const fields = { ...readingFields, value: valueField, ...shapeFields };

export const forecast: TaskCommands = {
  kind: "forecast",
  command: "forecast",
  about: "series of numbers in time: quantiles of the next steps",
  training: {
    kind: "forecast",
    command: "forecast train",
    about: "train a model that forecasts the next steps of one series or several",
    file: "a table with a column of times (.csv, .jsonl, .parquet)",
    examples: `
Examples:
  unrolled forecast train passengers.csv --time Month --value Passengers --log --lag 12 --context 24
  unrolled forecast train load.csv --time date --value load,temperature --horizon 24 --lag 24 --calendar
  unrolled forecast train sunspots.csv --time Month --value Sunspots --output gaussian --strategy recursive
  unrolled forecast eval passengers-gru.safetensors passengers.csv --time Month
  unrolled forecast run passengers-gru.safetensors passengers.csv --time Month --out next.csv --picture next.svg`,
    fields,
    valueNames: { ...readingNames, value: "columns", levels: "list" },
    defaults: { cell: "gru", size: 32, epochs: 40, rate: 0.003, patience: 8, split: "0.7/0.1/0.2" },
    async prepare(path, settings, given, cell) {
      const { value } = readSettings(z.object({ value: valueField }), given);
      const shape = readSettings(z.object(shapeFields), given);
      const names = value.split(",").map((name) => name.trim());
      const twice = names.find((name, i) => names.indexOf(name) < i);
      if (twice !== undefined) throw new InputError(`--value names '${twice}' twice; name it once`);
      const series = await readColumns(path, names, given);
      const length = series.times.length;
      const [trained = length, validated] = cuts(length, settings.split);
      const { size, layers, dropout } = settings;
      const sizes = furtherWidths(cell, settings.widths);
      const { task, network } = forecaster(series, trained, { cell, ...shape, size, layers, dropout, sizes });
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
              : forecastExamples(task, series, Math.max(0, trained - shape.context), validated, trained),
        },
        notes: { [judgedNote]: String(firstJudged(series, settings.split)) },
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
