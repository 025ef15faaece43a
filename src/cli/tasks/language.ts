// Language models on the command line: trained on a text, measured on another, and writing on from a prompt.
import { z } from "zod";
import { trainKneserNey } from "../../tasks/language/kneser-ney.ts";
import type { Ids } from "../../text/alphabet.ts";
import { splitIds } from "../../train/split.ts";
import type { LoadedCheckpoint } from "../../checkpoint/checkpoint.ts";
import { bits, natsPerUnit, perplexity } from "../../tasks/language/units.ts";
import { languageModel } from "../../model/language-model.ts";
import { symbolCount, type LanguageTask } from "../../tasks/language/language.ts";
import { evaluate } from "../../train/evaluate.ts";
import { textLosses } from "../../tasks/language/losses.ts";
import { InputError } from "../failure.ts";
import { grouped, isInPerplexity, natsAndBits, table, unitName } from "../format.ts";
import { furtherWidths } from "../further-widths.ts";
import { sampling } from "../sampling.ts";
import { flag, number, oneOf, readSettings, whole } from "../settings.ts";
import { describeParts, readFileWith, readTextFile } from "../text-file.ts";
import { itemsNoteOf, partField, splitOf, type PartName } from "./parts.ts";
import { modelOf, type ModelUse, type OpenModel, type Report, type TaskCommands } from "./task-commands.ts";

const fields = {
  window: whole(1).default(50).describe("steps between two updates"),
  horizon: whole(1).optional().describe("steps that the gradient goes back (default: window)"),
  unit: oneOf(["char", "byte", "word", "subword"])
    .default("char")
    .describe("what a symbol is: char (Unicode), byte, word or subword"),
  tokenizer: z.string().optional().describe("of sub-words: a tokenizer.json, which the model keeps"),
  atLeast: whole(1).default(1).describe("of words: rarer ones are unknown"),
  tied: flag.describe("the readout's matrix is the embedding's, which must be as wide as the layers"),
  inputDropout: number("a number from 0 to below 1", (n) => n >= 0 && n < 1)
    .default(0)
    .describe("rate of dropout on the embedded symbols"),
};

const evaluationFields = {
  part: partField,
  ngram: z
    .string()
    .optional()
    .describe("a text to train an n-gram model on, to be set beside this one and mixed with it"),
  order: whole(1).default(3).describe("length of the n-grams"),
};

const evaluation: ModelUse = {
  about: "measure how well a model predicts a text",
  file: "a text with no other symbols than the model's",
  fields: evaluationFields,
  valueNames: { part: "part", ngram: "file" },
  async use(opened, path, given): Promise<Report> {
    const model = modelOf(opened, "language");
    const { checkpoint, task, network, device, store } = model;
    const { part, ngram, order } = readSettings(z.object(evaluationFields), given);
    if (ngram === undefined && given["order"] !== undefined)
      throw new InputError("--order is of n-grams: name a text for them with --ngram, or leave it out");
    const whole = await readFileWith(path as string, task.text);
    const ids = part === "all" ? whole.ids : partOfText(whole.ids, part, checkpoint);
    if (ids.length < 2) throw new InputError(`${path}: a text needs two characters or more to predict one`);
    const { batch, window } = checkpoint.state.options;
    if (ngram !== undefined) return besideNgrams(model, ids, { path: ngram, order });
    const data = { kind: "text", ids } as const;
    const { loss: nats, tokens } = await evaluate({ network, device, store, batch, window, data });
    const { unit } = task.text;
    // How many bytes a part has is not known.
    const bitsPerByte = part === "all" ? bits(natsPerUnit(nats, ids.length, whole.bytes)) : undefined;
    const found = `${natsAndBits(nats, unit)}, over ${grouped(tokens)} of ${grouped(ids.length)} ${unitName(unit)}s`;
    return {
      json: [{ nats, bits: bits(nats), perplexity: perplexity(nats), bitsPerByte, tokens }],
      text:
        isInPerplexity(unit) && bitsPerByte !== undefined
          ? `${found}, ${bitsPerByte.toFixed(3)} bits per byte`
          : found,
    };
  },
};

function partOfText(ids: Ids, part: Exclude<PartName, "all">, checkpoint: LoadedCheckpoint): Ids {
  const { split } = splitOf(ids, checkpoint);
  const chosen = splitIds(ids, split)[part];
  if (chosen) return chosen;
  throw new InputError(`--part ${part}: the model was trained without such a part; choose another`);
}

/** The model, an n-gram model of the same symbols, and the mean of what both say, on the same symbols of a text. */
async function besideNgrams(
  { checkpoint, task, network, device, store }: OpenModel<LanguageTask>,
  ids: Ids,
  { path, order }: { readonly path: string; readonly order: number },
): Promise<Report> {
  const { batch, window } = checkpoint.state.options;
  const training = await readFileWith(path, task.text);
  const grams = trainKneserNey(training.ids, { order, vocabulary: symbolCount(task.text) }).probabilities(
    ids,
  );
  const own = await textLosses({ network, device, store, batch, window, ids });
  const sums = { model: 0, ngrams: 0, mixed: 0 };
  let tokens = 0;
  own.forEach((nats, i) => {
    if (Number.isNaN(nats)) return;
    const gram = grams[i] as number;
    tokens += 1;
    sums.model += nats;
    sums.ngrams -= Math.log(gram);
    sums.mixed -= Math.log((Math.exp(-nats) + gram) / 2);
  });
  const names = { model: "this model", ngrams: `Kneser-Ney, ${order}-grams`, mixed: "half of each" };
  const rows = (Object.keys(names) as (keyof typeof names)[]).map((key) => ({
    model: names[key],
    nats: sums[key] / tokens,
    perplexity: Math.exp(sums[key] / tokens),
  }));
  return {
    json: rows.map((row) => ({ ...row, tokens })),
    text: table(
      ["model", "nats", "perplexity"],
      rows.map((row) => [row.model, row.nats.toFixed(3), row.perplexity.toFixed(1)]),
    ),
  };
}

export const language: TaskCommands = {
  kind: "language",
  about: "language models: what comes next in a text",
  training: {
    kind: "language",
    command: "train",
    about: "train a model that predicts the next character of a text",
    file: "a text in UTF-8, or with --unit byte any file",
    examples: `
Examples:
  unrolled train book.txt
  unrolled train book.txt --cell gru --size 256 --layers 2 --minutes 10
  unrolled train book.txt --cell my.cell --optimizer rmsprop
  unrolled train book.txt --resume book-gru.safetensors --epochs 20`,
    fields,
    valueNames: { horizon: "n", unit: "unit", tokenizer: "file" },
    defaults: {},
    complete: ({ window, horizon }) => ({ horizon: horizon ?? window }),
    async prepare(path, settings, given, cell) {
      const own = readSettings(z.object(fields), given);
      const { window, horizon = window, unit, tokenizer, atLeast, tied, inputDropout } = own;
      const { size, layers, embedding, dropout } = settings;
      if (unit !== "word" && atLeast > 1) throw new InputError("--at-least is for --unit word; leave it out");
      const { text, ids } = await readTextFile(path, { unit, tokenizer, atLeast });
      const sizes = furtherWidths(cell, settings.widths);
      const vocabulary = symbolCount(text);
      const shape = { vocabulary, cell, size, layers, embedding, dropout, sizes, tied, inputDropout };
      const network = languageModel(shape);
      const split = splitIds(ids, settings.split);
      return {
        task: { kind: "language", text },
        network,
        data: { kind: "text", train: split.train, validation: split.validation },
        options: { window, horizon },
        notes: itemsNoteOf(ids),
        lines: [
          describeParts(split, ids.length, unit),
          ...(isInPerplexity(unit) ? [`${grouped(vocabulary)} different ${unitName(unit)}s`] : []),
        ],
      };
    },
  },
  evaluation,
  running: sampling,
};
