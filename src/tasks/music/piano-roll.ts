// Music as a piano roll: pieces of frames, each frame the notes that sound in it, and the same as dense arrays of keys.
// Knows no file format, no tempo and no network; how long a frame lasts is its source's business.
import { readShares, type SplitShares } from "../../train/split.ts";

/** The keys of a roll as MIDI note numbers, both included. */
export interface KeyRange {
  readonly lowest: number;
  readonly highest: number;
}

/** The 88 keys of a piano: A0 is 21, C8 is 108. */
export const pianoKeys: KeyRange = { lowest: 21, highest: 108 };

/** MIDI note numbers that sound together, ascending, each once; none is silence. */
export type Frame = readonly number[];

export interface Piece {
  readonly name: string;
  readonly frames: readonly Frame[];
  /** Quarters a minute, where the source says so. */
  readonly tempo?: number;
}

export interface PianoRoll {
  readonly range: KeyRange;
  readonly pieces: readonly Piece[];
}

export interface PianoRollSplit {
  readonly train: PianoRoll;
  readonly validation: PianoRoll | undefined;
  readonly test: PianoRoll | undefined;
}

/** How many keys a range has: the width of a dense frame. */
export function keyCount({ lowest, highest }: KeyRange): number {
  return highest - lowest + 1;
}

/**
 * A roll of these pieces: notes sorted, each kept once (two voices may meet). `range` is `pianoKeys` by default.
 * Throws, by piece and frame, at a note that is not a whole number or outside the range; at no pieces and at a piece
 * without frames.
 */
export function pianoRoll(pieces: readonly Piece[], range: KeyRange = pianoKeys): PianoRoll {
  checkRange(range);
  if (pieces.length === 0) throw new Error("piano roll: there are no pieces; give one or more");
  return { range, pieces: pieces.map((piece) => checkedPiece(piece, range)) };
}

/** The frames as [frames, keys] of 0 and 1, the lowest key first. Throws at a note outside the range. */
export function denseFrames(frames: readonly Frame[], range: KeyRange = pianoKeys): Float32Array {
  checkRange(range);
  const keys = keyCount(range);
  const dense = new Float32Array(frames.length * keys); // [frames, keys]
  frames.forEach((frame, f) => {
    for (const note of frame) {
      if (!isKey(note, range)) throw new Error(`frame ${f}: ${outside(note, range)}`);
      dense[f * keys + note - range.lowest] = 1;
    }
  });
  return dense;
}

/**
 * Frames of dense [frames, keys] values; a key sounds where its value is above `threshold`, by default 0.5.
 * Throws where the length is not a multiple of the keys.
 */
export function framesOf(
  dense: ArrayLike<number>,
  range: KeyRange = pianoKeys,
  threshold = 0.5,
): readonly Frame[] {
  checkRange(range);
  const keys = keyCount(range);
  if (dense.length % keys !== 0)
    throw new Error(
      `piano roll: dense frames of ${keys} keys need a multiple of ${keys} values, not ${dense.length}`,
    );
  return Array.from({ length: dense.length / keys }, (_, f) => {
    const notes: number[] = [];
    for (let key = 0; key < keys; key++)
      if (dense[f * keys + key]! > threshold) notes.push(range.lowest + key);
    return notes;
  });
}

/** Whole pieces in their order, as `splitIds` does with symbols. Throws at bad shares and at a part without a piece. */
export function splitPieces(roll: PianoRoll, shares: SplitShares): PianoRollSplit {
  const { range, pieces } = roll;
  let sum = 0;
  let from = 0;
  const parts = readShares(shares).map((share) => {
    sum += share;
    const to = Math.min(pieces.length, Math.floor(sum * pieces.length + 1e-6));
    const part = pieces.slice(from, to);
    from = to;
    if (part.length === 0)
      throw new Error(
        `piano roll: a share of ${+share.toPrecision(6)} of ${pieces.length} pieces has none; raise it or add pieces`,
      );
    return { range, pieces: part };
  });
  const [train = roll, validation, test] = parts;
  return { train, validation, test };
}

function checkedPiece(piece: Piece, range: KeyRange): Piece {
  if (piece.frames.length === 0) throw new Error(`piece '${piece.name}' has no frames; leave it out`);
  const frames = piece.frames.map((frame, f) => {
    for (const note of frame)
      if (!isKey(note, range)) throw new Error(`piece '${piece.name}', frame ${f}: ${outside(note, range)}`);
    return [...new Set(frame)].sort((a, b) => a - b);
  });
  return { ...piece, frames };
}

function isKey(note: number, { lowest, highest }: KeyRange): boolean {
  return Number.isInteger(note) && note >= lowest && note <= highest;
}

function outside(note: number, { lowest, highest }: KeyRange): string {
  return `a note must be a whole number from ${lowest} to ${highest}, not ${note}; transpose it or widen the range`;
}

function checkRange({ lowest, highest }: KeyRange): void {
  if (
    !Number.isInteger(lowest) ||
    !Number.isInteger(highest) ||
    lowest < 0 ||
    highest > 127 ||
    highest < lowest
  )
    throw new Error(
      `piano roll: the range must be two MIDI note numbers from 0 to 127, the lower first, not ${lowest} to ${highest}`,
    );
}
