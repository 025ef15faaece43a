// Regression on the command line: sequences with their targets in, targets of others out.
import { z } from "zod";
import { taskCommand, type Report, type TaskCommand } from "../command.ts";
import { foundInWords } from "../shared/columns.ts";
import { flag, flagOf, flags, oneOf, partField, whole } from "../shared/flags.ts";
import { scoredPart } from "../shared/scored-part.ts";
import { lengthInWords } from "../shared/training-length.ts";
import { counted, percent, table } from "../shared/words.ts";
import { regressDefaults, regressLosses, type RegressItem } from "./design.ts";
import { intervalsOf, type Estimate } from "./estimates.ts";
import { addingTable, batteryTable, waveTable } from "./made-tables.ts";
import { lengthOfTraining, regress, type Regressor } from "./regress.ts";
import type { RegressScore, TargetScores } from "./score.ts";
import type { RegressScores } from "./scores.ts";
import { readRows, type ReadSequenceRow } from "./targeted-files.ts";
import { targetPlaces } from "./targets.ts";

const columns = {
  series: z
    .string()
    .optional()
    .describe(
      "columns of series, separated by commas: lists of numbers, or with --sequence numbers (default: all there are)",
    ),
  text: z.string().optional().describe("the column of texts, instead of series"),
  sequence: z
    .string()
    .optional()
    .describe("in a table with a row per step, the column that names its sequence (default: sequence)"),
};

const reading = {
  target: z
    .string()
    .optional()
    .describe("columns of targets, separated by commas (default: target, or the only one of numbers)"),
  ...columns,
};

const readingNames = { target: "columns", series: "columns", text: "column", sequence: "column" };
const remembered = ["target", "series", "text", "sequence"];

const levels = z
  .string()
  .optional()
  .transform((text, context) => {
    if (text === undefined) return undefined;
    const numbers = text.split(",").map(Number);
    if (numbers.every((level) => level > 0 && level < 1) && numbers.includes(0.5)) return numbers;
    const message = `must be numbers between 0 and 1, with 0.5 among them, such as 0.1,0.5,0.9, not '${text}'`;
    context.issues.push({ code: "custom", message, input: text });
    return z.NEVER;
  });

export const regressCommand: TaskCommand = taskCommand({
  maker: regress,
  about: "predict numbers from series or texts, for the whole or at every step",
  train: {
    about: "train a model that predicts numbers from sequences",
    file: "a table with a row per sequence or per step (.csv, .jsonl, .parquet)",
    ending: ".csv",
    examples: [
      "regress train adding.jsonl --target sum",
      "regress train batteries.csv --sequence battery --target core --loss gaussian",
      "regress train rides.parquet --series speed,slope --target energy,time",
      "regress eval batteries-gru.safetensors batteries.csv",
    ],
    hasEmbedding: true,
    batches: "sequences",
    defaults: { ...regressDefaults, training: lengthInWords(lengthOfTraining) },
    flags: flags(
      {
        ...reading,
        at: oneOf(targetPlaces)
          .optional()
          .describe(
            "targets for a sequence as a whole (last), or at every step (default: every where a target changes within one)",
          ),
        loss: oneOf(regressLosses)
          .default("squared")
          .describe(`what the model is trained by: ${regressLosses.join(", ")}`),
        quantiles: levels.describe(
          "levels of the quantiles, separated by commas, for --loss quantiles (default: 0.1,0.5,0.9)",
        ),
        bothDirections: flag.describe(
          "read backward, too, so that a target at a step depends on later steps",
        ),
        unit: oneOf(["char", "word"]).default("char").describe("symbols of a text: char or word"),
        minCount: whole(1).default(1).describe("symbols that occur fewer times become unknown"),
        lowerCase: flag.describe("read texts in lower case"),
      },
      { ...readingNames, at: "place", loss: "name", quantiles: "list", unit: "unit" },
    ),
    async read(path, settings, _common, context) {
      if (settings.series !== undefined && settings.text !== undefined)
        throw new Error("--series and --text name two kinds of sequences; give one");
      const { items, found, notes } = await readRows(path, settings, true);
      const words = foundInWords(found, { ...settings });
      for (const note of words === "" ? notes : [words, ...notes]) context.say(note);
      return { data: itemsOf(items), found };
    },
    options({ text, series, at, loss, quantiles, bothDirections, unit, minCount, lowerCase }, given) {
      const idle = ["unit", "minCount", "lowerCase", "embedding"].find((name) => given[name] !== undefined);
      if (series !== undefined && text === undefined && idle !== undefined)
        throw new Error(`series have no symbols, so ${flagOf(idle)} would do nothing; leave it out`);
      return {
        loss,
        unit,
        minCount,
        lowerCase,
        bidirectional: bothDirections,
        ...(at !== undefined && { at }),
        ...(quantiles !== undefined && { quantiles }),
      };
    },
  },
  score: {
    async brief(model, validation) {
      const { r2, rmse } = await model.score(validation);
      return r2 === undefined ? `RMSE ${inUnits(rmse)}` : `R² ${r2.toFixed(4)}`;
    },
    async beside(model, part) {
      const score = await model.score(part);
      const [best] = Object.entries(score.baselines).sort(([, a], [, b]) => errorOf(a) - errorOf(b));
      return {
        ...reportOf(score, model.intervals),
        betterBaseline: best && errorOf(best[1]) <= errorOf(score) ? baselineNames[best[0]] : undefined,
      };
    },
  },
  data: [
    {
      name: "adding",
      ending: ".jsonl",
      about: "the adding problem: 50 numbers, two of them marked, and the sum of those",
      use: "regress train adding.jsonl --target sum",
      count: 2000,
      make: addingTable,
    },
    {
      name: "batteries",
      ending: ".csv",
      about: "batteries' current and air temperature, with noise and gaps, and the heat of the core",
      use: "regress train batteries.csv --sequence battery --target core",
      count: 200,
      make: batteryTable,
    },
    {
      name: "waves",
      ending: ".csv",
      about: "sine waves with noise, and their frequency",
      use: "regress train waves.csv --target frequency",
      count: 1000,
      make: waveTable,
    },
  ],
  evaluate: {
    about: "score a model beside the mean and a linear regression",
    file: "a table with the columns that the model was trained on",
    ending: ".csv",
    flags: flags({ ...reading, part: partField }, { ...readingNames, part: "part" }),
    remembered,
    async run(model, path, settings, context) {
      const { items } = await readRows(path as string, settings, true);
      const { part } = await scoredPart(model, itemsOf(items), { part: settings.part }, context);
      return reportOf(await model.score(part), model.intervals);
    },
  },
  predict: {
    about: "print the numbers that a model predicts for each sequence",
    file: "a table with the series or texts, with or without targets; or a text file with one text per line",
    ending: ".csv",
    flags: flags(reading, readingNames),
    remembered,
    async run(model, path, settings) {
      const { items } = await readRows(path as string, settings, false);
      return predictions(model, items, await model.predict(items.map(({ value }) => value)));
    },
  },
});

const baselineNames: Readonly<Record<string, string>> = {
  mean: "the mean of the training part",
  linear: "linear regression",
};

const itemsOf = (items: readonly ReadSequenceRow[]): RegressItem[] =>
  items.map(({ value, target, place }) => ({ value, target, place }));

/** By which models are compared: without a unit where there is one for all targets. */
const errorOf = ({ r2, rmse }: RegressScores): number => (r2 === undefined ? rmse : 1 - r2);

/** A number in the units of a target, which may be of any size: five digits. */
function inUnits(value: number): string {
  return String(Number(value.toPrecision(5)));
}

/** A line for the model and one for each baseline; of several targets, for each of them and for their mean. */
function reportOf(score: RegressScore, intended: number | undefined): Report {
  const { sequences, values, baselines } = score;
  const models: [string, TargetScores][] = [
    ["this model", score],
    ["mean", baselines.mean],
    ["linear", baselines.linear],
  ];
  const names = Object.keys(score.targets);
  const hasIntervals = score.coverage !== undefined && intended !== undefined;
  const row = ({ mae, rmse, r2, coverage }: RegressScores): string[] => [
    inUnits(mae),
    inUnits(rmse),
    r2 === undefined ? "–" : r2.toFixed(4),
    ...(hasIntervals ? [coverage === undefined ? "–" : percent(coverage)] : []),
  ];
  const titles = [
    "MAE",
    "RMSE",
    "R²",
    ...(hasIntervals ? [`in ${Math.round(100 * intended)} % intervals`] : []),
  ];
  const rows = models.flatMap(([model, scores]) =>
    names.length === 1
      ? [[model, ...row(scores)]]
      : [
          ...names.map((name) => [`${model}, ${name}`, ...row(scores.targets[name] as RegressScores)]),
          [`${model}, mean of targets`, ...row(scores)],
        ],
  );
  return {
    json: models.map(([model, { mae, rmse, r2, coverage, targets }]) => ({
      model,
      mae,
      rmse,
      r2,
      coverage,
      targets,
      sequences,
      values,
    })),
    text: `${table(["model", ...titles], rows)}\n${counted(sequences, "sequence")}, ${counted(values, "target")}${names.length > 1 ? " of each name" : ""}`,
  };
}

/** A line per sequence, or per step. */
function predictions(
  { at, targets }: Regressor,
  items: readonly ReadSequenceRow[],
  estimates: readonly Readonly<Record<string, Estimate>>[],
): Report {
  const names = items.map(({ name }, i) => name ?? String(i + 1));
  const isEvery = at === "every";
  const cell = (estimate: Estimate, t: number): string[] => {
    const intervals = intervalsOf(estimate);
    const ends = intervals ? [intervals.low[t] as number, intervals.high[t] as number] : [];
    return [estimate.values[t] as number, ...ends].map(inUnits);
  };
  const first = estimates[0] ?? {};
  const titles = targets.flatMap((name) => [
    name,
    ...(first[name] && intervalsOf(first[name]) ? ["from", "to"] : []),
  ]);
  const rows = estimates.flatMap((all, i) => {
    const steps = all[targets[0] as string]?.values.length ?? 0;
    return Array.from({ length: steps }, (_, t) => [
      names[i] as string,
      ...(isEvery ? [String(t + 1)] : []),
      ...targets.flatMap((name) => cell(all[name] as Estimate, t)),
    ]);
  });
  const whole = ({ value, deviations, quantiles }: Estimate): object => ({
    value,
    ...(deviations && { deviation: deviations[0] }),
    ...(quantiles && {
      quantiles: Object.fromEntries(Object.entries(quantiles).map(([level, list]) => [level, list[0]])),
    }),
  });
  return {
    json: estimates.map((all, i) => ({
      sequence: names[i],
      ...Object.fromEntries(
        targets.map((name) => [name, isEvery ? all[name] : whole(all[name] as Estimate)]),
      ),
    })),
    text: table(["sequence", ...(isEvery ? ["step"] : []), ...titles], rows),
  };
}
