// Translation on the command line: pairs of texts in, the translations of others out.
import { z } from "zod";
import { encodeCsv } from "../../formats/csv.ts";
import { taskCommand, type Report, type TaskCommand } from "../command.ts";
import { flag, flags, oneOf, partField, searchFields, whole } from "../shared/flags.ts";
import { scoredPart } from "../shared/scored-part.ts";
import { unknownInWords } from "../shared/unknown-symbols.ts";
import { grouped, percent, table } from "../shared/words.ts";
import { datePair } from "./dates.ts";
import { translateDefaults, type TextPair, type TranslateSpec } from "./design.ts";
import { reversalPair } from "./reversal.ts";
import { readPairsFor, readSourcesFor } from "./pair-files.ts";
import { translate, type TranslateScore } from "./translate.ts";

const columns = {
  source: z
    .string()
    .optional()
    .describe("the column of sources (default: source, or the only one besides the targets)"),
  target: z
    .string()
    .optional()
    .describe("the column of targets (default: target, or the only one besides the sources)"),
};

const columnNames = { source: "column", target: "column" };

/** Pairs that are translated after a validation; all of them would take long. */
const pairsWhileTraining = 100;

const searching = searchFields("sequences", "symbol");

export const translateCommand: TaskCommand = taskCommand({
  renamed: { "--places": "--max-source-length" },
  maker: translate,
  about: "sequence to sequence: turn texts into other texts",
  train: {
    about: "train an encoder and a decoder on pairs of texts",
    file: "pairs of texts: a table (.csv, .jsonl, .parquet), or lines with a tab between source and target (.txt)",
    ending: ".csv",
    examples: [
      "translate train dates.csv --source written --target iso",
      "translate train phrases.txt --unit word --embedding 128 --layers 2",
      "translate eval dates-gru.safetensors dates.csv --part validation --baseline",
      "translate predict dates-gru.safetensors new-dates.txt --beam 4",
    ],
    hasEmbedding: true,
    batches: "pairs",
    defaults: translateDefaults,
    flags: flags(
      {
        ...columns,
        unit: oneOf(["char", "word"]).default("char").describe("symbols: char or word"),
        minCount: whole(1).default(1).describe("symbols that occur fewer times become unknown"),
        lowerCase: flag.describe("read and write in lower case"),
        attention: oneOf(["additive", "none"])
          .default("additive")
          .describe("attention over the source: additive, or none (the decoder gets only the final states)"),
        maxSourceLength: whole(1)
          .optional()
          .describe("maximum length of a source, in symbols (default: the longest in training)"),
      },
      { ...columnNames, unit: "unit", attention: "kind" },
    ),
    read: (path, settings, _common, context) => readPairsFor(path, settings, settings, context),
    options({ unit, minCount, lowerCase, attention, maxSourceLength }) {
      if (attention === "none" && maxSourceLength !== undefined) {
        throw new Error("--max-source-length needs attention; leave it out, or leave out --attention none");
      }
      return {
        unit,
        minCount,
        lowerCase,
        attention: attention === "additive",
        ...(maxSourceLength !== undefined && { maxSourceLength }),
      };
    },
  },
  score: {
    async brief(model, validation) {
      const { exact, bleu4 } = await model.score(validation.slice(0, pairsWhileTraining));
      return `exact ${percent(exact)}, BLEU-4 ${bleu4.toFixed(3)}`;
    },
    async beside(model, part) {
      const score = await model.score(part);
      const { baseline } = score;
      return {
        ...reportOf(score, model.unit),
        betterBaseline: baseline && baseline.bleu4 >= score.bleu4 ? baseline.name : undefined,
      };
    },
  },
  data: [
    {
      name: "dates",
      ending: ".csv",
      about: "dates as people write them, and as 1987-05-03",
      use: "translate train dates.csv --source written --target iso",
      count: 1000,
      make: tableOf(datePair, ["written", "iso"]),
    },
    {
      name: "reversals",
      ending: ".csv",
      about: "words of random letters, and the same words backwards",
      use: "translate train reversals.csv --source word --target reversed",
      count: 2000,
      make: tableOf((seed, i) => reversalPair(seed, i), ["word", "reversed"]),
    },
  ],
  evaluate: {
    about: "score a translator on pairs of texts",
    file: "pairs of texts: a table, or lines with a tab between source and target",
    ending: ".csv",
    flags: flags(
      {
        ...columns,
        part: partField,
        baseline: flag.describe("compare with a translation memory of the training part"),
        ...searching,
      },
      { ...columnNames, part: "part" },
    ),
    remembered: ["source", "target"],
    async run(model, path, settings, context) {
      const { data } = await readPairsFor(path as string, settings, context.given, context);
      const { part, training } = await scoredPart(model, data, settings, context);
      const { beam: width, lengthPenalty } = settings;
      const baseline = training && { baseline: training };
      return reportOf(await model.score(part, { width, lengthPenalty, ...baseline }), model.unit);
    },
  },
  predict: {
    about: "print the translation of each text",
    file: "a text file with one text per line, or a table",
    ending: ".txt",
    flags: flags({ source: columns.source, ...searching }, columnNames),
    remembered: ["source"],
    async run(model, path, { beam: width, lengthPenalty, ...settings }, context) {
      const items = await readSourcesFor(path as string, settings, context.given);
      const sources = items.map(({ source }) => source);
      const { source: vocabulary, lowerCase } = (await model.file()).spec as TranslateSpec;
      for (const line of unknownInWords({ kind: "text", vocabulary, lowerCase }, sources, "symbols"))
        context.say(line);
      const results = await model.search(sources, {
        width,
        lengthPenalty,
        places: items.map(({ place }) => place),
      });
      return {
        json: results.map((beams, i) => ({ source: items[i]?.source, text: beams[0]?.text, beams })),
        // A line per text, blank ones included.
        text: results.map((beams) => `${(beams[0]?.text ?? "").replaceAll(/\r\n|[\r\n]/gu, " ")}\n`).join(""),
      };
    },
  },
});

/** Pairs of toy data as a table with these titles. */
function tableOf(
  pair: (seed: number, index: number) => TextPair,
  titles: readonly [string, string],
): (count: number, seed: number) => string {
  return (count, seed) => {
    const rows = Array.from({ length: count }, (_, i) => pair(seed, i));
    return encodeCsv([titles, ...rows.map(({ source, target }) => [source, target])]);
  };
}

function reportOf(score: TranslateScore, unit: string): Report {
  const { baseline, pairs, nats } = score;
  const hasWords = score.sameWords !== undefined;
  const rows = [{ ...score, name: "this model" }, ...(baseline ? [baseline] : [])];
  return {
    json: rows.map(({ name, exact, sameWords, bleu4 }, i) => ({
      model: name,
      exact,
      ...(sameWords !== undefined && { sameWords }),
      bleu4,
      ...(i === 0 && { nats }),
      pairs,
    })),
    text: [
      table(
        ["model", "exact", ...(hasWords ? ["same words"] : []), "BLEU-4", `nats per ${unit}`],
        rows.map(({ name, exact, sameWords = 0, bleu4 }, i) => [
          name,
          percent(exact),
          ...(hasWords ? [percent(sameWords)] : []),
          bleu4.toFixed(4),
          i === 0 ? nats.toFixed(4) : "",
        ]),
      ),
      `${grouped(pairs)} pairs; BLEU-4 over ${unit}s`,
    ].join("\n\n"),
  };
}
