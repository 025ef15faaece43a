// Music as a piano roll: pieces of frames, each frame the notes that sound in it; and the same as dense arrays of keys.
import { shown } from "../../base/options.ts";

/** MIDI note numbers that sound together; empty for silence. */
export type Frame = readonly number[];

/** Frames of equal length, one after another. */
export type Piece = readonly Frame[];

/** The keys of a roll as MIDI note numbers, both included. */
export interface KeyRange {
  /** MIDI note number; 21 is the lowest key of a piano. */
  readonly lowest: number;
  /** MIDI note number, included; 108 is the highest key of a piano. */
  readonly highest: number;
}

/** The 88 keys of a piano: A0 is 21, C8 is 108. */
export const pianoKeys: KeyRange = { lowest: 21, highest: 108 };

/** The number of keys of a range: the width of a dense frame. */
export function keyCount({ lowest, highest }: KeyRange): number {
  return highest - lowest + 1;
}

/**
 * The piece with the notes of each frame in ascending order, each once, since two voices may meet. Frames that are so already
 * are not copied. Throws for a piece without frames, and for a note that is not a whole number in the range; `place` begins
 * the error.
 */
export function checkPiece(piece: Piece, range: KeyRange, place: string): Piece {
  checkFrames(piece, place);
  if (piece.length === 0) throw new Error(`${place} has no frames; leave it out`);
  let sorted: Frame = [];
  return piece.map((frame, f) => {
    if (f > 0 && frame === piece[f - 1]) return sorted;
    for (const note of frame) checkNote(note, range, place, f);
    sorted = ascending(frame);
    return sorted;
  });
}

function ascending(frame: Frame): Frame {
  const isAscending = frame.every((note, i) => i === 0 || note > (frame[i - 1] as number));
  return isAscending ? frame : [...new Set(frame)].sort((a, b) => a - b);
}

/**
 * The frames as [frames, keys] of 0 and 1, the lowest key first. Throws for a note outside the range; `place` begins the
 * error.
 */
export function denseFrames(piece: Piece, range: KeyRange, place: string): Float32Array {
  const keys = keyCount(range);
  checkFrames(piece, place);
  const dense = new Float32Array(piece.length * keys); // [frames, keys]
  piece.forEach((frame, f) => {
    for (const note of frame) {
      checkNote(note, range, place, f);
      dense[f * keys + note - range.lowest] = 1;
    }
  });
  return dense;
}

/** The frames of dense [frames, keys] values: a key sounds where its value is above 0.5. */
export function framesOf(dense: ArrayLike<number>, range: KeyRange): number[][] {
  const keys = keyCount(range);
  return Array.from({ length: dense.length / keys }, (_, f) => {
    const notes: number[] = [];
    for (let key = 0; key < keys; key++)
      if ((dense[f * keys + key] as number) > 0.5) notes.push(range.lowest + key);
    return notes;
  });
}

/** Throws unless a piece is a list of lists; `place` begins the error. */
export function checkFrames(piece: Piece, place: string): void {
  if (!Array.isArray(piece))
    throw new Error(`${place}: expected a list of frames, got ${shown(piece)}; a piece has several`);
  const wrong = piece.findIndex((frame) => !Array.isArray(frame));
  if (wrong < 0) return;
  throw new Error(
    `${place}, frame ${wrong}: expected a list of notes, such as [60, 64], got ${shown(piece[wrong])}`,
  );
}

/** Throws unless a range is two MIDI note numbers, the lower first. */
export function checkRange({ lowest, highest }: KeyRange): void {
  const isNote = (note: number): boolean => Number.isInteger(note) && note >= 0 && note <= 127;
  if (isNote(lowest) && isNote(highest) && lowest <= highest) return;
  throw new Error(
    `piano roll: the range must be two MIDI note numbers from 0 to 127, the lower first, not ${lowest} to ${highest}`,
  );
}

function checkNote(note: number, { lowest, highest }: KeyRange, place: string, frame: number): void {
  if (Number.isInteger(note) && note >= lowest && note <= highest) return;
  throw new Error(
    `${place}, frame ${frame}: a note must be a whole number from ${lowest} to ${highest}, not ${note}; transpose it or widen the range`,
  );
}
