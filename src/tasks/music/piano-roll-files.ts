// Piano rolls from files: the JSON of the polyphonic music data sets, a MIDI file, a folder of them. Knows the forms of
// the files; what a note may be is the piano roll's business, what MIDI bytes say midi-frames.ts's.
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  pianoKeys,
  pianoRoll,
  splitPieces,
  type KeyRange,
  type Piece,
  type PianoRoll,
  type PianoRollSplit,
} from "./piano-roll.ts";
import type { SplitShares } from "../../train/split.ts";
import { readBytes } from "../../formats/files.ts";
import { decodeText } from "../../formats/utf8.ts";
import { midiPiece } from "./midi-frames.ts";

export interface PianoRollSettings {
  /** Default `pianoKeys`, 21 to 108. */
  readonly range?: KeyRange;
  /**
   * What numbers in JSON are: "midi" note numbers (the default), or "keys" counted from the range's lowest, which is 0,
   * as in the sets of Boulanger-Lewandowski et al. 2012 made from their .mat files. A file may fit both, so it is asked.
   */
  readonly numbers?: "midi" | "keys";
  /** Of MIDI files, frames of a quarter; default 1. The frames of JSON are as they are. */
  readonly resolution?: number;
  /** Of pieces without parts of their own, in the order of their names or of JSON's list; default 1, all to train. */
  readonly shares?: SplitShares;
}

/**
 * Reads JSON, a MIDI file or a folder of .mid and .midi files (not of folders in it), told apart by what they contain.
 * Throws, with the file, part, piece and frame, at what is of another form and at notes out of range.
 */
export async function readPianoRolls(
  path: string,
  settings: PianoRollSettings = {},
): Promise<PianoRollSplit> {
  const { range = pianoKeys, shares = 1 } = settings;
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  const split = (pieces: readonly Piece[]): PianoRollSplit =>
    withPath(path, () => splitPieces(pianoRoll(pieces, range), shares));
  if (isFolder) return split(await readFolder(path, settings));
  const bytes = await readBytes(path);
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (start.startsWith("{")) {
    const parts = pianoRollsOfJson(decodeText(path, bytes), path, settings);
    return parts.validation || parts.test ? parts : split(parts.train.pieces);
  }
  if (start.startsWith("MThd")) return split([{ ...midiPiece(bytes, path, settings), name: basename(path) }]);
  throw new Error(
    `${path}: must be a MIDI file, which begins with 'MThd', or JSON with a list 'train', not ` +
      `${bytes.length === 0 ? "empty" : JSON.stringify(start.slice(0, 8))}; choose another file`,
  );
}

/**
 * Reads `{"train": [...], "valid": [...], "test": [...]}`, of which the last two may be missing: lists of pieces, each a
 * list of frames, each a list of notes, also one a voice. -1 is a voice at rest. A piece is named by its part and place,
 * from 0: "train 17".
 */
export function pianoRollsOfJson(
  text: string,
  path: string,
  settings: PianoRollSettings = {},
): PianoRollSplit {
  const { range = pianoKeys, numbers = "midi" } = settings;
  const content = parsed(text, path);
  const part = (name: string, key: string): Piece[] | undefined => {
    const pieces = content[key];
    if (pieces === undefined) return undefined;
    return listAt(pieces, `${path}, '${key}'`, "pieces").map((piece, p) => ({
      name: `${name} ${p}`,
      frames: listAt(piece, `${path}, '${key}', piece ${p}`, "frames").map((frame, f) => {
        const place = `${path}, '${key}', piece ${p}, frame ${f}`;
        return listAt(frame, place, "notes").flatMap((note) => noteAt(note, place, numbers, range));
      }),
    }));
  };
  const known = ["train", "valid", "test"];
  const other = Object.keys(content).find((key) => !known.includes(key) && Array.isArray(content[key]));
  if (other !== undefined)
    throw new Error(
      `${path}: '${other}' is no part; parts are ${known.join(", ")}; rename it, or leave it out`,
    );
  const train = part("train", "train");
  if (!train)
    throw new Error(
      `${path}: must have a list 'train' of pieces, not only ${Object.keys(content).join(", ") || "{}"}`,
    );
  const validation = part("validation", "valid");
  const test = part("test", "test");
  const roll = (pieces: readonly Piece[]): PianoRoll => withPath(path, () => pianoRoll(pieces, range));
  return { train: roll(train), validation: validation && roll(validation), test: test && roll(test) };
}

async function readFolder(path: string, settings: PianoRollSettings): Promise<Piece[]> {
  const names = (await readdir(path)).filter((name) => /\.midi?$/i.test(name)).sort();
  if (names.length === 0)
    throw new Error(`${path}: there are no .mid or .midi files; choose a folder that has them`);
  const pieces: Piece[] = [];
  for (const name of names) {
    const file = join(path, name);
    pieces.push({ ...midiPiece(await readBytes(file), file, settings), name: basename(name) });
  }
  return pieces;
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

function parsed(text: string, path: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: is not JSON (${(error as Error).message}); get the file again`, {
      cause: error,
    });
  }
  if (typeof content !== "object" || content === null || Array.isArray(content))
    throw new Error(`${path}: must be an object with the lists 'train', 'valid' and 'test' of pieces`);
  return content as Readonly<Record<string, unknown>>;
}

function listAt(value: unknown, place: string, of: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(
    `${place}: must be a list of ${of}, not ${JSON.stringify(value)?.slice(0, 40)}; correct it`,
  );
}

function withPath<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}
