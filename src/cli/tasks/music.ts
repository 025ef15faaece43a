// Music on the command line: trained on piano rolls or MIDI files, measured in nats of a frame, and composing to MIDI.
import { z } from "zod";
import { fitKeyMarginals, fitKeyMarkov, keyNats } from "../../tasks/music/key-marginals.ts";
import {
  splitPieces,
  type Frame,
  type PianoRoll,
  type PianoRollSplit,
} from "../../tasks/music/piano-roll.ts";
import { midiBytes } from "../../tasks/music/midi-bytes.ts";
import { readPianoRolls } from "../../tasks/music/piano-roll-files.ts";
import { compose, composer, musicExamples, type MusicTask } from "../../tasks/music/music.ts";
import { evaluate } from "../../train/evaluate.ts";
import { InputError } from "../failure.ts";
import { grouped, table } from "../format.ts";
import { outputField, writeOutput } from "../output-file.ts";
import { furtherWidths } from "../further-widths.ts";
import { flag, number, oneOf, positive, readSettings, whole } from "../settings.ts";
import { itemsNoteOf, splitOf } from "./parts.ts";
import { modelOf, type ModelUse, type TaskCommands } from "./task-commands.ts";

const numberKinds = ["midi", "keys"] as const;
const numbersField = oneOf(numberKinds)
  .default("midi")
  .describe("what notes in JSON are: midi note numbers, or keys counted from the lowest");

const fields = {
  resolution: whole(1).default(1).describe("frames of a quarter note, of MIDI files"),
  numbers: numbersField,
  lowest: whole(0).default(21).describe("the lowest key, as a MIDI note number"),
  keys: whole(1).default(88).describe("how many keys"),
  skipFirst: flag.describe("do not predict a piece's first frame, which nothing comes before"),
};

const musicParts = ["train", "validation", "test"] as const;

const framesOf = (roll: PianoRoll | undefined): (readonly Frame[])[] =>
  (roll?.pieces ?? []).map((piece) => piece.frames);

type NumberKind = (typeof numberKinds)[number];

/** In the keys and the resolution of a task. */
function readFor(
  { lowest, keys, resolution }: MusicTask,
  path: string,
  numbers: NumberKind,
): Promise<PianoRollSplit> {
  const range = { lowest, highest: lowest + keys - 1 };
  return readPianoRolls(path, { range, resolution, numbers });
}

const hasParts = ({ validation, test }: PianoRollSplit): boolean => (validation ?? test) !== undefined;

const evaluationFields = {
  numbers: numbersField,
  part: oneOf(musicParts)
    .optional()
    .describe(
      "train, validation or test, of the file or as in training (default: test, where the file has one)",
    ),
  baseline: flag.describe("set chances of each key, learned from the training part, beside it"),
};

const evaluation: ModelUse = {
  about: "measure how well a model predicts music",
  file: "a JSON file of piano rolls, a MIDI file, or a folder of them",
  fields: evaluationFields,
  valueNames: { part: "part", numbers: "kind" },
  async use(opened, path, given) {
    const model = modelOf(opened, "music");
    const { task, checkpoint } = model;
    const own = readSettings(z.object(evaluationFields), given);
    const read = await readFor(task, path as string, own.numbers);
    // Without a part that is asked for, a file that has none of its own is measured as a whole.
    const isWhole = hasParts(read) || (own.part === undefined && !own.baseline);
    const music = isWhole ? read : splitPieces(read.train, splitOf(framesOf(read.train), checkpoint).split);
    const { part = music.test ? "test" : music.validation ? "validation" : "train" } = own;
    const roll = music[part];
    if (!roll)
      throw new InputError(
        `${path}: it has no part '${part}', and the model was trained without; leave it out`,
      );
    const pieces = framesOf(roll);
    const items = musicExamples(task, pieces);
    const { loss: nats, tokens: frames } = await evaluate({ ...model, data: { kind: "examples", items } });
    const over = `over ${grouped(frames)} frames of ${grouped(pieces.length)} pieces`;
    const counts = { frames, pieces: pieces.length };
    if (!own.baseline) {
      return { json: [{ nats, ...counts }], text: `${nats.toFixed(3)} nats a frame, ${over}` };
    }
    if (part === "train" || !task.predictsFirst) {
      throw new InputError(
        "--baseline learns from the training part and predicts every frame: give another --part, of a model trained " +
          "without --skip-first",
      );
    }
    const range = { lowest: task.lowest, highest: task.lowest + task.keys - 1 };
    const learned = framesOf(music.train);
    const rows: [string, number][] = [
      ["this model", nats],
      ["a key by how often it sounds", keyNats(fitKeyMarginals(learned, range), pieces).natsPerFrame],
      ["a key by its frame before", keyNats(fitKeyMarkov(learned, range), pieces).natsPerFrame],
    ];
    return {
      json: rows.map(([name, own]) => ({ model: name, nats: own, ...counts })),
      text: `${table(
        ["model", "nats a frame"],
        rows.map(([name, own]) => [name, own.toFixed(3)]),
      )}\n${over}`,
    };
  },
};

const runningFields = {
  out: outputField(".mid").default("piece.mid").describe("the MIDI file"),
  length: whole(1).default(64).describe("frames to make"),
  temperature: number("a number, 0 or more", (n) => n >= 0 && Number.isFinite(n))
    .default(1)
    .describe("below 1 keeps nearer to what is likely, 0 takes keys of more than one half"),
  numbers: numbersField,
  beginning: whole(0).default(0).describe("frames of the given piece to begin with"),
  tempo: positive.default(100).describe("quarter notes a minute"),
  seed: number("a whole number", Number.isSafeInteger).default(1).describe("of the choice"),
};

const running: ModelUse = {
  about: "compose a piece, as a MIDI file",
  file: "a MIDI or JSON file whose first piece it begins like, with --beginning",
  isOptional: true,
  fields: runningFields,
  valueNames: { out: "file", numbers: "kind" },
  async use(opened, path, given) {
    const model = modelOf(opened, "music");
    const { task } = model;
    const own = readSettings(z.object(runningFields), given);
    const { out, length, temperature, beginning, tempo, seed, numbers } = own;
    if (beginning > 0 !== (path !== undefined)) {
      throw new InputError(
        path === undefined
          ? "--beginning needs a piece to begin like; name a MIDI or JSON file"
          : `${path}: say how many of its frames to begin with, as --beginning 16, or leave the file out`,
      );
    }
    const music = path === undefined ? undefined : await readFor(task, path, numbers);
    const first = music?.train.pieces[0];
    const has = first?.frames.length ?? 0;
    if (beginning > has)
      throw new InputError(`--beginning ${beginning}: the first piece of ${path} has ${has} frames`);
    const frames = await compose(model, {
      length,
      temperature,
      seed,
      beginning: first?.frames.slice(0, beginning) ?? [],
    });
    const bytes = midiBytes({ name: out, frames }, { resolution: task.resolution, tempo });
    await writeOutput(out, bytes, [model.path, path]);
    return {
      json: [{ out, frames }],
      text: `${grouped(frames.length)} frames written to ${out}`,
    };
  },
};

export const music: TaskCommands = {
  kind: "music",
  command: "music",
  about: "polyphonic music: which notes sound in the next frame",
  training: {
    kind: "music",
    command: "music train",
    about: "train a model of polyphonic music",
    file: "a JSON file of piano rolls, a MIDI file, or a folder of them",
    examples: `
Examples:
  unrolled music train chorales.json --cell gru --size 46
  unrolled music train midi/ --resolution 4 --layers 2 --size 128
  unrolled music run chorales-gru.safetensors --length 96 --out chorale.mid`,
    fields,
    valueNames: { numbers: "kind" },
    defaults: { cell: "lstm", size: 36, batch: 8, epochs: 300, patience: 20, rate: 0.002 },
    async prepare(path, settings, given, cell) {
      const { resolution, lowest, keys, skipFirst, numbers } = readSettings(z.object(fields), given);
      const task: MusicTask = { kind: "music", lowest, keys, resolution, predictsFirst: !skipFirst };
      const read = await readFor(task, path, numbers);
      const split = hasParts(read) ? read : splitPieces(read.train, settings.split);
      const { size, layers, dropout } = settings;
      const shape = { cell, size, layers, dropout, sizes: furtherWidths(cell, settings.widths) };
      return {
        task,
        network: composer(task, shape),
        data: {
          kind: "examples",
          train: musicExamples(task, framesOf(split.train)),
          validation: split.validation && musicExamples(task, framesOf(split.validation)),
        },
        notes: itemsNoteOf(framesOf(read.train)),
        lines: [
          `train on ${grouped(split.train.pieces.length)} pieces, validate on ${grouped(split.validation?.pieces.length ?? 0)}`,
        ],
      };
    },
  },
  evaluation,
  running,
};
