// The bytes of a MIDI file as frames of a piano roll. Frames are counted in ticks, which is musical time, so a change of
// tempo moves none of them. Needs a package, so this file is loaded when a MIDI file is read, not before.
import midi from "@tonejs/midi";
import { checkResolution } from "./midi-bytes.ts";

export interface MidiFrameSettings {
  /** Frames per quarter note: 1 is a quarter each (the default), 4 a sixteenth. */
  readonly resolution?: number;
}

const drumChannel = 9; // "channel 10" of General MIDI, which counts from 1
const mostFrames = 1_000_000;

/**
 * The frames of a MIDI file, each with the notes that sound at its first tick; a note that starts and ends between two such
 * ticks is in no frame, but may be at a finer resolution. All tracks and channels except drums (channel 10) are one piece,
 * as long as the longest track with notes. A note that never ends is left out. Tempo, pedals and velocities are not read.
 * Throws, with `path`, for bytes that are not a whole MIDI file, for files timed in seconds (SMPTE), for separate patterns
 * (format 2), and for a file without notes.
 */
export function midiFrames(bytes: Uint8Array, path: string, settings: MidiFrameSettings = {}): number[][] {
  const { resolution = 1 } = settings;
  checkResolution(resolution);
  checkChunks(bytes, path);
  const { tracks, header } = parse(bytes, path);
  const toFrames = (ticks: number): number => Math.ceil((ticks * resolution) / header.ppq);

  const sounding = tracks.filter(({ channel, notes }) => channel !== drumChannel && notes.length > 0);
  if (sounding.length === 0)
    throw new Error(
      `${path}: there are no notes but drums (channel 10); choose a file with melody or harmony`,
    );
  let ticks = 0;
  for (const { notes, endOfTrackTicks = 0 } of sounding) {
    ticks = Math.max(ticks, endOfTrackTicks);
    for (const note of notes) ticks = Math.max(ticks, note.ticks + note.durationTicks);
  }
  const count = toFrames(ticks);
  if (count > mostFrames)
    throw new Error(
      `${path}: ${ticks} ticks are ${count} frames, more than ${mostFrames}; its times are damaged, or the resolution is too high`,
    );
  const frames = Array.from({ length: count }, () => new Set<number>());
  for (const { notes } of sounding)
    for (const note of notes) {
      const to = toFrames(note.ticks + note.durationTicks);
      for (let f = toFrames(note.ticks); f < to; f++) frames[f]?.add(note.midi);
    }
  return frames.map((notes) => [...notes].sort((a, b) => a - b));
}

/** Checks the chunks of a file, because the package reads past its end without an error. */
function checkChunks(bytes: Uint8Array, path: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (tag(0) !== "MThd")
    throw new Error(
      `${path}: a MIDI file begins with 'MThd', not ${JSON.stringify(tag(0))}; is it another format?`,
    );
  if (bytes.length < 14 || view.getUint32(4) !== 6)
    throw new Error(
      `${path}: the MIDI header must have 6 bytes, but ${bytes.length < 14 ? `the file ends at byte ${bytes.length}` : `says ${view.getUint32(4)}`}; get the file again`,
    );
  const format = view.getUint16(8);
  if (format > 1)
    throw new Error(
      `${path}: expected MIDI format 0 or 1, got ${format}, whose tracks are not played together; save it as format 1`,
    );
  const division = view.getUint16(12);
  if (division >= 0x8000)
    throw new Error(
      `${path}: its times are SMPTE frames, in seconds without quarter notes; save it with ticks per quarter note`,
    );
  if (division === 0)
    throw new Error(`${path}: a quarter note must have 1 tick or more, not 0; get the file again`);
  const tracks = view.getUint16(10);
  let at = 14;
  for (let track = 0; track < tracks; track++) {
    const left = bytes.length - at - 8;
    const wanted = left >= 0 ? view.getUint32(at + 4) : 0;
    if (left < wanted)
      throw new Error(
        `${path}: the file ends at byte ${bytes.length}, inside track ${track + 1} of ${tracks}; it is not complete, get it again`,
      );
    if (tag(at) !== "MTrk")
      throw new Error(
        `${path}, byte ${at}: track ${track + 1} must begin with 'MTrk', not ${JSON.stringify(tag(at))}; get the file again`,
      );
    at += 8 + wanted;
  }
  if (tracks === 0) throw new Error(`${path}: there are no tracks; choose a file with notes`);
}

function parse(bytes: Uint8Array, path: string): InstanceType<typeof midi.Midi> {
  try {
    return new midi.Midi(bytes);
  } catch (error) {
    throw new Error(
      `${path}: its MIDI events cannot be read (${error instanceof Error ? error.message : String(error)}); get the file again`,
      { cause: error },
    );
  }
}
