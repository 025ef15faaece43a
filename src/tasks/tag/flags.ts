// Tagging on the command line: tagged texts or series in, a tag for each token of others out.
import { z } from "zod";
import { taskCommand, type Report, type TaskCommand } from "../command.ts";
import { flag, flagOf, flags, oneOf, partField, whole } from "../shared/flags.ts";
import { scoredPart } from "../shared/scored-part.ts";
import { isText } from "../shared/sequence-input.ts";
import { lengthInWords } from "../shared/training-length.ts";
import { unknownInWords } from "../shared/unknown-symbols.ts";
import { grouped, percent, table } from "../shared/words.ts";
import { tagDefaults, type TagSpec } from "./design.ts";
import { entitySentence } from "./entities.ts";
import type { TagScores } from "./scores.ts";
import { lengthOfTraining, tag, worth, type Tagging, type TagScore } from "./tag.ts";
import { hasTokenLines, readTaggedData, readTokensFor } from "./tagged-files.ts";

/** `2,4`. */
const twoColumns = z.string().transform((text, context): readonly [number, number] => {
  const [token, tag] = /^\s*([1-9]\d*)\s*,\s*([1-9]\d*)\s*$/u.exec(text)?.slice(1).map(Number) ?? [];
  if (token !== undefined && tag !== undefined && token !== tag) return [token, tag];
  const message = `must be the numbers of two columns, such as 2,4, not '${text}'`;
  context.issues.push({ code: "custom", message, input: text });
  return z.NEVER;
});

const columns = {
  tokens: z
    .string()
    .optional()
    .describe("a table's column of lists of tokens (default: tokens, or the only one that fits)"),
  series: z.string().optional().describe("a table's column of series of numbers, instead of tokens"),
  columns: twoColumns
    .optional()
    .describe(
      "columns of the token and its tag, from 1, in a file with a token per line: 2,4 (default: first and last)",
    ),
};

const taggedColumns = {
  ...columns,
  tags: z
    .string()
    .optional()
    .describe("a table's column of lists of tags (default: tags, or the only one that fits)"),
};

const columnNames = { tokens: "column", series: "column", tags: "column", columns: "token,tag" };

export const tagCommand: TaskCommand = taskCommand({
  maker: tag,
  about: "tag every token: names in sentences, parts of speech",
  train: {
    about: "train a tagger of tokens",
    file: "a token and its tag per line (.conll, .tsv, .txt), or a table of lists (.jsonl, .parquet, .csv)",
    ending: ".conll",
    examples: [
      "tag train names.conll --embedding 64 --dropout 0.3",
      "tag train speech.jsonl --tokens words --tags pos --split 0.8/0.1/0.1",
      "tag eval speech-gru.safetensors speech.jsonl --part test --baseline",
      "tag predict names-gru.safetensors letter.txt",
    ],
    hasEmbedding: true,
    batches: "sequences",
    defaults: {
      ...tagDefaults,
      dropout: `${tagDefaults.dropout}; 0 for letters and series`,
      training: lengthInWords(lengthOfTraining),
    },
    flags: flags(
      {
        ...taggedColumns,
        unit: oneOf(["char", "word"])
          .default("word")
          .describe("how predict splits a text into tokens: char or word"),
        minCount: whole(1).default(1).describe("tokens that occur fewer times become unknown"),
        lowerCase: flag.describe("read tokens in lower case"),
        oneDirection: flag.describe("read forward only, instead of in both directions"),
        wholeWords: flag.describe("read words without their prefixes, suffixes, case and digits"),
        independent: flag.describe("predict each tag on its own, instead of all tags of a sequence together"),
      },
      { ...columnNames, unit: "unit" },
    ),
    async read(path, { tokens, series, tags, columns: numbers }, _common, context) {
      const named = Object.entries({ tokens, series, tags }).find(([, name]) => name !== undefined);
      if (named && hasTokenLines(path)) {
        throw new Error(
          `--${named[0]} names a column of a table, and ${path} has a token per line; leave it out, or give --columns`,
        );
      }
      return readTaggedData(path, { tokens, series, tags, columns: numbers }, context);
    },
    options({ series, unit, minCount, lowerCase, oneDirection, wholeWords, independent }, given) {
      const idle = ["unit", "minCount", "lowerCase", "wholeWords", "embedding"].find(
        (name) => given[name] !== undefined,
      );
      if (series !== undefined && idle !== undefined) {
        throw new Error(`series have no tokens, so ${flagOf(idle)} would do nothing; leave it out`);
      }
      return {
        unit,
        minCount,
        lowerCase,
        bidirectional: !oneDirection,
        ...(wholeWords && { forms: false }),
        ...(independent && { crf: false }),
      };
    },
  },
  score: {
    async beside(model, part) {
      const score = await model.score(part);
      const [best] = baselinesOf(score).sort((a, b) => worth(b) - worth(a));
      return {
        ...besideBaselines(score),
        betterBaseline: best && worth(best) >= worth(score) ? best.name : undefined,
      };
    },
  },
  data: [
    {
      name: "names",
      ending: ".conll",
      about: "English sentences with the names of persons, places and firms tagged",
      use: "tag train names.conll",
      count: 300,
      make: sentences,
    },
  ],
  evaluate: {
    about: "score a tagger on tagged sequences",
    file: "a token and its tag per line, or a table of lists",
    ending: ".conll",
    flags: flags(
      {
        ...taggedColumns,
        part: partField,
        baseline: flag.describe(
          "compare with each token's most frequent tag and a perceptron, both from the training part",
        ),
      },
      { ...columnNames, part: "part" },
    ),
    remembered: ["tokens", "series", "tags", "columns"],
    async run(model, path, settings, context) {
      const { data } = await readTaggedData(path as string, settings, context);
      const { part, training } = await scoredPart(model, data, settings, context);
      const series = settings.baseline ? data.find(({ value }) => !isText(value)) : undefined;
      if (series) {
        throw new Error(`${series.place}: --baseline counts tokens, and series have none; leave it out`);
      }
      return reportOf(await model.score(part, training && { baseline: training }));
    },
  },
  predict: {
    about: "print the tag of each token",
    file: "a text file with a sentence per line, a file with a token per line, or a table",
    ending: ".txt",
    flags: flags(columns, columnNames),
    remembered: ["tokens", "series", "columns"],
    async run(model, path, settings, context) {
      const items = await readTokensFor(path as string, { ...settings, labels: model.labels }, context);
      const values = items.map(({ value }) => value);
      const { input } = (await model.file()).spec as TagSpec;
      for (const line of unknownInWords(input, values, "tokens")) context.say(line);
      const taggings = await model.predict(values);
      return {
        json: taggings.map(({ tokens, tags, probabilities }) => ({
          tokens,
          tags,
          probabilities: probabilities.map((row) => Math.max(...row)),
        })),
        text: taggings.map(taggedLines).join("\n"),
      };
    },
  },
});

/** Sentences of the toy data, a token and its tag per line. */
function sentences(count: number, seed: number): string {
  const one = (_: unknown, i: number): string => {
    const { value, tags } = entitySentence(seed, i);
    return tags.map((name, t) => `${value[t]}\t${name}\n`).join("");
  };
  return Array.from({ length: count }, one).join("\n");
}

/** A token, a tab and its tag per line. */
function taggedLines({ tokens, tags }: Tagging): string {
  const shown = (step: unknown): string => (typeof step === "string" ? step : JSON.stringify(step));
  return tags.map((label, i) => `${shown(tokens[i])}\t${label}\n`).join("");
}

const baselinesOf = ({ baseline, perceptron }: TagScore): (TagScores & { readonly name: string })[] =>
  [baseline, perceptron].filter((one) => one !== undefined);

/** A line for the model and one for each baseline. */
function besideBaselines(score: TagScore): Report {
  const { labels, sequences, tokens } = score;
  const rows: [string, TagScores][] = [["this model", score]];
  for (const baseline of baselinesOf(score)) rows.push([baseline.name, baseline]);
  const spanTitles = score.spans ? ["span precision", "recall", "F1"] : [];
  return {
    json: rows.map(([model, { accuracy, macroF1, spans, classes, confusion }], i) => ({
      model,
      accuracy,
      macroF1,
      ...(spans && { spans }),
      sequences,
      tokens,
      ...(i === 0 && { labels, confusion, classes }),
    })),
    text: table(
      ["model", "accuracy", "macro-F1", ...spanTitles],
      rows.map(([model, { accuracy, macroF1, spans }]) => [
        model,
        ...[accuracy, macroF1, ...(spans ? [spans.precision, spans.recall, spans.f1] : [])].map(percent),
      ]),
    ),
  };
}

function reportOf(score: TagScore): Report {
  const { json, text } = besideBaselines(score);
  const kinds = score.spans
    ? Object.entries(score.spans.byType).map(([name, scores]) => ({ name, ...scores }))
    : [...score.classes];
  return {
    json,
    text: [
      text,
      table(
        [score.spans ? "type" : "label", "precision", "recall", "F1", score.spans ? "spans" : "tokens"],
        kinds
          .sort((a, b) => b.support - a.support)
          .map(({ name, precision, recall, f1, support }) => [
            name,
            ...[precision, recall, f1].map(percent),
            grouped(support),
          ]),
      ),
      ...(score.spans ? [`spans as ${score.spans.scheme} marks them`] : []),
    ].join("\n\n"),
  };
}
