// Language models on the command line: trained on a text, measured on another, and writing on from a prompt.
import { z } from "zod";
import { splitIds } from "../../data/split.ts";
import { languageModel } from "../../model/language-model.ts";
import { evaluate } from "../../train/evaluate.ts";
import { InputError } from "../failure.ts";
import { natsAndBits, grouped } from "../format.ts";
import { furtherWidths } from "../further-widths.ts";
import { sampling } from "../sampling.ts";
import { oneOf, readSettings, whole } from "../settings.ts";
import { describeParts, readFileWith, readTextFile } from "../text-file.ts";
import type { ModelUse, OpenModel, Report, TaskCommands } from "./task-commands.ts";

const fields = {
  window: whole(1).default(50).describe("steps between two updates"),
  horizon: whole(1).optional().describe("steps that the gradient goes back (default: window)"),
  unit: oneOf(["char", "byte"]).default("char").describe("what a symbol is: char (Unicode) or byte"),
};

const evaluation: ModelUse = {
  about: "measure how well a model predicts a text",
  file: "a text with no other symbols than the model's",
  fields: {},
  valueNames: {},
  async use({ checkpoint, task, network, device, store }: OpenModel, path): Promise<Report> {
    if (task.kind !== "language" || path === undefined) throw new InputError("a text is needed");
    const { ids } = await readFileWith(path, task.text);
    if (ids.length < 2) throw new InputError(`${path}: a text needs two characters or more to predict one`);
    const { batch, window } = checkpoint.state.options;
    const data = { kind: "text", ids } as const;
    const { loss: nats, tokens } = await evaluate({ network, device, store, batch, window, data });
    const { unit } = task.text;
    const units = unit === "char" ? "characters" : "bytes";
    return {
      json: [{ nats, bits: nats / Math.LN2, tokens }],
      text: `${natsAndBits(nats, unit)}, over ${grouped(tokens)} of ${grouped(ids.length)} ${units}`,
    };
  },
};

export const language: TaskCommands = {
  kind: "language",
  about: "language models: what comes next in a text",
  training: {
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
    valueNames: { horizon: "n", unit: "unit" },
    defaults: {},
    complete: ({ window, horizon }) => ({ horizon: horizon ?? window }),
    async prepare(path, settings, given, cell) {
      const { window, horizon = window, unit } = readSettings(z.object(fields), given);
      const { size, layers, embedding, dropout } = settings;
      const { alphabet, ids } = await readTextFile(path, unit);
      const sizes = furtherWidths(cell, settings.widths);
      const vocabulary = alphabet.symbols.length;
      const network = languageModel({ vocabulary, cell, size, layers, embedding, dropout, sizes });
      const split = splitIds(ids, settings.split);
      return {
        task: { kind: "language", text: alphabet },
        network,
        data: { kind: "text", train: split.train, validation: split.validation },
        options: { window, horizon },
        lines: [describeParts(split, ids.length, unit)],
      };
    },
  },
  evaluation,
  running: sampling,
};
