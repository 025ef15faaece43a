// Polyphonic music: which notes sound in the next frame, each key on its own.
import * as z from "zod/mini";
import { evaluate } from "../../infer/evaluate.ts";
import { modelCore } from "../shared/model.ts";
import { recurrentOptions } from "../shared/network-options.ts";
import { givenParts, recordedSplit, recordOf } from "../shared/parts.ts";
import { checkSpec } from "../shared/spec-schema.ts";
import { splitInWords } from "../shared/words.ts";
import {
  maker,
  type LossWords,
  type Maker,
  type Model,
  type Part,
  type Parts,
  type ScoreOptions,
  type Trained,
} from "../task.ts";
import { composeFrames, type ComposeSettings } from "./compose.ts";
import {
  designComposer,
  musicDefaults,
  musicRules,
  musicExamples,
  musicSpec,
  rangeOf,
  type MusicOptions,
  type MusicSpec,
} from "./design.ts";
import { fitKeyMarginals, fitKeyMarkov, keyNats } from "./key-marginals.ts";
import { midiBytes, type MidiSettings } from "./midi-bytes.ts";
import { checkPieces, partsIn, splitPieces, trainingPieces, type MusicData } from "./music-data.ts";
import type { KeyRange, Piece } from "./piano-roll.ts";

/** How well pieces are predicted, and how well simple baselines predict them. */
export interface MusicScore {
  /** The mean negative log-probability of a frame, summed over its keys. */
  readonly nats: number;
  /** Frames predicted. */
  readonly frames: number;
  /** Pieces scored. */
  readonly pieces: number;
  /** The frequency of each key, and a first-order Markov chain per key; absent without data to learn from. */
  readonly baselines?: readonly { readonly name: string; readonly nats: number }[];
}

/** A trained model of music. */
export interface Composer extends Model<MusicData, MusicScore> {
  readonly kind: "music";
  /** The keys that it knows. With `resolution`, the settings by which `readPianoRolls(path, composer)` reads for it. */
  readonly range: KeyRange;
  /** Frames per quarter note. */
  readonly resolution: number;
  /**
   * Scores pieces, or a part of those that `train` was given. Of pieces in parts of their own the test part is scored, else
   * the validation part, beside baselines that learn from the training part.
   */
  score(data: MusicData | Part, options?: ScoreOptions<MusicData>): Promise<MusicScore>;
  /** The parts that pieces in parts have; otherwise those of the training's own pieces, found again. */
  parts(data: MusicData): Promise<Parts<readonly Piece[]>>;
  /** A new piece of 64 frames, unless `length` says otherwise. Throws for settings out of range and notes without a key. */
  compose(settings?: ComposeSettings): Promise<number[][]>;
  /** Frames as the bytes of a MIDI file, in the composer's resolution. */
  midi(frames: Piece, settings?: Omit<MidiSettings, "resolution">): Uint8Array<ArrayBuffer>;
}

const lossWords: LossWords = {
  token: "frame",
  json: (nats) => ({ nats }),
  words: (nats) => `${nats.toFixed(3)} nats per frame`,
  brief: (nats) => [`${nats.toFixed(3)} nats/frame`],
};

/**
 * Polyphonic music as piano rolls. Trains an LSTM of 36 by default, on the training part of data in parts of their own, else
 * on the first nine tenths of the pieces; scores nats per frame beside two baselines of single keys.
 *
 * @function
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { music, readPianoRolls, train } from "unrolled/node";
 * const chorales = await readPianoRolls("chorales.json");
 * const run = train(music({ cell: "gru", size: 46 }), chorales, { epochs: 50 });
 * await run.finish();
 * const model = await run.best();
 * await writeFile("piece.mid", model.midi(await model.compose({ length: 96 })));
 * ```
 */
export const music: Maker<MusicOptions, MusicData, Composer> = maker(
  (options = {}) => {
    const spec = musicSpec(options);
    return {
      kind: "music",
      defaults: { budget: { epochs: 300 }, batch: 8, patience: 20, rate: 0.002 },
      design(data, settings) {
        const pieces = checkPieces(data, rangeOf(spec));
        const divided = partsIn(pieces);
        const parts = divided
          ? givenParts(divided, settings.split, "pieces")
          : splitPieces(trainingPieces(pieces), settings.split);
        return {
          spec,
          ...designComposer(spec, options),
          parts,
          examples: {
            kind: "examples",
            train: musicExamples(spec, parts.train),
            validation: parts.validation && musicExamples(spec, parts.validation),
          },
          record: () => recordOf(trainingPieces(pieces), settings),
          summary: [splitInWords(parts, "piece")],
          loss: lossWords,
          open: (trained) => openComposer(trained, parts),
        };
      },
    };
  },
  {
    kind: "music",
    options: musicRules,
    validate: (options) => recurrentOptions(options, musicDefaults),
    check: (spec) => checkSpec(schema, spec),
    open: (trained) => openComposer(trained),
  },
);

const schema: z.ZodMiniType<MusicSpec> = z.strictObject({
  kind: z.literal("music"),
  lowest: z.int().check(z.minimum(0), z.maximum(127)),
  keys: z.int().check(z.minimum(1), z.maximum(128)),
  resolution: z.number().check(z.positive()),
  predictsFirst: z.boolean(),
});

function openComposer(trained: Trained, trainedOn?: Parts<readonly Piece[]>): Composer {
  const spec = trained.spec as MusicSpec;
  const { resolution } = spec;
  const range = rangeOf(spec);
  const core = modelCore<"music", MusicData>("music", trained, trainedOn);
  return {
    ...core,
    range,
    resolution,
    async parts(data) {
      const pieces = checkPieces(data, range);
      const learned = trainingPieces(pieces);
      const { split } = await recordedSplit(learned, core.metadata);
      return partsIn(pieces) ?? splitPieces(learned, split);
    },
    async score(data, options) {
      const scored = core.dataOf(data);
      const divided = partsIn(scored);
      const pieces = divided?.test ?? divided?.validation ?? trainingPieces(scored);
      const items = musicExamples(spec, pieces);
      const { loss, tokens } = await evaluate(core.session(), { kind: "examples", items });
      const learned = core.baselineOf(data, options) ?? divided;
      return {
        nats: loss,
        frames: tokens,
        pieces: pieces.length,
        ...(learned && { baselines: baselinesOf(spec, trainingPieces(learned), pieces) }),
      };
    },
    async compose(settings = {}) {
      const session = core.open();
      try {
        return await composeFrames(session, spec, settings);
      } finally {
        session.dispose();
      }
    },
    midi: (frames, settings) => midiBytes(frames, { ...settings, resolution }),
  };
}

/** The nats per frame of the baselines, over the frames that the composer predicts. */
function baselinesOf(
  spec: MusicSpec,
  learned: readonly Piece[],
  pieces: readonly Piece[],
): NonNullable<MusicScore["baselines"]> {
  const range = rangeOf(spec);
  const nats = (model: ReturnType<typeof fitKeyMarkov>): number =>
    keyNats(model, pieces, { skipFirst: !spec.predictsFirst }).natsPerFrame;
  return [
    { name: "key frequencies", nats: nats(fitKeyMarginals(learned, range)) },
    { name: "key Markov chains", nats: nats(fitKeyMarkov(learned, range)) },
  ];
}
