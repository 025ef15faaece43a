// How well music is predicted without a network: each key by how often it sounds, alone or given whether it sounded a
// frame before. Keys are independent of each other. Takes frames of note numbers; knows no files and no networks.

/** Pieces of frames of note numbers. */
export type FramePieces = readonly (readonly (readonly number[])[])[];

export interface KeyMarginalSettings {
  /** Lowest note number, 21 by default. */
  readonly lowest?: number;
  /** Highest, included; 108 by default. */
  readonly highest?: number;
  /** Added to the counts of both outcomes, above 0; 1 by default (Laplace). */
  readonly smoothing?: number;
}

/** Probabilities that a key sounds, the lowest key first; those of both arrays are the same where nothing is remembered. */
export interface KeyProbabilities {
  readonly lowest: number;
  readonly afterSilence: Float64Array; // [keys] where it did not sound in the frame before, and in a piece's first
  readonly afterSound: Float64Array; // [keys] where it did
}

/** Nats of all keys of a frame, and how many frames they are the mean of. */
export interface FrameNats {
  readonly natsPerFrame: number;
  readonly frames: number;
}

/**
 * Independent marginals: how often a key sounds. Throws at notes out of range, no frames, and a smoothing that is not
 * above 0.
 */
export function fitKeyMarginals(pieces: FramePieces, settings: KeyMarginalSettings = {}): KeyProbabilities {
  const { keys, lowest, smoothing } = resolved(settings);
  const counts = new Float64Array(keys);
  const frames = visit(pieces, lowest, keys, (_, now) => {
    for (let key = 0; key < keys; key++) counts[key]! += now[key]!;
  });
  const alone = counts.map((count) => (count + smoothing) / (frames + 2 * smoothing));
  return { lowest, afterSilence: alone, afterSound: alone };
}

/**
 * A first-order Markov chain for each key. Before its first frame a piece is silent. Throws as `fitKeyMarginals`.
 */
export function fitKeyMarkov(pieces: FramePieces, settings: KeyMarginalSettings = {}): KeyProbabilities {
  const { keys, lowest, smoothing } = resolved(settings);
  const sounded = [new Float64Array(keys), new Float64Array(keys)] as const; // after silence, after sound
  const seen = [new Float64Array(keys), new Float64Array(keys)] as const;
  visit(pieces, lowest, keys, (before, now) => {
    for (let key = 0; key < keys; key++) {
      const given = before[key] === 1 ? 1 : 0;
      sounded[given][key]! += now[key]!;
      seen[given][key]! += 1;
    }
  });
  const smoothed = (given: 0 | 1): Float64Array =>
    sounded[given].map((count, key) => (count + smoothing) / (seen[given][key]! + 2 * smoothing));
  return { lowest, afterSilence: smoothed(0), afterSound: smoothed(1) };
}

/** The mean negative log-probability of a frame, summed over its keys. Throws at notes out of range and no frames. */
export function keyNats(model: KeyProbabilities, pieces: FramePieces): FrameNats {
  const keys = model.afterSilence.length;
  let nats = 0;
  const frames = visit(pieces, model.lowest, keys, (before, now) => {
    for (let key = 0; key < keys; key++) {
      const sounds = (before[key] === 1 ? model.afterSound : model.afterSilence)[key]!;
      nats -= Math.log(now[key] === 1 ? sounds : 1 - sounds);
    }
  });
  return { natsPerFrame: nats / frames, frames };
}

/** Calls back for every frame with the keys, 0 or 1, of the frame before (silence at a piece's start) and its own. */
function visit(
  pieces: FramePieces,
  lowest: number,
  keys: number,
  meet: (before: Uint8Array, now: Uint8Array) => void,
): number {
  let frames = 0;
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
      meet(before, now);
      before = now;
      frames++;
    });
  });
  if (frames === 0) throw new Error("key marginals: there are no frames; give one or more");
  return frames;
}

function resolved(settings: KeyMarginalSettings): { keys: number; lowest: number; smoothing: number } {
  const { lowest = 21, highest = 108, smoothing = 1 } = settings;
  if (!(smoothing > 0))
    throw new Error(
      `key marginals: smoothing must be above 0, not ${smoothing}; 0 gives unseen keys infinite nats`,
    );
  return { keys: highest - lowest + 1, lowest, smoothing };
}
