// Tagging on the command line: texts or series with a label for each token in, labels for the tokens of others out.
import { z } from "zod";
import { trainMostFrequentTag } from "../../tasks/tag/most-frequent-tag.ts";
import { splitItems } from "../../train/split.ts";
import { readTagged, readTokens } from "../../tasks/tag/tagged-files.ts";
import { classificationReport, type ClassificationReport } from "../../tasks/shared/classification.ts";
import { areSpanTags, spanReport, type SpanReport } from "../../tasks/tag/spans.ts";
import { isText, tokensOf } from "../../tasks/shared/sequence-input.ts";
import {
  tag as tagSequences,
  tagExamples,
  tagger,
  type TaggedSequence,
  type Tagging,
  type TagTask,
} from "../../tasks/tag/tag.ts";
import { InputError } from "../failure.ts";
import { grouped, percent, table } from "../format.ts";
import { furtherWidths } from "../further-widths.ts";
import { flag, oneOf, readSettings, whole } from "../settings.ts";
import { itemsNoteOf, partField, partOf, rivalsPart, splitInWords } from "./parts.ts";
import { modelOf, type ModelUse, type TaskCommands } from "./task-commands.ts";

const columns = {
  tokens: z.string().optional().describe("a table's column of lists of tokens (default: tokens)"),
  series: z.string().optional().describe("a table's column of series instead: numbers a step"),
};

const taggedColumns = {
  ...columns,
  tags: z.string().optional().describe("a table's column of lists of tags (default: tags)"),
};

const columnNames = { tokens: "column", series: "column", tags: "column" };

const fields = {
  ...taggedColumns,
  unit: oneOf(["char", "word"]).default("word").describe("what a text that is not split is split into"),
  atLeast: whole(1).default(1).describe("rarer tokens are unknown ones"),
  lowerCase: flag.describe("read tokens in lower case"),
  oneDirection: flag.describe("read from the first token to the last only, not both ways"),
};

/** Scores of one tagger over all sequences. */
interface Scores {
  readonly model: string;
  readonly tokens: ClassificationReport;
  /** Where the labels are those of spans. */
  readonly spans: SpanReport | undefined;
}

function scoresOf(
  model: string,
  labels: readonly string[],
  targets: readonly (readonly string[])[],
  predictions: readonly (readonly string[])[],
): Scores {
  const classes = new Map(labels.map((label, i) => [label, i]));
  const classesOf = (tags: readonly (readonly string[])[]): number[] =>
    tags.flatMap((own) => own.map((label) => classes.get(label) as number));
  return {
    model,
    tokens: classificationReport(classesOf(targets), classesOf(predictions), labels),
    spans: areSpanTags(labels) ? spanReport(targets, predictions) : undefined,
  };
}

/** Every word's most frequent tag, of words as the model reads them. */
function rivalTags(
  { input }: TagTask,
  training: readonly TaggedSequence[],
  measured: readonly TaggedSequence[],
): string[][] {
  const wordsOf = ({ value, place }: TaggedSequence): string[] => {
    if (input.kind === "text" && isText(value))
      return tokensOf(value, input.vocabulary.unit, input.lowerCase);
    throw new InputError(`${place}: --baseline counts tokens, and series have none; leave it out`);
  };
  const rival = trainMostFrequentTag(training.map((item) => ({ tokens: wordsOf(item), tags: item.tags })));
  return measured.map((item) => rival.predict(wordsOf(item)));
}

function scoresInWords(all: readonly [Scores, ...Scores[]]): string {
  const [{ spans: ownSpans, tokens: ownTokens }] = all;
  const summary = table(
    ["model", "accuracy", "macro-F1", ...(ownSpans ? ["span precision", "recall", "F1"] : [])],
    all.map(({ model, tokens, spans }) => [
      model,
      ...[tokens.accuracy, tokens.macroF1].map(percent),
      ...(spans ? [spans.precision, spans.recall, spans.f1].map(percent) : []),
    ]),
  );
  const [part, unit] = ownSpans ? ["type", "spans"] : ["label", "tokens"];
  const parts = ownSpans
    ? [...ownSpans.byType].map(([name, scores]) => ({ name, ...scores }))
    : [...ownTokens.classes];
  const rows = parts
    .sort((a, b) => b.support - a.support)
    .map(({ name, precision, recall, f1, support }) => [
      name,
      ...[precision, recall, f1].map(percent),
      grouped(support),
    ]);
  return `${summary}\n\n${table([part, "precision", "recall", "F1", unit], rows)}`;
}

const evaluationFields = {
  ...taggedColumns,
  part: partField,
  baseline: flag.describe("set each word's most frequent tag of the training part beside it"),
};

const evaluation: ModelUse = {
  about: "measure how well a tagger does",
  file: "tagged sequences: a token and its tag a line, or a table of lists",
  fields: evaluationFields,
  valueNames: { ...columnNames, part: "part" },
  async use(opened, path, given) {
    const model = modelOf(opened, "tag");
    const { task, checkpoint } = model;
    const { part, baseline, ...named } = readSettings(z.object(evaluationFields), given);
    const items = await readTagged(path as string, named);
    const chosen = partOf(items, part, checkpoint);
    // A tag that was not learned is an error, with its place.
    tagExamples(task, chosen);
    const targets = chosen.map((item) => item.tags);
    const found = await tagSequences(
      model,
      chosen.map((item) => item.value),
    );
    const tags = found.map((tagging) => tagging.tags);
    const all: [Scores, ...Scores[]] = [scoresOf("this model", task.labels, targets, tags)];
    if (baseline) {
      const rival = rivalTags(task, rivalsPart(items, part, checkpoint), chosen);
      all.push(scoresOf("most frequent tag", task.labels, targets, rival));
    }
    return {
      json: all.map(({ model: name, tokens: { accuracy, macroF1, classes, confusion }, spans }, i) => ({
        model: name,
        accuracy,
        macroF1,
        ...(spans && { spans: { ...spans, byType: Object.fromEntries(spans.byType) } }),
        sequences: chosen.length,
        tokens: tags.reduce((sum, own) => sum + own.length, 0),
        ...(i === 0 && { labels: task.labels, confusion, classes }),
      })),
      text: scoresInWords(all),
    };
  },
};

/** A token, a tab and its tag a line. */
function taggedLines({ tokens, tags }: Tagging): string {
  const shown = (step: unknown): string => (typeof step === "string" ? step : JSON.stringify(step));
  return tags.map((label, i) => `${shown(tokens[i])}\t${label}\n`).join("");
}

const running: ModelUse = {
  about: "tag every token",
  file: "a text file with a sentence a line, a file with a token a line, or a table",
  fields: columns,
  valueNames: columnNames,
  async use(opened, path, given) {
    const model = modelOf(opened, "tag");
    const named = readSettings(z.object(columns), given);
    const items = await readTokens(path as string, model.task.labels, named);
    const found = await tagSequences(
      model,
      items.map((item) => item.value),
    );
    return {
      json: found.map(({ tokens, tags, probabilities }) => ({
        tokens,
        tags,
        probabilities: probabilities.map((own) => Math.max(...own)),
      })),
      text: found.map(taggedLines).join("\n"),
    };
  },
};

export const tag: TaskCommands = {
  kind: "tag",
  command: "tag",
  about: "a label for every token: names in sentences, parts of speech",
  training: {
    kind: "tag",
    command: "tag train",
    about: "train a tagger of tokens",
    file: "a token and its tag a line (.conll, .tsv, .txt), or a table of lists (.jsonl, .parquet, .csv)",
    examples: `
Examples:
  unrolled tag train names.conll --embedding 64 --dropout 0.3
  unrolled tag train speech.jsonl --tokens words --tags pos --split 0.8/0.1/0.1
  unrolled tag eval speech-gru.safetensors speech.jsonl --tokens words --tags pos --part test --baseline
  unrolled run names-gru.safetensors letter.txt`,
    fields,
    valueNames: { ...columnNames, unit: "unit" },
    defaults: { cell: "gru", epochs: 20, batch: 32, embedding: 64, patience: 5 },
    async prepare(path, settings, given, cell) {
      const own = readSettings(z.object(fields), given);
      const items = await readTagged(path, own);
      const split = splitItems(items, settings.split, settings.seed);
      const { size, layers, embedding, dropout } = settings;
      const { unit, atLeast, lowerCase } = own;
      const { task, network } = tagger(split.train, {
        unit,
        atLeast,
        lowerCase,
        cell,
        size,
        layers,
        embedding,
        dropout,
        bidirectional: !own.oneDirection,
        labels: items.flatMap((item) => item.tags),
        sizes: furtherWidths(cell, settings.widths),
      });
      return {
        task,
        network,
        data: {
          kind: "examples",
          train: tagExamples(task, split.train),
          validation: split.validation && tagExamples(task, split.validation),
        },
        notes: itemsNoteOf(items),
        lines: [`${task.labels.length} labels; ${splitInWords(split, "sequences")}`],
      };
    },
  },
  evaluation,
  running,
};
