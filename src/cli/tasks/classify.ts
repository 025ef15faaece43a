import { z } from "zod";
import { splitItems } from "../../data/split.ts";
import { readLabelledFolder } from "../../io/labelled-files.ts";
import { poolings } from "../../tasks/pooled.ts";
import {
  balancedWeights,
  classifier,
  classify as classifySequences,
  classifyExamples,
  type LabelledSequence,
} from "../../tasks/classify.ts";
import { InputError } from "../failure.ts";
import { furtherWidths } from "../further-widths.ts";
import { flag, oneOf, readSettings, whole } from "../settings.ts";
import type { ModelUse, OpenModel, Report, TaskCommands } from "./task-commands.ts";

const reading = {
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
  classWeights: flag.describe("make every class count the same, however rare"),
};

export async function readItems(
  path: string,
  given: Readonly<Record<string, unknown>>,
): Promise<LabelledSequence[]> {
  const { without, unique } = readSettings(z.object(reading), given);
  const left = new Set(without?.split(","));
  const items = (await readLabelledFolder(path)).filter((item) => !left.has(item.label));
  if (!unique) return items;
  const seen = new Set<string>();
  return items.filter(({ value, label }) => {
    const key = JSON.stringify([label, value]);
    return !seen.has(key) && seen.add(key);
  });
}

const evaluation: ModelUse = {
  about: "measure how well a classifier does",
  file: "labelled sequences",
  fields: { ...reading, part: oneOf(["all", "train", "validation", "test"]).default("all").describe("x") },
  valueNames: {},
  async use(model: OpenModel, path, given): Promise<Report> {
    const { task, checkpoint } = model;
    if (task.kind !== "classify" || path === undefined) throw new InputError("x");
    const items = await readItems(path, given);
    const note = JSON.parse(checkpoint.notes["train"] ?? "{}") as { split: string; seed: string };
    const part = String(given["part"] ?? "all") as "all";
    const split = splitItems(items, note.split, Number(note.seed));
    const chosen = part === "all" ? items : (split[part] as LabelledSequence[]);
    const found = await classifySequences(
      { ...model, task },
      chosen.map((i) => i.value),
    );
    const right = found.filter((f, i) => f.label === chosen[i]?.label).length;
    return { json: [{ accuracy: right / chosen.length }], text: `accuracy ${right / chosen.length}` };
  },
};

export const classify: TaskCommands = {
  kind: "classify",
  command: "classify",
  about: "what a sequence is as a whole: texts or series with a label each",
  training: {
    command: "classify train",
    about: "train a classifier of sequences",
    file: "labelled",
    examples: "",
    fields,
    valueNames: { without: "labels", unit: "unit", pooling: "name" },
    defaults: { epochs: 20, batch: 64, patience: 5 },
    async prepare(path, settings, given, cell) {
      const own = readSettings(z.object(fields), given);
      const items = await readItems(path, given);
      const split = splitItems(items, settings.split, settings.seed);
      const { size, layers, embedding, dropout } = settings;
      const made = classifier(split.train, {
        ...own,
        cell,
        size,
        layers,
        embedding,
        dropout,
        bidirectional: !own.oneDirection,
        sizes: furtherWidths(cell, settings.widths),
      });
      const weights = own.classWeights ? { classWeights: balancedWeights(made.task, split.train) } : {};
      return {
        ...made,
        data: {
          kind: "examples",
          train: classifyExamples(made.task, split.train, weights),
          validation: split.validation && classifyExamples(made.task, split.validation, weights),
        },
        lines: [`train on ${split.train.length} sequences`],
      };
    },
  },
  evaluation,
  running: evaluation,
};
