// The notes of a MIDI file: which key sounds from when to when, in ticks. Reads each byte once, into a few bytes for each, so
// that neither the times nor the lengths that a file names can make it slow or large.

/** The notes of all tracks and channels except drums, and what else a piano roll needs. */
export interface MidiNotes {
  readonly keys: Uint8Array; // [notes] MIDI note numbers, track by track
  readonly starts: Float64Array; // [notes] ticks
  readonly ends: Float64Array; // [notes] ticks, not before the start
  readonly ticksPerQuarter: number;
  /** The end of the longest track with notes. */
  readonly ticks: number;
  /** Notes that never end, which are not among the others. */
  readonly unended: number;
}

const drumChannel = 9; // "channel 10" of General MIDI, which counts from 1

// The upper half of an event's first byte.
const noteOff = 0x8;
const noteOn = 0x9;
const programChange = 0xc;
const channelPressure = 0xd;

// The first byte of events without a channel, and the type of a meta event.
const sysex = 0xf0;
const sysexContinued = 0xf7;
const meta = 0xff;
const endOfTrack = 0x2f;

/**
 * Reads a file of format 0 or 1 (Standard MIDI Files 1.0, 1996). A key of a channel is down or up, in the order of a track's
 * events: striking it again ends the note before, and a note-off for a key that is up does nothing. Throws, with `path`, for
 * bytes that are not a whole MIDI file, for files timed in seconds (SMPTE), and for separate patterns (format 2).
 */
export function midiNotes(bytes: Uint8Array, path: string): MidiNotes {
  const { tracks, ticksPerQuarter } = readHeader(bytes, path);
  const most = Math.floor(bytes.length / 3); // no note takes fewer bytes
  const keys = new Uint8Array(most);
  const starts = new Float64Array(most);
  const ends = new Float64Array(most);
  let [notes, ticks, unended] = [0, 0, 0];
  for (const chunk of trackChunks(bytes, tracks, path)) {
    const before = notes;
    const track = readTrack(bytes, chunk, path, (key, start, end) => {
      keys[notes] = key;
      starts[notes] = start;
      ends[notes] = end;
      notes += 1;
    });
    unended += track.unended;
    if (notes > before) ticks = Math.max(ticks, track.ticks);
  }
  return {
    keys: keys.subarray(0, notes),
    starts: starts.subarray(0, notes),
    ends: ends.subarray(0, notes),
    ticksPerQuarter,
    ticks,
    unended,
  };
}

function readHeader(bytes: Uint8Array, path: string): { tracks: number; ticksPerQuarter: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begins = tagAt(bytes, 0);
  if (begins !== "MThd")
    throw new Error(
      `${path}: a MIDI file begins with 'MThd', not ${JSON.stringify(begins)}; is it another format?`,
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
  const ticksPerQuarter = view.getUint16(12);
  if (ticksPerQuarter >= 0x8000)
    throw new Error(
      `${path}: its times are SMPTE frames, in seconds without quarter notes; save it with ticks per quarter note`,
    );
  if (ticksPerQuarter === 0)
    throw new Error(`${path}: a quarter note must have 1 tick or more, not 0; get the file again`);
  const tracks = view.getUint16(10);
  if (tracks === 0) throw new Error(`${path}: there are no tracks; choose a file with notes`);
  return { tracks, ticksPerQuarter };
}

/** Where the events of each track begin and end. Chunks of other kinds between tracks are passed over, as the format says. */
function trackChunks(bytes: Uint8Array, tracks: number, path: string): (readonly [number, number])[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: (readonly [number, number])[] = [];
  let at = 14;
  while (chunks.length < tracks) {
    const to = at + 8 <= bytes.length ? at + 8 + view.getUint32(at + 4) : Infinity;
    if (to > bytes.length)
      throw new Error(
        `${path}: the file ends at byte ${bytes.length}, inside track ${chunks.length + 1} of ${tracks}; it is not complete, get it again`,
      );
    const tag = tagAt(bytes, at);
    if (tag === "MTrk") chunks.push([at + 8, to]);
    else if (!/^[\x20-\x7e]{4}$/u.test(tag))
      throw new Error(
        `${path}, byte ${at}: track ${chunks.length + 1} must begin with 'MTrk', not ${JSON.stringify(tag)}; get the file again`,
      );
    at = to;
  }
  return chunks;
}

function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** Hands over the notes of a track that is not drums, as they end; returns where it ends, and how many of its notes do not. */
function readTrack(
  bytes: Uint8Array,
  chunk: readonly [number, number],
  path: string,
  note: (key: number, start: number, end: number) => void,
): { readonly ticks: number; readonly unended: number } {
  // The keys that are down, by channel and number: when they were struck, and whether they were down then already.
  const down = new Map<number, { readonly start: number; isRestruck: boolean }>();
  const ticks = eachNoteEvent(bytes, chunk, path, (tick, channel, key, isOn) => {
    if (channel === drumChannel) return;
    const index = channel * 128 + key;
    const struck = down.get(index);
    if (isOn) {
      if (struck?.start === tick) return;
      if (struck) note(key, struck.start, tick);
      down.set(index, { start: tick, isRestruck: struck !== undefined });
    } else if (struck?.start === tick && struck.isRestruck) {
      struck.isRestruck = false; // the end of the note before, written after its successor's beginning
    } else if (struck) {
      note(key, struck.start, tick);
      down.delete(index);
    }
  });
  return { ticks, unended: down.size };
}

/** Calls `visit` for each note-on and note-off of a track; returns the tick at which the track ends. */
function eachNoteEvent(
  bytes: Uint8Array,
  [from, to]: readonly [number, number],
  path: string,
  visit: (tick: number, channel: number, key: number, isOn: boolean) => void,
): number {
  let [at, tick, status] = [from, 0, 0];
  const fault = (what: string): Error => new Error(`${path}, byte ${at - 1}: ${what}; get the file again`);
  const next = (): number => {
    at += 1;
    if (at > to) throw fault("its track ends inside an event");
    return bytes[at - 1] as number;
  };
  const data = (byte: number): number => {
    if (byte < 0x80) return byte;
    throw fault(`expected a number below 128, got ${byte}`);
  };
  const length = (): number => {
    let value = 0;
    for (let digits = 0; digits < 4; digits++) {
      const byte = next();
      value = value * 128 + (byte % 128);
      if (byte < 0x80) return value;
    }
    throw fault("expected a length of 4 bytes or fewer");
  };
  const skip = (): void => {
    const bytes = length();
    at += bytes;
    if (at > to) throw fault("its track ends inside an event");
  };
  while (at < to) {
    tick += length();
    const byte = next();
    if (byte === meta) {
      const type = next();
      skip();
      if (type === endOfTrack) break;
    } else if (byte === sysex || byte === sysexContinued) {
      skip();
    } else {
      if (byte > 0xf0) throw fault(`no event of a file begins with ${byte}`);
      if (byte < 0x80 && status === 0) throw fault(`expected the beginning of an event, got ${byte}`);
      const key = data(byte < 0x80 ? byte : next());
      if (byte >= 0x80) status = byte;
      const kind = status >> 4;
      const velocity = kind === programChange || kind === channelPressure ? 0 : data(next());
      if (kind === noteOn || kind === noteOff) visit(tick, status % 16, key, kind === noteOn && velocity > 0);
    }
  }
  return tick;
}
