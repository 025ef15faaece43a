// Music on the command line: piano rolls or MIDI files in, nats per frame or new pieces as MIDI files out.
import { defaultShares, readShares } from "../../train/split.ts";
import { taskCommand, type Report, type TaskCommand } from "../command.ts";
import {
  flag,
  flags,
  oneOf,
  outputFile,
  partField,
  positive,
  seedFlag,
  whole,
  zeroOrMore,
} from "../shared/flags.ts";
import { checkGivenSplit } from "../shared/parts.ts";
import { scoredPart } from "../shared/scored-part.ts";
import { grouped, table } from "../shared/words.ts";
import type { Parts } from "../task.ts";
import { musicDefaults } from "./design.ts";
import { defaultTempo } from "./midi-bytes.ts";
import { allPieces, partsIn, type MusicData } from "./music-data.ts";
import { music, type Composer, type MusicScore } from "./music.ts";
import { readPianoRolls, type PianoRollSettings } from "./piano-roll-files.ts";
import type { Piece } from "./piano-roll.ts";

const numbers = oneOf(["midi", "keys"])
  .default("midi")
  .describe("how JSON numbers notes: midi (note numbers), or keys (counted from the lowest)");

const rangeOf = ({ lowest, keys }: { readonly lowest: number; readonly keys: number }) => ({
  lowest,
  highest: lowest + keys - 1,
});

export const musicCommand: TaskCommand = taskCommand({
  renamed: { "--out": "--midi" },
  maker: music,
  about: "polyphonic music: predict the notes of the next frame, and compose",
  train: {
    about: "train a model of polyphonic music",
    file: "a JSON file of piano rolls, a MIDI file, or a folder of them",
    ending: ".json",
    examples: [
      "music train chorales.json --cell gru --size 46",
      "music train midi/ --resolution 4 --layers 2 --size 128",
      "music predict chorales-gru.safetensors --length 96 --midi chorale.mid",
    ],
    hasEmbedding: false,
    batches: "pieces",
    defaults: musicDefaults,
    flags: flags(
      {
        resolution: whole(1).default(1).describe("frames per quarter note, in MIDI files"),
        numbers,
        lowest: whole(0).default(21).describe("the lowest key, as a MIDI note number"),
        keys: whole(1).default(88).describe("number of keys"),
        skipFirst: flag.describe("do not predict the first frame of a piece, which has no frame before it"),
      },
      { numbers: "name" },
    ),
    async read(path, { resolution, numbers, ...keys }, { split }, { say: warn }) {
      const data = await readPianoRolls(path, { range: rangeOf(keys), resolution, numbers, warn });
      if (partsIn(data)) {
        if (split !== undefined) checkGivenSplit(split, "pieces");
      } else if (data.train.length === 1 && readShares(split ?? defaultShares).length > 1) {
        throw new Error(
          `${path}: there is one piece, and none to validate on; give --split 1 to train on it without validation, or more pieces`,
        );
      }
      return { data };
    },
    options: ({ resolution, skipFirst, ...keys }) => ({
      range: rangeOf(keys),
      resolution,
      predictsFirst: !skipFirst,
    }),
  },
  score: {
    async beside(model, part) {
      const score = await model.score(part);
      const [best] = [...(score.baselines ?? [])].sort((a, b) => a.nats - b.nats);
      return { ...reportOf(score), betterBaseline: best && best.nats <= score.nats ? best.name : undefined };
    },
  },
  evaluate: {
    about: "score how well a model predicts music",
    file: "a JSON file of piano rolls, a MIDI file, or a folder of them",
    ending: ".json",
    flags: flags(
      {
        numbers,
        part: partField,
        baseline: flag.describe("compare with probabilities of single keys, from the training part"),
      },
      { numbers: "name", part: "part" },
    ),
    remembered: ["numbers"],
    async run(model, path, { numbers, part, baseline }, context) {
      const { range, resolution } = model;
      const warn = context.say;
      const data = await readPianoRolls(path as string, { range, resolution, numbers, warn });
      const { part: pieces, training } = await scoredPart(
        { parts: async (pieces) => partsIn(data) ?? (await model.parts(pieces)) },
        allPieces(data),
        { part: part ?? (await isOfOthers(model, data)), baseline },
        context,
      );
      return reportOf(await model.score(pieces, training && { baseline: training }));
    },
  },
  predict: {
    about: "compose a piece, as a MIDI file",
    file: "a MIDI or JSON file; --beginning takes the first frames of its first piece",
    ending: ".json",
    outputs: ["midi"],
    isOptional: true,
    flags: flags(
      {
        midi: outputFile(".mid").default("piece.mid").describe("the MIDI file to write"),
        length: whole(1).default(64).describe("length of the piece in frames, its beginning included"),
        temperature: zeroOrMore
          .default(1)
          .describe(
            "divisor of the logits: 0 takes the keys that are more likely than not, higher is more random",
          ),
        numbers,
        beginning: whole(0).default(0).describe("frames to take from the file's first piece"),
        tempo: positive.default(defaultTempo).describe("quarter notes per minute"),
        seed: seedFlag,
      },
      { midi: "file", numbers: "name" },
    ),
    remembered: ["numbers"],
    async run(model, path, { midi, length, temperature, numbers, beginning, tempo, seed }, context) {
      const frames = await model.compose({
        length,
        temperature,
        seed,
        beginning: await beginningOf(model, path, { numbers, beginning, warn: context.say }),
      });
      await context.write(midi, model.midi(frames, { tempo, name: midi }));
      return { json: [{ midi, frames }], text: `${grouped(frames.length)} frames written to ${midi}` };
    },
  },
});

/** "all" for a file of other pieces than the training's that has parts of its own, which say nothing about this model. */
async function isOfOthers(model: Composer, data: MusicData): Promise<"all" | undefined> {
  if (partsIn(data) === undefined) return undefined;
  return model.parts(data).then(
    () => undefined,
    () => "all",
  );
}

/** The first frames of the first piece of a file. */
async function beginningOf(
  { range, resolution }: Composer,
  path: string | undefined,
  { beginning, ...reading }: Pick<PianoRollSettings, "numbers" | "warn"> & { readonly beginning: number },
): Promise<Piece> {
  if (path === undefined) {
    if (beginning === 0) return [];
    throw new Error("--beginning needs a piece to begin with; name a MIDI or JSON file");
  }
  if (beginning === 0) {
    throw new Error(
      `${path}: give the number of frames to begin with, such as --beginning 16, or leave the file out`,
    );
  }
  const { train }: Parts<readonly Piece[]> = await readPianoRolls(path, { range, resolution, ...reading });
  const [first = []] = train;
  if (beginning <= first.length) return first.slice(0, beginning);
  throw new Error(
    `--beginning ${beginning}: the first piece of ${path} has ${first.length} frames; give fewer`,
  );
}

function reportOf({ nats, frames, pieces, baselines }: MusicScore): Report {
  const over = `over ${grouped(frames)} frames of ${grouped(pieces)} pieces`;
  if (!baselines) {
    return { json: [{ nats, frames, pieces }], text: `${nats.toFixed(3)} nats per frame, ${over}` };
  }
  const rows = [{ name: "this model", nats }, ...baselines];
  return {
    json: rows.map((row) => ({ model: row.name, nats: row.nats, frames, pieces })),
    text: `${table(
      ["model", "nats per frame"],
      rows.map((row) => [row.name, row.nats.toFixed(3)]),
    )}\n${over}`,
  };
}
