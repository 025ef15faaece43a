// New pieces from a composer, frame by frame.
import { checkOptions, type OptionRules } from "../../base/options.ts";
import { randomStream, streams } from "../../base/random.ts";
import type { Session } from "../../infer/session.ts";
import { rangeOf, type MusicSpec } from "./design.ts";
import { denseFrames, framesOf, type Piece } from "./piano-roll.ts";

/** How a piece is composed. */
export interface ComposeSettings {
  /** Frames of the piece, those of the beginning included. Default 64. */
  readonly length?: number;
  /** Frames that the piece begins with. Default none. */
  readonly beginning?: Piece;
  /** Random seed. Default 1. */
  readonly seed?: number;
  /** Divides the logits: below 1 stays closer to what is likely, 0 takes keys that are more likely than not. Default 1. */
  readonly temperature?: number;
}

const composeRules: OptionRules<ComposeSettings> = {
  length: "number",
  beginning: "any",
  seed: "number",
  temperature: "number",
};

/** A piece in which each key is drawn on its own, with the probability that the model gives it. */
export async function composeFrames(
  session: Session,
  spec: MusicSpec,
  settings: ComposeSettings,
): Promise<number[][]> {
  checkOptions("compose", settings, composeRules);
  const { length = 64, beginning = [], seed = 1, temperature = 1 } = settings;
  if (!Number.isSafeInteger(length) || length < 1) {
    throw new Error(`composing: length must be a whole number of frames, 1 or more, not ${length}`);
  }
  if (!(temperature >= 0 && temperature < Infinity)) {
    throw new Error(`composing: temperature must be a number, 0 or more, not ${temperature}`);
  }
  const { keys, predictsFirst } = spec;
  const range = rangeOf(spec);
  const known = beginning.slice(0, length);
  const dense = denseFrames(known, range, "beginning");
  const stream = randomStream(seed, streams.sampling);
  await session.begin(1);
  const frames: number[][] = [];
  let sounding = new Float32Array(keys);
  for (const frame of known) {
    if (frames.length > 0 || predictsFirst) await session.step(sounding);
    sounding = dense.slice(frames.length * keys, (frames.length + 1) * keys);
    frames.push([...frame]);
  }
  while (frames.length < length) {
    const logits = await session.step(sounding);
    sounding = Float32Array.from(logits, (logit) => {
      const probability = 1 / (1 + Math.exp(-logit / Math.max(temperature, 1e-6)));
      return stream.uniform() < probability ? 1 : 0;
    });
    frames.push(...framesOf(sounding, range));
  }
  return frames;
}
