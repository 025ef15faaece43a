// Piano rolls from files: the JSON of the polyphonic music data sets, a MIDI file, or a folder of MIDI files.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseJson } from "../../base/json.ts";
import { readBytes } from "../../formats/files.ts";
import { decodeText } from "../../formats/utf8.ts";
import { grouped } from "../shared/words.ts";
import type { Parts } from "../task.ts";
import { midiFrames, type MidiRoll } from "./midi-frames.ts";
import { checkPiece, checkRange, pianoKeys, type KeyRange, type Piece } from "./piano-roll.ts";

/** How files of music become piano rolls. A `Composer` is one: its own keys and resolution. */
export interface PianoRollSettings {
  /** The keys, as MIDI note numbers. Default `pianoKeys`, 21 to 108. */
  readonly range?: KeyRange;
  /**
   * What numbers in JSON are: "midi" note numbers (the default), or "keys" counted from the range's lowest, which is 0, as in
   * the sets of Boulanger-Lewandowski et al. 2012 made from their .mat files. A file may fit both, so it is not guessed.
   */
  readonly numbers?: "midi" | "keys";
  /** Frames per quarter note of MIDI files. Default 1. The frames of JSON are taken as they are. */
  readonly resolution?: number;
  /** Called with a message about the notes of MIDI files that are left out, if any. Default: nobody is told. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * Reads JSON, a MIDI file, or a folder of .mid and .midi files in the order of their names (subfolders are not read); the
 * content tells which. Pieces without parts of their own are all in `train`, for training to divide. Throws, with the file,
 * part, piece and frame, for other forms and for notes out of range.
 */
export async function readPianoRolls(
  path: string,
  settings: PianoRollSettings = {},
): Promise<Parts<readonly Piece[]>> {
  checkRange(settings.range ?? pianoKeys);
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (isFolder) return { train: await readMidi(await midiFilesIn(path), path, settings) };
  const bytes = await readBytes(path);
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (start.startsWith("{")) return pianoRollsOfJson(decodeText(path, bytes), path, settings);
  if (start.startsWith("MThd")) return { train: await readMidi([path], path, settings) };
  throw new Error(
    `${path}: expected a MIDI file, which begins with 'MThd', or JSON with a list 'train', got ` +
      `${bytes.length === 0 ? "an empty file" : JSON.stringify(start.slice(0, 8))}; choose another file`,
  );
}

/**
 * Reads `{"train": [...], "valid": [...], "test": [...]}`, of which the last two may be missing: lists of pieces; a piece is a
 * list of frames, a frame a list of notes. A note of -1 is a voice at rest.
 */
export function pianoRollsOfJson(
  text: string,
  path: string,
  settings: PianoRollSettings = {},
): Parts<readonly Piece[]> {
  const { range = pianoKeys, numbers = "midi" } = settings;
  const content = parseParts(text, path);
  const readPart = (name: string): Piece[] | undefined => {
    const place = `${path}, '${name}'`;
    if (content[name] === undefined) return undefined;
    const pieces = listAt(content[name], place, "pieces");
    if (pieces.length === 0) throw new Error(`${place}: there are no pieces; give one or more`);
    return pieces.map((piece, p) => {
      const frames = listAt(piece, `${place}, piece ${p}`, "frames").map((frame, f) => {
        const where = `${place}, piece ${p}, frame ${f}`;
        return listAt(frame, where, "notes").flatMap((note) => noteAt(note, where, numbers, range));
      });
      return checkPiece(frames, range, `${place}, piece ${p}`);
    });
  };
  const known = ["train", "valid", "test"];
  const unknown = Object.keys(content).find((name) => !known.includes(name) && Array.isArray(content[name]));
  if (unknown !== undefined) {
    throw new Error(
      `${path}: there is no part '${unknown}'; the parts are ${known.join(", ")}; rename it, or leave it out`,
    );
  }
  const train = readPart("train");
  if (!train) {
    const names = Object.keys(content).join(", ") || "{}";
    throw new Error(`${path}: expected a list 'train' of pieces, got only ${names}; add it`);
  }
  return { train, validation: readPart("valid"), test: readPart("test") };
}

async function midiFilesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /\.midi?$/i.test(name)).sort();
  if (names.length > 0) return names.map((name) => join(folder, name));
  throw new Error(`${folder}: there are no .mid or .midi files; choose a folder that has them`);
}

/** A piece for each file; says what is not in them, once for all. `path` names them together. */
async function readMidi(
  files: readonly string[],
  path: string,
  { range = pianoKeys, numbers, resolution = 1, warn }: PianoRollSettings,
): Promise<Piece[]> {
  if (numbers === "keys") {
    throw new Error(
      `${path}: a MIDI file has MIDI note numbers, not keys; read it with numbers "midi" (--numbers midi)`,
    );
  }
  const rolls: MidiRoll[] = [];
  for (const file of files) rolls.push(midiFrames(await readBytes(file), file, { resolution }));
  checkHeard(files, rolls);
  const missing = missingInWords(rolls);
  if (missing !== "") warn?.(`${path}: ${missing}`);
  return rolls.map(({ frames }, i) => checkPiece(frames, range, files[i] as string));
}

/** Throws where frames leave out every note of a file. */
function checkHeard(files: readonly string[], rolls: readonly MidiRoll[]): void {
  const silent = files.filter((_, i) => {
    const { notes, short, empty, unended } = rolls[i] as MidiRoll;
    return short > 0 && short + empty + unended === notes;
  });
  if (silent.length === 0) return;
  const more = silent.length > 1 ? ` and ${grouped(silent.length - 1)} more` : "";
  throw new Error(
    `${silent[0]}${more}: all notes are shorter than a frame; raise the resolution, as to ` +
      `${resolutionFor(rolls) ?? 480} frames per quarter note (--resolution)`,
  );
}

/** The resolution that has a frame for every note; undefined where none has. */
function resolutionFor(rolls: readonly MidiRoll[]): number | undefined {
  const finer = rolls.reduce(
    (most, roll) => Math.max(most, roll.short > 0 ? (roll.finer ?? Infinity) : 0),
    0,
  );
  return Number.isFinite(finer) ? finer : undefined;
}

/** What frames leave out, in words; empty where they hold every note. */
function missingInWords(rolls: readonly MidiRoll[]): string {
  const sum = (name: "notes" | "short" | "empty" | "unended"): number =>
    rolls.reduce((total, roll) => total + roll[name], 0);
  const [short, empty, unended] = [sum("short"), sum("empty"), sum("unended")];
  const finer = resolutionFor(rolls);
  const remedy = finer === undefined ? "" : ` (--resolution ${finer} keeps them)`;
  const reasons = [
    short > 0 && `${grouped(short)} shorter than a frame${remedy}`,
    empty > 0 && `${grouped(empty)} of no length`,
    unended > 0 && `${grouped(unended)} without an end`,
  ].filter((reason) => reason !== false);
  if (reasons.length === 0) return "";
  return `${grouped(short + empty + unended)} of ${grouped(sum("notes"))} notes left out: ${reasons.join(", ")}`;
}

function noteAt(note: unknown, place: string, numbers: "midi" | "keys", range: KeyRange): number[] {
  if (note === -1) return [];
  const { lowest, highest } = range;
  const [from, to] = numbers === "midi" ? [lowest, highest] : [0, highest - lowest];
  if (typeof note === "number" && Number.isInteger(note) && note >= from && note <= to)
    return [numbers === "midi" ? note : note + lowest];
  const hint =
    numbers === "midi"
      ? `if the file counts keys from 0, read it with numbers "keys" (--numbers keys); else widen the range`
      : `if the file has MIDI notes, read it with numbers "midi" (--numbers midi); else widen the range`;
  throw new Error(
    `${place}: a note must be a whole number from ${from} to ${to}, or -1 for a rest, not ${JSON.stringify(note)}; ${hint}`,
  );
}

function parseParts(text: string, path: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = parseJson(text);
  } catch (error) {
    throw new Error(`${path}: the file is not JSON (${(error as Error).message}); get the file again`, {
      cause: error,
    });
  }
  if (typeof content !== "object" || content === null || Array.isArray(content))
    throw new Error(`${path}: expected an object with the lists 'train', 'valid' and 'test' of pieces`);
  return content as Readonly<Record<string, unknown>>;
}

function listAt(value: unknown, place: string, of: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(
    `${place}: expected a list of ${of}, got ${JSON.stringify(value)?.slice(0, 40)}; correct it`,
  );
}
