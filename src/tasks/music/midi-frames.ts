// The notes of a MIDI file as frames of a piano roll. Frames are counted in ticks, which is musical time, so a change of
// tempo moves none of them.
import { checkResolution } from "./midi-bytes.ts";
import { midiNotes, type MidiNotes } from "./midi-notes.ts";
import type { Frame } from "./piano-roll.ts";

export interface MidiFrameSettings {
  /** Frames per quarter note: 1 is a quarter each (the default), 4 a sixteenth. */
  readonly resolution?: number;
}

/** A MIDI file as a piano roll, and the notes that are not in it. */
export interface MidiRoll {
  /** The notes of each frame in ascending order. Frames that are alike may be the same array. */
  readonly frames: readonly Frame[];
  /** Notes of the file, without drums. */
  readonly notes: number;
  /** Notes that begin and end in the same frame. */
  readonly short: number;
  /** From this resolution on there is a frame for each of them; undefined where there are none, or not even 480 has. */
  readonly finer?: number | undefined;
  /** Notes that end at the tick at which they begin. */
  readonly empty: number;
  /** Notes that never end. */
  readonly unended: number;
}

/** Frames per quarter note that divide it as notes do. */
const usualResolutions = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 96, 192, 480];

/**
 * The frames of a MIDI file. A note begins and ends at the nearest boundary between frames, so that a short one may have no
 * frame; such notes are counted. All tracks and channels except drums (channel 10) are one piece, as long as the longest
 * track with notes. Tempo, pedals and velocities are not read. Throws as `midiNotes`, for a file without notes, and for times
 * that damage makes too long.
 */
export function midiFrames(bytes: Uint8Array, path: string, settings: MidiFrameSettings = {}): MidiRoll {
  const { resolution = 1 } = settings;
  checkResolution(resolution);
  const notes = midiNotes(bytes, path);
  const [total, empty] = [notes.keys.length, countOf(notes, ({ starts, ends }, i) => starts[i] === ends[i])];
  const { unended } = notes;
  if (total === empty)
    throw new Error(
      unended + total === 0
        ? `${path}: there are no notes but drums (channel 10); choose a file with melody or harmony`
        : `${path}: no note lasts, of ${unended + total} that begin; choose another file`,
    );
  const short = countShort(notes, resolution);
  const finer = short === 0 ? undefined : fineEnough(notes, resolution);
  return {
    frames: framesOf(notes, resolution, { path, bytes: bytes.length }),
    notes: total + unended,
    short,
    finer,
    empty,
    unended,
  };
}

/** The boundary between frames that is nearest to a tick, the later of two. */
function frameAt(ticks: number, resolution: number, { ticksPerQuarter }: MidiNotes): number {
  return Math.round((ticks * resolution) / ticksPerQuarter);
}

function countOf(notes: MidiNotes, is: (notes: MidiNotes, index: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < notes.keys.length; i++) if (is(notes, i)) count += 1;
  return count;
}

/** The notes that last, but not long enough for a frame. */
function countShort(notes: MidiNotes, resolution: number): number {
  return countOf(notes, ({ starts, ends }, i) => {
    const [start, end] = [starts[i] as number, ends[i] as number];
    return start < end && frameAt(start, resolution, notes) === frameAt(end, resolution, notes);
  });
}

/** The usual resolution from which on no note is short; undefined where there is none. */
function fineEnough(notes: MidiNotes, resolution: number): number | undefined {
  const coarse = usualResolutions.findLastIndex((r) => r <= resolution || countShort(notes, r) > 0);
  return usualResolutions[coarse + 1];
}

/** Frames from the boundaries at which notes begin and end; between two of them all frames are one array. */
function framesOf(
  notes: MidiNotes,
  resolution: number,
  { path, bytes }: { readonly path: string; readonly bytes: number },
): Frame[] {
  const { keys, starts, ends, ticks } = notes;
  // A damaged or hostile file of a few bytes may name any times: both limits grow with its size.
  const mostFrames = Math.min(1_000_000, 100_000 + 100 * bytes);
  const mostNumbers = 4_000_000 + bytes;
  const count = frameAt(ticks, resolution, notes);
  if (count > mostFrames)
    throw new Error(
      `${path}: ${ticks} ticks are ${count} frames, more than ${mostFrames}; its times are damaged, or the resolution is too high`,
    );
  // A number for each change, in the order of frames: frame × 256 + key × 2 + (1 where the note ends).
  const changes = new Float64Array(2 * keys.length);
  keys.forEach((key, i) => {
    changes[2 * i] = frameAt(starts[i] as number, resolution, notes) * 256 + key * 2;
    changes[2 * i + 1] = frameAt(ends[i] as number, resolution, notes) * 256 + key * 2 + 1;
  });
  changes.sort();
  const sounding = new Int32Array(128); // notes that sound, of each key
  const frames: Frame[] = [];
  let [frame, numbers]: [number[], number] = [[], 0];
  for (const change of changes) {
    const at = Math.floor(change / 256);
    if (at > frames.length) {
      frame = [];
      sounding.forEach((voices, key) => voices > 0 && frame.push(key));
      numbers += 6 + frame.length; // what an array takes, in numbers
      if (numbers > mostNumbers)
        throw new Error(
          `${path}: its frames hold too many notes, up to ${frame.length} at once; lower the resolution`,
        );
      while (frames.length < at) frames.push(frame);
    }
    const [key, isEnd] = [Math.floor((change % 256) / 2), change % 2];
    sounding[key] = (sounding[key] as number) + (isEnd ? -1 : 1);
  }
  const silence: Frame = [];
  while (frames.length < count) frames.push(silence);
  return frames;
}
