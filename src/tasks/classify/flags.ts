// Classification on the command line: labelled texts or series in, a label for each of others out.
import { z } from "zod";
import { confusionChart } from "../../charts/confusion.ts";
import { taskCommand, type Report, type TaskCommand } from "../command.ts";
import type { ClassificationReport } from "../shared/classification.ts";
import { flag, flagOf, flags, oneOf, outputFile, partField, whole } from "../shared/flags.ts";
import { scoredPart } from "../shared/scored-part.ts";
import { readSequences } from "../shared/sequence-files.ts";
import { lengthInWords } from "../shared/training-length.ts";
import { unknownInWords } from "../shared/unknown-symbols.ts";
import { counted, grouped, percent, table } from "../shared/words.ts";
import { classify, lengthOfTraining, type ClassifyScore } from "./classify.ts";
import { classifyDefaults, type ClassifySpec } from "./design.ts";
import { readLabelled } from "./labelled-files.ts";
import { poolings } from "./pooling.ts";

const columns = {
  text: z
    .string()
    .optional()
    .describe("the column of texts (default: text, or the only one besides the labels)"),
  series: z.string().optional().describe("the column of series of numbers, instead of texts"),
};

const reading = {
  ...columns,
  label: z.string().optional().describe("the column of labels (default: label, or the only one that fits)"),
  without: z.string().optional().describe("labels to leave out, separated by commas"),
  unique: flag.describe("leave out repeated sequences with the same label"),
};

const readingNames = { text: "column", series: "column", label: "column", without: "labels" };

export const classifyCommand: TaskCommand = taskCommand({
  maker: classify,
  about: "classify texts or series as a whole",
  train: {
    about: "train a classifier of sequences",
    file: "a table of labelled sequences (.csv, .jsonl, .parquet), or a folder of texts by label",
    ending: ".csv",
    examples: [
      "classify train reviews.csv --text review --label stars --unit word --embedding 64",
      "classify train gestures.jsonl --series points --label gesture",
      "classify train surnames/ --cell gru --split 0.8/0.1/0.1",
      "classify eval surnames-gru.safetensors surnames/ --part test --baseline",
    ],
    next: (path) => (/\.\w+$/u.test(path) ? "predict" : "eval"),
    hasEmbedding: true,
    batches: "sequences",
    defaults: { ...classifyDefaults, training: lengthInWords(lengthOfTraining) },
    flags: flags(
      {
        ...reading,
        unit: oneOf(["char", "word"]).default("char").describe("symbols of a text: char or word"),
        minCount: whole(1).default(1).describe("symbols that occur fewer times become unknown"),
        lowerCase: flag.describe("read texts in lower case"),
        pooling: oneOf(poolings)
          .default("last")
          .describe(`how the steps of a sequence are summarised: ${poolings.join(", ")}`),
        frame: whole(1)
          .optional()
          .describe("steps of a series read at once (default: as many as leave 64 of the longest)"),
        recurrentOnly: flag.describe(
          "without the linear layer on runs of symbols, or on convolutions of series",
        ),
        oneDirection: flag.describe("read forward only, instead of in both directions"),
        classWeights: oneOf(["none", "root", "balanced"])
          .default("none")
          .describe("weights against rare classes: balanced (all classes alike), root (half way) or none"),
      },
      { ...readingNames, unit: "unit", pooling: "name", classWeights: "name" },
    ),
    read: (path, settings, _common, context) => readLabelled(path, settings, context),
    options(settings, given) {
      const { series, unit, minCount, lowerCase, pooling, oneDirection, classWeights } = settings;
      const { frame, recurrentOnly } = settings;
      const idle = ["unit", "minCount", "lowerCase", "embedding"].find((name) => given[name] !== undefined);
      if (series !== undefined && idle !== undefined) {
        throw new Error(`series have no symbols, so ${flagOf(idle)} would do nothing; leave it out`);
      }
      if (series === undefined && frame !== undefined)
        throw new Error("texts are read symbol by symbol, so --frame would do nothing; leave it out");
      return {
        pooling,
        bidirectional: !oneDirection,
        classWeights,
        lowerCase,
        linear: !recurrentOnly,
        ...(frame !== undefined && { frame }),
        ...(series === undefined && { unit, minCount }),
      };
    },
  },
  score: {
    async beside(model, part) {
      const score = await model.score(part);
      const { baseline } = score;
      return {
        ...besideBaseline(score),
        betterBaseline: baseline && baseline.accuracy >= score.accuracy ? baseline.name : undefined,
      };
    },
  },
  evaluate: {
    about: "score a classifier on labelled sequences",
    file: "a table of labelled sequences, or a folder of texts by label",
    ending: ".csv",
    outputs: ["plot"],
    flags: flags(
      {
        ...reading,
        part: partField,
        baseline: flag.describe("compare with baselines that learn from the training part"),
        confusion: flag.describe("print the confusion matrix"),
        plot: outputFile(".svg").optional().describe("write the confusion matrix as an SVG file"),
      },
      { ...readingNames, part: "part", plot: "file" },
    ),
    remembered: ["text", "series", "label", "without", "unique"],
    async run(model, path, settings, context) {
      const { data } = await readLabelled(path as string, settings, context);
      const { part, training } = await scoredPart(model, data, settings, context);
      const score = await model.score(part, training && { baseline: training });
      if (settings.plot !== undefined) {
        const title = `${grouped(score.sequences)} sequences`;
        await context.write(settings.plot, confusionChart(score.confusion, score.labels, { title }));
      }
      return reportOf(score, settings.confusion);
    },
  },
  predict: {
    about: "print the label of each sequence",
    file: "a text file with one sequence per line, or a table",
    ending: ".txt",
    flags: flags(columns, readingNames),
    remembered: ["text", "series"],
    async run(model, path, settings, context) {
      const items = await readSequences(path as string, settings);
      const values = items.map(({ value }) => value);
      const { input } = (await model.file()).spec as ClassifySpec;
      for (const line of unknownInWords(input, values, "symbols")) context.say(line);
      const found = await model.predict(values);
      const json = found.map(({ label, probability }, i) => ({ input: items[i]?.value, label, probability }));
      const lines = json.map(({ input, label, probability }) => {
        const shown = typeof input === "string" ? input.replaceAll(/\s+/gu, " ") : shortly(input ?? []);
        return `${label}\t${probability.toFixed(3)}\t${shown}`;
      });
      return { json, text: lines.join("\n") };
    },
  },
});

const mostShown = 60;

/** The beginning of a series. */
function shortly(series: readonly unknown[]): string {
  const all = JSON.stringify(series);
  return all.length <= mostShown ? all : `${all.slice(0, mostShown)}… (${counted(series.length, "step")})`;
}

/** A line for the model and one for each baseline. */
function besideBaseline(score: ClassifyScore): Report {
  const { baselines = [], labels, sequences, notes = [] } = score;
  const rows: [string, ClassificationReport][] = [["this model", score]];
  for (const baseline of baselines) rows.push([baseline.name, baseline]);
  const compared = table(
    ["model", "accuracy", "macro-F1"],
    rows.map(([model, row]) => [model, percent(row.accuracy), percent(row.macroF1)]),
  );
  return {
    json: rows.map(([model, { accuracy, macroF1, weightedF1, confusion }], i) => ({
      model,
      accuracy,
      macroF1,
      weightedF1,
      sequences,
      ...(i === 0 && { labels, confusion, classes: score.classes }),
    })),
    text: [compared, ...notes].join("\n"),
  };
}

function reportOf(score: ClassifyScore, hasMatrix: boolean): Report {
  const { json, text } = besideBaseline(score);
  const classes = [...score.classes].sort((a, b) => b.support - a.support);
  return {
    json,
    text: [
      text,
      table(
        ["class", "precision", "recall", "F1", "sequences"],
        classes.map((c) => [c.name, ...[c.precision, c.recall, c.f1].map(percent), grouped(c.support)]),
      ),
      ...(hasMatrix ? [confusionTable(score.confusion, score.labels)] : []),
    ].join("\n\n"),
  };
}

/** A row per true class; a column per predicted one, headed by its number. */
function confusionTable(confusion: ClassificationReport["confusion"], labels: readonly string[]): string {
  return table(
    ["true, predicted", ...labels.map((_, i) => String(i + 1))],
    confusion.map((row, i) => [
      `${i + 1} ${labels[i]}`,
      ...row.map((count) => (count === 0 ? "" : grouped(count))),
    ]),
  );
}
