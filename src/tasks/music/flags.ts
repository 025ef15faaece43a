// Music on the command line: piano rolls or MIDI files in, nats per frame or new pieces as MIDI files out.
import { taskCommand, type Report, type TaskCommand } from "../command.ts";
import { flag, flags, oneOf, outputFile, positive, seed, whole, zeroOrMore } from "../shared/flags.ts";
import { grouped, table } from "../shared/words.ts";
import { parts as partNames, type Parts } from "../task.ts";
import { musicDefaults } from "./design.ts";
import { defaultTempo } from "./midi-bytes.ts";
import { partsIn } from "./music-data.ts";
import { music, type Composer, type MusicScore } from "./music.ts";
import { readPianoRolls } from "./piano-roll-files.ts";
import type { Piece } from "./piano-roll.ts";

const numbers = oneOf(["midi", "keys"])
  .default("midi")
  .describe("notes in JSON: midi note numbers, or keys counted from the lowest");

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
        resolution: whole(1).default(1).describe("frames per quarter note, in MIDI files read and written"),
        numbers,
        lowest: whole(0).default(21).describe("the lowest key, as a MIDI note number"),
        keys: whole(1).default(88).describe("number of keys"),
        skipFirst: flag.describe("do not predict the first frame of a piece, which has no frame before it"),
      },
      { numbers: "kind" },
    ),
    async read(path, { resolution, numbers, ...keys }, { split }) {
      const data = await readPianoRolls(path, { range: rangeOf(keys), resolution, numbers });
      if (split !== undefined && partsIn(data)) {
        throw new Error(`--split ${split}: ${path} has parts of its own; leave it out`);
      }
      return { data };
    },
    options: ({ resolution, skipFirst, ...keys }) => ({
      range: rangeOf(keys),
      resolution,
      predictsFirst: !skipFirst,
    }),
  },
  evaluate: {
    about: "score how well a model predicts music",
    file: "a JSON file of piano rolls, a MIDI file, or a folder of them",
    flags: flags(
      {
        numbers,
        part: oneOf(partNames)
          .optional()
          .describe(
            `part of the file, or of the training's own file: ${partNames.join(", ")} (default: test if the file has parts, else all)`,
          ),
        baseline: flag.describe("compare with probabilities of single keys, learned from the training part"),
      },
      { numbers: "kind", part: "part" },
    ),
    remembered: ["numbers"],
    async run(model, path, { numbers, part, baseline }) {
      const data = await readPianoRolls(path as string, {
        range: model.range,
        resolution: model.resolution,
        numbers,
      });
      const isWhole = !partsIn(data) && part === undefined && !baseline;
      const parts = isWhole ? data : (partsIn(data) ?? (await model.parts(data)));
      const name = part ?? (parts.test ? "test" : parts.validation ? "validation" : "train");
      const pieces = parts[name];
      if (!pieces) throw new Error(`--part ${name}: ${path} has no such part; choose another`);
      if (baseline && name === "train") {
        throw new Error("--baseline learns from the training part; give --part validation or --part test");
      }
      return reportOf(await model.score(pieces, baseline ? { baseline: parts.train } : {}));
    },
  },
  predict: {
    about: "compose a piece, as a MIDI file",
    file: "a MIDI or JSON file whose first piece to continue, with --beginning",
    isOptional: true,
    flags: flags(
      {
        midi: outputFile(".mid").default("piece.mid").describe("the MIDI file to write"),
        length: whole(1).default(64).describe("frames of the piece, with its beginning"),
        temperature: zeroOrMore
          .default(1)
          .describe("below 1 stays closer to what is likely, 0 takes keys that are more likely than not"),
        numbers,
        beginning: whole(0).default(0).describe("frames of the file's first piece to begin with"),
        tempo: positive.default(defaultTempo).describe("quarter notes per minute"),
        seed: seed.default(1).describe("random seed"),
      },
      { midi: "file", numbers: "kind" },
    ),
    remembered: ["numbers"],
    async run(model, path, { midi, length, temperature, numbers, beginning, tempo, seed }, context) {
      const frames = await model.compose({
        length,
        temperature,
        seed,
        beginning: await beginningOf(model, path, { numbers, beginning }),
      });
      await context.write(midi, model.midi(frames, { tempo, name: midi }));
      return { json: [{ midi, frames }], text: `${grouped(frames.length)} frames written to ${midi}` };
    },
  },
});

/** The first frames of the first piece of a file. */
async function beginningOf(
  { range, resolution }: Composer,
  path: string | undefined,
  { numbers, beginning }: { readonly numbers: "midi" | "keys"; readonly beginning: number },
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
  const { train }: Parts<readonly Piece[]> = await readPianoRolls(path, { range, resolution, numbers });
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
