// Frames of a piano roll as the bytes of a standard MIDI file: one track, one channel, one tempo.
import { checkFrames, type Piece } from "./piano-roll.ts";

/** How a piece is written as MIDI. */
export interface MidiSettings {
  /** Frames per quarter note: 1 is a quarter each (the default), 4 a sixteenth. */
  readonly resolution?: number;
  /** Quarter notes per minute. Default 100. */
  readonly tempo?: number;
  /** The name of the track. Default empty. */
  readonly name?: string;
  /**
   * What a note in successive frames becomes: "hold" (the default) is one long note, because a piano roll does not say
   * otherwise; "strike" strikes it again in each frame.
   */
  readonly repeated?: "hold" | "strike";
  /** How hard notes are struck, 1 to 127. Default 80. */
  readonly velocity?: number;
}

/** The tempo of music that has none, in quarter notes per minute. */
export const defaultTempo = 100;

const preferredTicks = 480; // per quarter
const endOfTrack = [0xff, 0x2f, 0x00];

/**
 * A file of format 0 (Standard MIDI Files 1.0, 1996). Its end of track is the end of the last frame, so that silence there is
 * kept. Throws for notes that are not MIDI notes, a tempo that the format cannot express (below 3.58), and settings out of
 * range.
 */
export function midiBytes(frames: Piece, settings: MidiSettings = {}): Uint8Array<ArrayBuffer> {
  const { resolution = 1, tempo = defaultTempo, name = "", repeated = "hold", velocity = 80 } = settings;
  checkResolution(resolution);
  checkFrames(frames, "MIDI");
  if (!Number.isInteger(velocity) || velocity < 1 || velocity > 127)
    throw new Error(`MIDI: velocity must be a whole number from 1 to 127, not ${velocity}`);
  const microseconds = Math.round(60e6 / tempo);
  if (!(microseconds >= 1 && microseconds <= 0xffffff))
    throw new Error(`MIDI: the tempo must be from 3.58 to 60000000 quarter notes per minute, not ${tempo}`);

  const frameTicks = Math.max(1, Math.floor(preferredTicks / resolution));
  const track: number[] = [];
  const title = new TextEncoder().encode(name);
  track.push(0, 0xff, 0x03, ...varInt(title.length), ...title);
  track.push(0, 0xff, 0x51, 3, ...bigEndian(microseconds, 3));
  let written = 0; // ticks
  const event = (ticks: number, ...bytes: number[]): void => {
    for (const byte of varInt(ticks - written)) track.push(byte);
    track.push(...bytes);
    written = ticks;
  };
  for (let f = 0; f <= frames.length; f++) {
    const before = new Set(frames[f - 1]);
    const now = new Set(frames[f]);
    for (const note of now)
      if (!Number.isInteger(note) || note < 0 || note > 127)
        throw new Error(`MIDI, frame ${f}: a note must be a whole number from 0 to 127, not ${note}`);
    for (const note of before)
      if (repeated === "strike" || !now.has(note)) event(f * frameTicks, 0x80, note, 0x40);
    for (const note of now)
      if (repeated === "strike" || !before.has(note)) event(f * frameTicks, 0x90, note, velocity);
  }
  event(frames.length * frameTicks, ...endOfTrack);
  return new Uint8Array([
    ...ascii("MThd"),
    ...bigEndian(6, 4),
    ...bigEndian(0, 2), // format
    ...bigEndian(1, 2), // tracks
    ...bigEndian(frameTicks * resolution, 2), // ticks per quarter
    ...ascii("MTrk"),
    ...bigEndian(track.length, 4),
    ...track,
  ]);
}

/** Throws unless a quarter can have this number of frames. */
export function checkResolution(resolution: number): void {
  if (!Number.isInteger(resolution) || resolution < 1 || resolution > 480)
    throw new Error(
      `MIDI: the resolution must be a whole number of frames per quarter note, from 1 to 480, not ${resolution}`,
    );
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function bigEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);
}

/** Seven bits per byte, the most significant first; all but the last have the eighth set. */
function varInt(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift((rest % 128) + 128);
  return bytes;
}
