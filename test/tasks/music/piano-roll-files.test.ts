import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { midiBytes } from "../../../src/tasks/music/midi-bytes.ts";
import {
  pianoRollsOfJson,
  readPianoRolls,
  type PianoRollSettings,
} from "../../../src/tasks/music/piano-roll-files.ts";

describe("JSON of piano rolls", () => {
  const read = (content: unknown, settings: PianoRollSettings = {}): ReturnType<typeof pianoRollsOfJson> =>
    pianoRollsOfJson(JSON.stringify(content), "a.json", settings);

  it("has parts of pieces of frames of notes, -1 for a voice at rest", () => {
    const { train, validation, test } = read({
      train: [
        [
          [72, 67, 60, 48],
          [-1, -1, -1, -1],
          [60, 60, -1, 48],
        ],
        [[21]],
      ],
      valid: [[[108], []]],
      other: "ignored",
    });
    expect(train).toEqual([[[48, 60, 67, 72], [], [48, 60]], [[21]]]);
    expect(validation).toEqual([[[108], []]]);
    expect(test).toBeUndefined();
  });

  it("counts keys where it is told to", () => {
    const { train } = read({ train: [[[0, 87, -1]]] }, { numbers: "keys" });
    expect(train).toEqual([[[21, 108]]]);
    const range = { lowest: 40, highest: 50 };
    expect(read({ train: [[[0, 10]]] }, { numbers: "keys", range }).train).toEqual([[[40, 50]]]);
  });

  it("is refused by file, part, piece and frame", () => {
    expect(() => read({ train: [[[60]], [[60], [15]]] })).toThrow(
      "a.json, 'train', piece 1, frame 1: a note must be a whole number from 21 to 108, or -1 for a rest, not 15; " +
        `if the file counts keys from 0, read it with numbers "keys" (--numbers keys); else widen the range`,
    );
    expect(() => read({ train: [[[60]]], validation: [[[60]]] })).toThrow(
      "a.json: there is no part 'validation'; the parts are train, valid, test; rename it, or leave it out",
    );
    expect(() => read({ train: [[[60]]], test: [[[88]]] }, { numbers: "keys" })).toThrow(
      "a.json, 'test', piece 0, frame 0: a note must be a whole number from 0 to 87, or -1 for a rest, not 88",
    );
    expect(() => read({ train: [[[60.5]]] })).toThrow("not 60.5");
    expect(() => read({ train: [[["C4"]]] })).toThrow(`not "C4"`);
    expect(() => read({ train: [[60]] })).toThrow(
      "a.json, 'train', piece 0, frame 0: expected a list of notes, got 60",
    );
    expect(() => read({ train: { a: 1 } })).toThrow(
      `a.json, 'train': expected a list of pieces, got {"a":1}`,
    );
    expect(() => read({ valid: [] })).toThrow("a.json: expected a list 'train' of pieces, got only valid");
    expect(() => read({ train: [[]] })).toThrow("a.json, 'train', piece 0 has no frames");
    expect(() => read({ train: [] })).toThrow("a.json, 'train': there are no pieces");
    expect(() => read([[[60]]])).toThrow(
      "a.json: expected an object with the lists 'train', 'valid' and 'test'",
    );
    expect(() => pianoRollsOfJson("{", "a.json")).toThrow("a.json: the file is not JSON (");
  });
});

describe("files of piano rolls", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "unrolled-music-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("are told apart by what they contain", async () => {
    await writeFile(join(folder, "json"), ` \n{"train": [[[60]]]}`);
    expect((await readPianoRolls(join(folder, "json"))).train).toEqual([[[60]]]);
    const tune = join(folder, "tune.dat");
    await writeFile(tune, midiBytes([[60], [61]]));
    expect(await readPianoRolls(tune, { resolution: 2 })).toEqual({ train: [[[60], [60], [61], [61]]] });
    await expect(readPianoRolls(tune, { numbers: "keys" })).rejects.toThrow(
      `${tune}: a MIDI file has MIDI note numbers, not keys; read it with numbers "midi" (--numbers midi)`,
    );
    await expect(readPianoRolls(tune, { range: { lowest: 61, highest: 70 } })).rejects.toThrow(
      `${tune}, frame 0: a note must be a whole number from 61 to 70, not 60`,
    );
    await expect(readPianoRolls(tune, { range: { lowest: 61, highest: 128 } })).rejects.toThrow(
      "the range must be two MIDI note numbers from 0 to 127",
    );
    await writeFile(join(folder, "text"), "hello, world");
    await expect(readPianoRolls(join(folder, "text"))).rejects.toThrow(
      `${join(folder, "text")}: expected a MIDI file, which begins with 'MThd', or JSON with a list 'train', got "hello, w"`,
    );
    await writeFile(join(folder, "empty"), "");
    await expect(readPianoRolls(join(folder, "empty"))).rejects.toThrow(
      "got an empty file; choose another file",
    );
    await expect(readPianoRolls(join(folder, "tune.dta"))).rejects.toThrow("did you mean");
  });

  it("are pieces of a folder in the order of their names", async () => {
    await mkdir(join(folder, "deeper.mid.d"));
    await writeFile(join(folder, "notes.txt"), "no music");
    for (const [name, note] of [
      ["c.midi", 62],
      ["a.mid", 60],
      ["b.MID", 61],
    ] as const)
      await writeFile(join(folder, name), midiBytes([[note]], { name }));
    expect(await readPianoRolls(folder)).toEqual({ train: [[[60]], [[61]], [[62]]] });
    await writeFile(join(folder, "b.MID"), midiBytes([[60]]).subarray(0, 40));
    await expect(readPianoRolls(folder)).rejects.toThrow(
      `${join(folder, "b.MID")}: the file ends at byte 40`,
    );
    await writeFile(join(folder, "b.MID"), midiBytes([[60], [12]]));
    await expect(readPianoRolls(folder)).rejects.toThrow(`${join(folder, "b.MID")}, frame 1: a note must be`);
    await expect(readPianoRolls(join(folder, "deeper.mid.d"))).rejects.toThrow(
      "there are no .mid or .midi files",
    );
  });
});

// Pieces and frames of each part as counted in Python with json alone.
const data = new URL("../../../../shared/data/", import.meta.url);
test.skipIf(!existsSync(data)).each([
  ["jsb-chorales/jsb-chorales-quarter.json", "midi", [229, 13807, 76, 4602, 77, 4725], [43, 96]],
  ["jsb-chorales/jsb-chorales-8th.json", "midi", [229, 27614, 76, 9204, 77, 9450], [36, 81]],
  ["jsb-chorales/Jsb16thSeparated.json", "midi", [229, 55228, 76, 18408, 77, 18900], [36, 81]],
  ["polyphonic-music/JSB_Chorales.json", "keys", [229, 13807, 76, 4602, 77, 4725], [43, 96]],
  ["polyphonic-music/Piano_midi.json", "keys", [87, 75911, 12, 8540, 25, 19036], [21, 108]],
] as const)("%s is read whole (skipped without the data)", async (path, numbers, counts, notes) => {
  const { train, validation, test } = await readPianoRolls(fileURLToPath(new URL(path, data)), { numbers });
  const parts = [train, validation ?? [], test ?? []];
  expect(
    parts.flatMap((pieces) => [pieces.length, pieces.reduce((sum, piece) => sum + piece.length, 0)]),
  ).toEqual(counts);
  let [lowest, highest] = [127, 0];
  for (const piece of parts.flat())
    for (const note of piece.flat()) [lowest, highest] = [Math.min(lowest, note), Math.max(highest, note)];
  expect([lowest, highest]).toEqual(notes);
});

test.skipIf(!existsSync(data))(
  "both files of chorales are the same music (skipped without the data)",
  async () => {
    const read = (path: string, numbers: "midi" | "keys"): ReturnType<typeof readPianoRolls> =>
      readPianoRolls(fileURLToPath(new URL(path, data)), { numbers });
    const one = await read("jsb-chorales/jsb-chorales-quarter.json", "midi");
    const other = await read("polyphonic-music/JSB_Chorales.json", "keys");
    expect(one).toEqual(other);
  },
);
