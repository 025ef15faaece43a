// The baselines of music: the probability of each key on its own, by how often it sounds, alone or given whether it sounded
// in the frame before.
import type { Piece } from "./piano-roll.ts";

/** The keys of `fitKeyMarginals` and `fitKeyMarkov`, and how their counts are smoothed. */
export interface KeyMarginalSettings {
  /** Lowest note number. Default 21. */
  readonly lowest?: number;
  /** Highest note number, included. Default 108. */
  readonly highest?: number;
  /** Added to the counts of both outcomes, above 0. Default 1 (Laplace). */
  readonly smoothing?: number;
}

/** Probabilities that a key sounds, the lowest key first; marginals are the same after silence and after sound. */
export interface KeyProbabilities {
  /** MIDI note number of the first key. */
  readonly lowest: number;
  readonly afterSilence: Float64Array; // [keys] where it was silent in the frame before, and in a piece's first frame
  readonly afterSound: Float64Array; // [keys] where it sounded in the frame before
}

/** The mean nats of a frame over all keys, and the number of frames. */
export interface FrameNats {
  /** Summed over the keys of a frame. */
  readonly natsPerFrame: number;
  /** Frames that the mean is over. */
  readonly frames: number;
}

const noFrames = "key marginals: there are no frames; give one or more";

/** Independent marginals: how often each key sounds. Throws for notes out of range, no frames, and smoothing of 0 or less. */
export function fitKeyMarginals(
  pieces: readonly Piece[],
  settings: KeyMarginalSettings = {},
): KeyProbabilities {
  const { keys, lowest, smoothing } = resolve(settings);
  const counts = new Float64Array(keys);
  let frames = 0;
  visit(pieces, lowest, keys, (_, now) => {
    frames += 1;
    for (let key = 0; key < keys; key++) counts[key]! += now[key]!;
  });
  const probabilities = counts.map((count) => (count + smoothing) / (frames + 2 * smoothing));
  return { lowest, afterSilence: probabilities, afterSound: probabilities };
}

/** A first-order Markov chain per key; before its first frame a piece is silent. Throws as `fitKeyMarginals` does. */
export function fitKeyMarkov(pieces: readonly Piece[], settings: KeyMarginalSettings = {}): KeyProbabilities {
  const { keys, lowest, smoothing } = resolve(settings);
  const sounded = [new Float64Array(keys), new Float64Array(keys)] as const; // after silence, after sound
  const seen = [new Float64Array(keys), new Float64Array(keys)] as const;
  visit(pieces, lowest, keys, (before, now) => {
    for (let key = 0; key < keys; key++) {
      const state = before[key] === 1 ? 1 : 0;
      sounded[state][key]! += now[key]!;
      seen[state][key]! += 1;
    }
  });
  const smoothed = (state: 0 | 1): Float64Array =>
    sounded[state].map((count, key) => (count + smoothing) / (seen[state][key]! + 2 * smoothing));
  return { lowest, afterSilence: smoothed(0), afterSound: smoothed(1) };
}

/**
 * The mean negative log-probability of a frame, summed over its keys; with `skipFirst` without the first frame of each piece.
 * Throws for notes out of range and no frames.
 */
export function keyNats(
  model: KeyProbabilities,
  pieces: readonly Piece[],
  { skipFirst = false }: { readonly skipFirst?: boolean } = {},
): FrameNats {
  const keys = model.afterSilence.length;
  let [nats, frames] = [0, 0];
  visit(pieces, model.lowest, keys, (before, now, index) => {
    if (skipFirst && index === 0) return;
    frames += 1;
    for (let key = 0; key < keys; key++) {
      const probability = (before[key] === 1 ? model.afterSound : model.afterSilence)[key]!;
      nats -= Math.log(now[key] === 1 ? probability : 1 - probability);
    }
  });
  if (frames === 0) throw new Error(noFrames);
  return { natsPerFrame: nats / frames, frames };
}

/** Calls back for every frame with the keys, 0 or 1, of the frame before (silence at a piece's start) and its own. */
function visit(
  pieces: readonly Piece[],
  lowest: number,
  keys: number,
  each: (before: Uint8Array, now: Uint8Array, index: number) => void,
): void {
  if (pieces.every((piece) => piece.length === 0)) throw new Error(noFrames);
  pieces.forEach((piece, p) => {
    let before = new Uint8Array(keys);
    piece.forEach((frame, f) => {
      const now = new Uint8Array(keys);
      for (const note of frame) {
        if (!(note >= lowest && note < lowest + keys))
          throw new Error(
            `piece ${p}, frame ${f}: a note must be from ${lowest} to ${lowest + keys - 1}, not ${note}; widen the range`,
          );
        now[note - lowest] = 1;
      }
      each(before, now, f);
      before = now;
    });
  });
}

function resolve({ lowest = 21, highest = 108, smoothing = 1 }: KeyMarginalSettings): {
  readonly keys: number;
  readonly lowest: number;
  readonly smoothing: number;
} {
  if (!(smoothing > 0))
    throw new Error(
      `key marginals: smoothing must be above 0, not ${smoothing}; 0 gives unseen keys infinite nats`,
    );
  return { keys: highest - lowest + 1, lowest, smoothing };
}
