// Pieces of music from files and into them: JSON piano rolls as the papers' data have them, and MIDI. A frame is a length
// of musical time: changes of tempo do not move it.
import { readdir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import midiPackage from "@tonejs/midi";
import { readBytes } from "./files.ts";

/** The notes that sound in each frame, as MIDI note numbers in ascending order. */
export type ReadFrames = number[][];

export interface ReadPiece {
  readonly name: string;
  readonly frames: ReadFrames;
}

/** Pieces by part where the file has parts; else all in `train`. */
export interface ReadMusic {
  readonly train: readonly ReadPiece[];
  readonly valid: readonly ReadPiece[];
  readonly test: readonly ReadPiece[];
  /** Quarter notes a minute, of the first MIDI file that says so. */
  readonly tempo?: number;
}

/**
 * From a JSON file, a MIDI file or a folder of MIDI files; `resolution` is how many frames of a MIDI file a quarter note
 * has. Throws for what is neither, by file, piece and frame.
 */
export async function readMusic(path: string, resolution: number): Promise<ReadMusic> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    const names = (await readdir(path)).filter((name) => isMidi(name)).sort();
    if (names.length === 0)
      throw new Error(`${path}: there is no file that ends in .mid; name a folder that has some`);
    const read = await Promise.all(names.map((name) => readMidi(join(path, name), resolution)));
    return ofMidi(read);
  }
  const ending = extname(path).toLowerCase();
  if (isMidi(path)) return ofMidi([await readMidi(path, resolution)]);
  if (ending === ".json") return decodeRolls(new TextDecoder().decode(await readBytes(path)), path);
  throw new Error(`${path}: music is read from .json, .mid or .midi, not from '${ending}'; convert it`);
}

const isMidi = (name: string): boolean => /\.midi?$/iu.test(name);

interface MidiPiece extends ReadPiece {
  readonly tempo: number | undefined;
}

function ofMidi(read: readonly MidiPiece[]): ReadMusic {
  const tempo = read.find((piece) => piece.tempo !== undefined)?.tempo;
  return { train: read, valid: [], test: [], ...(tempo !== undefined && { tempo }) };
}

/**
 * `{"train": [piece …], "valid": […], "test": […]}`, or a list of pieces; a piece is a list of frames, a frame a list of
 * note numbers. A negative number, which some files have for a voice that rests, is no note.
 */
export function decodeRolls(text: string, file: string): ReadMusic {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: it is no JSON (${(error as Error).message}); copy it again`, { cause: error });
  }
  const parts = (Array.isArray(value) ? { train: value } : (value ?? {})) as Record<string, unknown>;
  const read = (name: string): ReadPiece[] => {
    const pieces = parts[name] ?? [];
    if (!Array.isArray(pieces)) throw new Error(`${file}: '${name}' must be a list of pieces; correct it`);
    return pieces.map((piece, i) => pieceOf(piece, `${name} ${i}`, file));
  };
  const valid = parts["valid"] === undefined ? "validation" : "valid";
  const music = { train: read("train"), valid: read(valid), test: read("test") };
  if (music.train.length + music.test.length > 0) return music;
  throw new Error(
    `${file}: it must be a list of pieces, or have 'train', 'valid' and 'test' with pieces each`,
  );
}

function pieceOf(piece: unknown, name: string, file: string): ReadPiece {
  if (!Array.isArray(piece))
    throw new Error(`${file}, piece ${name}: it must be a list of frames; correct it`);
  const frames = piece.map((frame: unknown, t) => {
    const notes = Array.isArray(frame) ? (frame as unknown[]) : undefined;
    const isNote = (note: unknown): note is number => Number.isInteger(note) && (note as number) <= 127;
    if (!notes?.every(isNote)) {
      throw new Error(
        `${file}, piece ${name}, frame ${t}: it must be a list of MIDI note numbers, as [60, 64], not ` +
          `${JSON.stringify(frame)}; correct it`,
      );
    }
    return [...new Set(notes.filter((note) => note >= 0))].sort((a, b) => a - b);
  });
  return { name, frames };
}

async function readMidi(path: string, resolution: number): Promise<MidiPiece> {
  return decodeMidi(await readBytes(path), path, resolution);
}

/**
 * A MIDI file's notes in frames: a note sounds in each frame of which it covers the middle, and at least in the one where
 * it begins. Drums, which have no pitch, are left out. Throws for bytes that are no MIDI, for times in seconds (SMPTE)
 * and where nothing sounds.
 */
export function decodeMidi(bytes: Uint8Array, file: string, resolution: number): MidiPiece {
  if (!(Number.isFinite(resolution) && resolution > 0)) {
    throw new Error(`music: the resolution must be frames of a quarter note, above 0, not ${resolution}`);
  }
  const midi = parsed(bytes, file);
  const ppq = midi.header.ppq;
  if (!(ppq > 0)) {
    throw new Error(
      `${file}: its times are in seconds (SMPTE), not in beats; save it with ticks of a quarter note`,
    );
  }
  const ticks = ppq / resolution;
  const notes = midi.tracks.filter((track) => track.channel !== 9).flatMap((track) => track.notes);
  if (notes.length === 0) throw new Error(`${file}: no note sounds in it; leave it out`);
  const frames: Set<number>[] = [];
  for (const note of notes) {
    const first = Math.floor(note.ticks / ticks + 1e-6);
    // The middle of a frame is half a frame after its beginning.
    const last = Math.ceil((note.ticks + note.durationTicks) / ticks - 0.5 - 1e-6) - 1;
    for (let t = first; t <= Math.max(first, last); t++) (frames[t] ??= new Set()).add(note.midi);
  }
  const tempo = midi.header.tempos[0]?.bpm;
  return {
    name: basename(file),
    frames: Array.from(frames, (own) => [...(own ?? [])].sort((a, b) => a - b)),
    tempo,
  };
}

type Midi = InstanceType<typeof midiPackage.Midi>;

function parsed(bytes: Uint8Array, file: string): Midi {
  try {
    return new midiPackage.Midi(bytes);
  } catch (error) {
    throw new Error(
      `${file}: it is no MIDI file, or cut short (${(error as Error).message}); copy it again`,
      {
        cause: error,
      },
    );
  }
}

export interface MidiSettings {
  /** Frames of a quarter note. */
  readonly resolution: number;
  /** Quarter notes a minute. Default 100. */
  readonly tempo?: number;
  /** A note of the next frame too is struck anew, instead of held. Default false. */
  readonly strike?: boolean;
}

/** Frames as the bytes of a MIDI file. */
export function encodeMidi(
  frames: readonly (readonly number[])[],
  { resolution, tempo = 100, strike = false }: MidiSettings,
): Uint8Array {
  const midi = new midiPackage.Midi();
  midi.header.setTempo(tempo);
  const track = midi.addTrack();
  const ticks = midi.header.ppq / resolution;
  const add = (note: number, from: number, to: number): void => {
    track.addNote({
      midi: note,
      ticks: Math.round(from * ticks),
      durationTicks: Math.round((to - from) * ticks),
    });
  };
  const sounding = new Map<number, number>();
  [...frames, []].forEach((notes, t) => {
    const now = new Set(notes);
    for (const [note, from] of sounding) {
      if (now.has(note) && !strike) continue;
      add(note, from, t);
      sounding.delete(note);
    }
    for (const note of now) if (!sounding.has(note)) sounding.set(note, t);
  });
  return midi.toArray();
}
