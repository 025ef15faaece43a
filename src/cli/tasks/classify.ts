// Classification of sequences on the command line: labelled texts or series in, a label for each of others out.
import { stat } from "node:fs/promises";
import { z } from "zod";
import { trainNaiveBayes } from "../../tasks/classify/naive-bayes.ts";
import { splitItems } from "../../train/split.ts";
import { readLabelledFolder } from "../../tasks/classify/labelled-folder.ts";
import { readLabelledTable, readSequences } from "../../tasks/shared/sequence-files.ts";
import { classificationReport, type ClassificationReport } from "../../tasks/shared/classification.ts";
import { confusionChart } from "../../charts/confusion.ts";
import {
  balancedWeights,
  classifier,
  classifyExamples,
  classify as classifySequences,
  type LabelledSequence,
} from "../../tasks/classify/classify.ts";
import { poolings } from "../../tasks/classify/pooling.ts";
import { InputError } from "../failure.ts";
import { grouped, percent, table } from "../format.ts";
import { outputField, writeOutput } from "../output-file.ts";
import { furtherWidths } from "../further-widths.ts";
import { flag, oneOf, readSettings, whole } from "../settings.ts";
import type { Given } from "../train-settings.ts";
import { itemsNoteOf, partField, partOf, rivalsPart, splitInWords } from "./parts.ts";
import { modelOf, type ModelUse, type TaskCommands } from "./task-commands.ts";

const columns = {
  text: z.string().optional().describe("the column of texts (default: text)"),
  series: z.string().optional().describe("the column of series instead: numbers a step"),
};

const reading = {
  ...columns,
  label: z.string().default("label").describe("the column of labels"),
  without: z.string().optional().describe("labels to leave out, as a,b"),
  unique: flag.describe("leave out what comes again with the same label"),
};

const fields = {
  ...reading,
  unit: oneOf(["char", "word"]).default("char").describe("what a symbol of a text is: char or word"),
  atLeast: whole(1).default(1).describe("rarer symbols are unknown ones"),
  lowerCase: flag.describe("read texts in lower case"),
  pooling: oneOf(poolings)
    .default("last")
    .describe(`what stands for a sequence: ${poolings.join(", ")}`),
  oneDirection: flag.describe("read from the first step to the last only, not both ways"),
  classWeights: oneOf(["none", "root", "balanced"])
    .default("none")
    .describe("balanced makes every class count the same, however rare; root goes half the way"),
};

const readingNames = { text: "column", series: "column", label: "column", without: "labels" };

async function readItems(path: string, given: Given): Promise<LabelledSequence[]> {
  const { without, unique, text, series, label } = readSettings(z.object(reading), given);
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  const all = await (isFolder ? readLabelledFolder(path) : readLabelledTable(path, { text, series, label }));
  const left = new Set(without?.split(",").map((name) => name.trim()));
  for (const name of left) {
    if (all.every((item) => item.label !== name))
      throw new InputError(`--without: nothing has the label '${name}'`);
  }
  const items = all.filter((item) => !left.has(item.label));
  if (!unique) return items;
  const seen = new Set<string>();
  return items.filter(({ value, label: own }) => {
    const key = JSON.stringify([own, value]);
    return !seen.has(key) && seen.add(key);
  });
}

const evaluationFields = {
  ...reading,
  part: partField,
  baseline: flag.describe("set naive Bayes over the training part beside it"),
  confusion: flag.describe("show which classes are taken for which"),
  picture: outputField(".svg").optional().describe("write the confusion matrix as an SVG file"),
};

const evaluation: ModelUse = {
  about: "measure how well a classifier does",
  file: "labelled sequences: a table, or a folder of texts by class",
  fields: evaluationFields,
  valueNames: { ...readingNames, part: "part", picture: "file" },
  async use(opened, path, given) {
    const model = modelOf(opened, "classify");
    const { task, checkpoint } = model;
    const { part, baseline, confusion: hasMatrix, picture } = readSettings(z.object(evaluationFields), given);
    const items = await readItems(path as string, given);
    const chosen = partOf(items, part, checkpoint);
    // A label that was not learned is an error, with its place.
    classifyExamples(task, chosen);
    const found = await classifySequences(
      model,
      chosen.map((item) => item.value),
    );
    const report = (labels: readonly string[]): ClassificationReport =>
      classificationReport(
        chosen.map((item) => task.labels.indexOf(item.label)),
        labels.map((label) => task.labels.indexOf(label)),
        task.labels,
      );
    const own = report(found.map((f) => f.label));
    const rows: [string, ClassificationReport][] = [["this model", own]];
    if (baseline) {
      const texts = rivalsPart(items, part, checkpoint).map(
        ({ value, label }) => [String(value), label] as const,
      );
      const bayes = trainNaiveBayes(texts);
      rows.push([
        "naive Bayes, 1- to 3-grams",
        report(chosen.map(({ value }) => bayes.predict(String(value)))),
      ]);
    }
    if (picture !== undefined) {
      const svg = confusionChart(own.confusion, task.labels, {
        title: `${grouped(chosen.length)} sequences`,
      });
      await writeOutput(picture, svg, [model.path, path]);
    }
    const classes = [...own.classes].sort((a, b) => b.support - a.support);
    return {
      json: rows.map(([name, { accuracy, macroF1, weightedF1, confusion }], i) => ({
        model: name,
        accuracy,
        macroF1,
        weightedF1,
        sequences: chosen.length,
        ...(i === 0 && { labels: task.labels, confusion, classes: own.classes }),
      })),
      text: [
        table(
          ["model", "accuracy", "macro-F1"],
          rows.map(([name, r]) => [name, percent(r.accuracy), percent(r.macroF1)]),
        ),
        table(
          ["class", "precision", "recall", "F1", "sequences"],
          classes.map((c) => [
            c.name,
            percent(c.precision),
            percent(c.recall),
            percent(c.f1),
            grouped(c.support),
          ]),
        ),
        ...(hasMatrix ? [confusionTable(own.confusion, task.labels)] : []),
      ].join("\n\n"),
    };
  },
};

/** A row for each class that sequences have, and in it how often they were taken for each, whose number heads a column. */
function confusionTable(confusion: ClassificationReport["confusion"], labels: readonly string[]): string {
  const numbered = labels.map((label, i) => `${i + 1} ${label}`);
  return table(
    ["is, taken for", ...labels.map((_, i) => String(i + 1))],
    confusion.map((row, i) => [numbered[i] as string, ...row.map((n) => (n === 0 ? "" : grouped(n)))]),
  );
}

const running: ModelUse = {
  about: "say what sequences are",
  file: "a text file with one a line, or a table",
  fields: columns,
  valueNames: readingNames,
  async use(opened, path, given) {
    const model = modelOf(opened, "classify");
    const items = await readSequences(path as string, readSettings(z.object(columns), given));
    const found = await classifySequences(
      model,
      items.map((item) => item.value),
    );
    const json = found.map(({ label, probabilities }, i) => ({
      input: items[i]?.value,
      label,
      probability: Math.max(...probabilities),
    }));
    const lines = json.map(({ input, label, probability }) => {
      return `${label}\t${probability.toFixed(3)}\t${typeof input === "string" ? input.replaceAll(/\s+/gu, " ") : JSON.stringify(input)}`;
    });
    return { json, text: lines.join("\n") };
  },
};

export const classify: TaskCommands = {
  kind: "classify",
  command: "classify",
  about: "what a sequence is as a whole: texts or series with a label each",
  training: {
    kind: "classify",
    command: "classify train",
    about: "train a classifier of sequences",
    file: "a table of labelled sequences (.csv, .jsonl, .parquet), or a folder of texts by class",
    examples: `
Examples:
  unrolled classify train reviews.csv --text review --label stars --unit word --embedding 64
  unrolled classify train gestures.jsonl --series points --label gesture
  unrolled classify train surnames/ --cell gru --split 0.8/0.1/0.1
  unrolled classify eval surnames-gru.safetensors surnames/ --part test --baseline`,
    fields,
    valueNames: { ...readingNames, unit: "unit", pooling: "name", classWeights: "how" },
    defaults: { cell: "gru", epochs: 20, batch: 64, patience: 5 },
    async prepare(path, settings, given, cell) {
      const own = readSettings(z.object(fields), given);
      const items = await readItems(path, given);
      const split = splitItems(items, settings.split, settings.seed);
      const { size, layers, embedding, dropout } = settings;
      const { unit, atLeast, lowerCase, pooling } = own;
      const { task, network } = classifier(split.train, {
        unit,
        atLeast,
        lowerCase,
        pooling,
        cell,
        size,
        layers,
        embedding,
        dropout,
        bidirectional: !own.oneDirection,
        labels: items.map((item) => item.label),
        sizes: furtherWidths(cell, settings.widths),
      });
      const power = { none: 0, root: 0.5, balanced: 1 }[own.classWeights];
      const weights = power > 0 ? { classWeights: balancedWeights(task, split.train, power) } : {};
      return {
        task,
        network,
        data: {
          kind: "examples",
          train: classifyExamples(task, split.train, weights),
          validation: split.validation && classifyExamples(task, split.validation, weights),
        },
        notes: itemsNoteOf(items),
        lines: [`${task.labels.length} classes; ${splitInWords(split, "sequences")}`],
      };
    },
  },
  evaluation,
  running,
};
