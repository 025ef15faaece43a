// Sequence to sequence on the command line: pairs of texts in, what others become out.
import { z } from "zod";
import { splitItems } from "../../train/split.ts";
import { readPairs } from "../../tasks/translate/pair-files.ts";
import { readSequences } from "../../tasks/shared/sequence-files.ts";
import { bleu } from "../../tasks/shared/bleu.ts";
import { tokensOf } from "../../tasks/shared/sequence-input.ts";
import {
  translate as translateTexts,
  translateExamples,
  translator,
} from "../../tasks/translate/translate.ts";
import { evaluate } from "../../train/evaluate.ts";
import { InputError } from "../failure.ts";
import { grouped } from "../format.ts";
import { furtherWidths } from "../further-widths.ts";
import { searchFields } from "../search-fields.ts";
import { flag, oneOf, readSettings, whole } from "../settings.ts";
import { itemsNoteOf, partField, partOf, splitInWords } from "./parts.ts";
import { modelOf, type ModelUse, type TaskCommands } from "./task-commands.ts";

const columns = {
  source: z.string().default("source").describe("the column of texts"),
  target: z.string().default("target").describe("the column of what they become"),
};

const fields = {
  ...columns,
  unit: oneOf(["char", "word"]).default("char").describe("what a symbol is: char or word"),
  atLeast: whole(1).default(1).describe("rarer symbols are unknown ones"),
  lowerCase: flag.describe("read and write in lower case"),
  attention: oneOf(["additive", "none"])
    .default("additive")
    .describe("none hands on the encoder's last state alone, as Cho et al. 2014"),
  places: whole(1)
    .optional()
    .describe("symbols of a source that can be attended to (default: of the longest)"),
};

const columnNames = { source: "column", target: "column" };

const searching = searchFields("sequences", "symbol");

const evaluationFields = { ...columns, ...searching, part: partField };

const evaluation: ModelUse = {
  about: "measure how well a translator does",
  file: "pairs of texts: a table, or lines with a tab between both",
  fields: evaluationFields,
  valueNames: { ...columnNames, part: "part" },
  async use(opened, path, given) {
    const model = modelOf(opened, "translate");
    const { task, checkpoint } = model;
    const { beam, lengthPenalty, part, ...named } = readSettings(z.object(evaluationFields), given);
    const pairs = partOf(await readPairs(path as string, named), part, checkpoint);
    const items = translateExamples(task, pairs);
    const { loss: nats } = await evaluate({ ...model, data: { kind: "examples", items } });
    const found = await translateTexts(
      model,
      pairs.map((pair) => pair.source),
      { width: beam, lengthPenalty },
    );
    const { unit } = task.target;
    const symbols = (text: string): string[] => tokensOf(text, unit, task.lowerCase);
    const comparisons = pairs.map((pair, i) => ({
      candidate: symbols(found[i]?.[0]?.text ?? ""),
      references: [symbols(pair.target)],
    }));
    const exact = comparisons.filter(
      ({ candidate, references: [target] }) => candidate.join("\0") === target?.join("\0"),
    );
    const share = exact.length / pairs.length;
    const bleu4 = bleu(comparisons).scores[3] as number;
    return {
      json: [{ exact: share, bleu4, nats, pairs: pairs.length }],
      text:
        `${(100 * share).toFixed(2)} % exact of ${grouped(pairs.length)}, BLEU-4 of ${unit}s ${bleu4.toFixed(4)}, ` +
        `${nats.toFixed(4)} nats a ${unit}`,
    };
  },
};

const runningFields = { source: columns.source, ...searching };

const running: ModelUse = {
  about: "write what texts become",
  file: "a text file with one a line, or a table",
  fields: runningFields,
  valueNames: { source: "column" },
  async use(opened, path, given) {
    const model = modelOf(opened, "translate");
    const { beam, lengthPenalty, source } = readSettings(z.object(runningFields), given);
    const items = await readSequences(path as string, { text: source });
    // Of a file of pairs the sources are read.
    const texts = items.map((item) => String(item.value).split("\t")[0] as string);
    const found = await translateTexts(model, texts, {
      width: beam,
      lengthPenalty,
      places: items.map((item) => item.place),
    });
    return {
      json: found.map((beams, i) => ({ source: texts[i], text: beams[0]?.text, beams })),
      text: found.map((beams) => beams[0]?.text ?? "").join("\n"),
    };
  },
};

export const translate: TaskCommands = {
  kind: "translate",
  command: "translate",
  about: "sequence to sequence: what a text becomes",
  training: {
    kind: "translate",
    command: "translate train",
    about: "train an encoder and a decoder on pairs of texts",
    file: "pairs of texts: a table (.csv, .jsonl, .parquet), or lines with a tab between both (.txt)",
    examples: `
Examples:
  unrolled translate train dates.csv --source written --target iso
  unrolled translate train phrases.txt --unit word --embedding 128 --layers 2
  unrolled translate run dates-gru.safetensors new-dates.txt --beam 4`,
    fields,
    valueNames: { ...columnNames, unit: "unit", places: "n", attention: "kind" },
    defaults: {
      cell: "gru",
      size: 128,
      embedding: 64,
      batch: 64,
      epochs: 15,
      rate: 0.003,
      schedule: "cosine",
      clip: 1,
    },
    async prepare(path, settings, given, cell) {
      const own = readSettings(z.object(fields), given);
      if (own.attention === "none" && own.places !== undefined)
        throw new InputError("--places is of attention; leave it out, or --attention none");
      const pairs = await readPairs(path, own);
      const split = splitItems(pairs, settings.split, settings.seed);
      const { size, layers, embedding, dropout } = settings;
      const { unit, atLeast, lowerCase, places } = own;
      const { task, network } = translator(pairs, {
        cell,
        size,
        layers,
        embedding,
        dropout,
        unit,
        atLeast,
        lowerCase,
        ...(places !== undefined && { places }),
        attention: own.attention === "additive",
        sizes: furtherWidths(cell, settings.widths),
      });
      return {
        task,
        network,
        data: {
          kind: "examples",
          train: translateExamples(task, split.train),
          validation: split.validation && translateExamples(task, split.validation),
        },
        notes: itemsNoteOf(pairs),
        lines: [splitInWords(split, "pairs")],
      };
    },
  },
  evaluation,
  running,
};
