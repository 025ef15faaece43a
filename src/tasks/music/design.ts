// The network of a composer, and pieces as examples for it: each frame is predicted from those before it.
import type { OptionRules } from "../../base/options.ts";
import type { Example } from "../../batch/example.ts";
import { planHead } from "../../model/head.ts";
import { stack } from "../../model/stack.ts";
import { cellRecord, recurrentOptions } from "../shared/network-options.ts";
import { recurrentRules, type RecurrentOptions } from "../shared/recurrent-options.ts";
import type { Design } from "../task.ts";
import { checkResolution } from "./midi-bytes.ts";
import { checkRange, denseFrames, keyCount, pianoKeys, type KeyRange, type Piece } from "./piano-roll.ts";

/** What a composer keeps in its model file. */
export interface MusicSpec {
  readonly kind: "music";
  /** The lowest key, as a MIDI note number, and the number of keys. */
  readonly lowest: number;
  readonly keys: number;
  /** Frames per quarter note. */
  readonly resolution: number;
  /** Whether the first frame of a piece is predicted, from silence, rather than taken as known. */
  readonly predictsFirst: boolean;
}

/** Options of `music`. Default an LSTM of 36. */
export interface MusicOptions extends RecurrentOptions {
  /** The keys, as MIDI note numbers. Default the 88 of a piano, 21 to 108. */
  readonly range?: KeyRange;
  /** Frames per quarter note, from 1 to 480: those of the data, and of MIDI that the model writes. Default 1. */
  readonly resolution?: number;
  /**
   * Whether the first frame of a piece is predicted, from silence. Papers do either, and figures per frame differ by it.
   * Default true.
   */
  readonly predictsFirst?: boolean;
}

export const musicRules: OptionRules<MusicOptions> = {
  ...recurrentRules,
  range: "any",
  resolution: "number",
  predictsFirst: "boolean",
};

/** The defaults of a composer's recurrent layers. */
export const musicDefaults = { cell: "lstm", size: 36 } as const;

/** The network's input: 1 for each key that sounds, [frames, keys]. */
export const framesInput = "frames";

/** Throws for a range and a resolution that MIDI does not have. */
export function musicSpec(options: MusicOptions): MusicSpec {
  const { range = pianoKeys, resolution = 1, predictsFirst = true } = options;
  checkRange(range);
  checkResolution(resolution);
  return { kind: "music", lowest: range.lowest, keys: keyCount(range), resolution, predictsFirst };
}

/** The keys of a composer. */
export function rangeOf({ lowest, keys }: MusicSpec): KeyRange {
  return { lowest, highest: lowest + keys - 1 };
}

export function designComposer(
  { keys }: MusicSpec,
  options: MusicOptions,
): Pick<Design<never, never>, "network" | "cell"> {
  const recurrent = recurrentOptions(options, musicDefaults);
  const layers = stack(framesInput, keys, recurrent);
  const head = planHead(layers.output, layers.width, { kind: "sigmoids", width: keys });
  return {
    network: {
      inputs: [{ name: framesInput, width: keys, kind: "dense", per: "step" }, ...head.inputs],
      layers: [...layers.layers, ...head.layers],
      loss: head.loss,
    },
    cell: cellRecord(recurrent.cell),
  };
}

/**
 * Pieces as examples, whose loss is the nats of a frame. Throws for a note that the composer has no key for, and for a piece
 * that is too short.
 */
export function musicExamples(spec: MusicSpec, pieces: readonly Piece[]): Example[] {
  const { keys, predictsFirst } = spec;
  return pieces.map((frames, i) => {
    const { length } = frames;
    const steps = predictsFirst ? length : length - 1;
    if (steps < 1) {
      throw new Error(
        `piece ${i}: expected ${predictsFirst ? 1 : 2} frames or more, got ${length}; leave it out`,
      );
    }
    const dense = denseFrames(frames, rangeOf(spec), `piece ${i}`);
    const before = new Float32Array(steps * keys);
    before.set(dense.subarray(0, (length - 1) * keys), predictsFirst ? keys : 0);
    return { steps, inputs: { [framesInput]: before }, targets: dense.subarray((length - steps) * keys) };
  });
}
