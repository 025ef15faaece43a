// The commands of music: what they read, the reports and files that they make, and the flags that they refuse.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import type { Report, UseContext } from "../../../src/tasks/command.ts";
import type { MusicOptions } from "../../../src/tasks/music/design.ts";
import { musicCommand } from "../../../src/tasks/music/flags.ts";
import { midiBytes } from "../../../src/tasks/music/midi-bytes.ts";
import { midiFrames } from "../../../src/tasks/music/midi-frames.ts";
import type { MusicData } from "../../../src/tasks/music/music-data.ts";
import { music, type Composer } from "../../../src/tasks/music/music.ts";
import { train, type TrainOptions } from "../../../src/tasks/train.ts";
import { midiFile, type Event } from "./midi-file.ts";

const device = wasmDevice();
let folder = "";
const at = (name: string): string => join(folder, name);
const written = new Map<string, Uint8Array>();
const said: string[] = [];
const context: UseContext = {
  given: {},
  modelPath: "m.safetensors",
  say: (line) => void said.push(line),
  status: () => {},
  out: async () => {},
  write: async (path, content) => void written.set(path, content as Uint8Array),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-music-"));
});
afterAll(async () => {
  device.dispose();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  written.clear();
  said.length = 0;
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(at(name), content);
  return at(name);
}

type Given = Readonly<Record<string, unknown>>;

async function read(path: string, given: Given = {}, split?: string): Promise<MusicData> {
  const flags = musicCommand.train.flags.parse(given);
  return (await musicCommand.train.read(path, flags, { seed: 1, split }, context)).data as MusicData;
}

async function trained(path: string, given: Given, training: TrainOptions): Promise<Composer> {
  const options = musicCommand.train.options(musicCommand.train.flags.parse(given), given) as MusicOptions;
  const run = train(music({ size: 6, ...options }), await read(path, given), {
    steps: 4,
    device,
    ...training,
  });
  await run.finish();
  return run.latest();
}

const use = (
  which: "evaluate" | "predict",
  model: Composer,
  path: string | undefined,
  given: Given,
): Promise<Report> =>
  musicCommand[which].run(model, path, musicCommand[which].flags.parse(given), { ...context, given });

const piece = (root: number): number[][] =>
  Array.from({ length: 12 }, (_, t) => (t % 2 ? [root, root + 4] : [root + 7]));
const notes = (from: number, count: number): number[][][] =>
  Array.from({ length: count }, (_, i) => [[60 + ((from + i) % 12)], [64]]);

describe("a file with parts of its own", () => {
  let path = "";
  let model: Composer;
  beforeAll(async () => {
    const parts = { train: [60, 62, 64, 65].map(piece), valid: [piece(67), piece(66)], test: [piece(61)] };
    path = await file("pieces.json", JSON.stringify(parts));
    model = await trained(path, {}, {});
  });

  it("is scored as a whole, or in one of its parts", async () => {
    const whole = await use("evaluate", model, path, { part: "all" });
    expect(whole.json[0]).toMatchObject({ frames: 84, pieces: 7 });
    const { json, text } = await use("evaluate", model, path, { part: "test" });
    expect(json).toEqual([{ nats: expect.any(Number), frames: 12, pieces: 1 }]);
    expect(text).toMatch(/^\d+\.\d{3} nats per frame, over 12 frames of 1 pieces$/u);
    const [validation] = (await use("evaluate", model, path, { part: "validation" })).json;
    expect(validation).toMatchObject({ frames: 24, pieces: 2 });
    const both = await use("evaluate", model, path, { part: "test", baseline: true });
    expect(both.json.map((row) => (row as { model: string }).model)).toEqual([
      "this model",
      "key frequencies",
      "key Markov chains",
    ]);
    expect(both.json[0]).toEqual({ model: "this model", ...json[0] });
    expect(both.text).toMatch(
      /^model +nats per frame\nthis model +\d+\.\d{3}\nkey frequencies +\d+\.\d{3}\nkey Markov chains +\d+\.\d{3}\nover 12 frames/u,
    );
    await expect(use("evaluate", model, path, { part: "train", baseline: true })).rejects.toThrow(
      "--baseline learns from the training part; give --part validation or --part test",
    );
  });

  it("has no part that it lacks", async () => {
    const few = await file("few.json", JSON.stringify({ train: [piece(60)], valid: [piece(61)] }));
    await expect(use("evaluate", model, few, { part: "test" })).rejects.toThrow(
      "--part test: training had no such part; choose another",
    );
    expect((await use("evaluate", model, few, {})).json[0]).toMatchObject({ pieces: 2, frames: 24 });
  });

  it("gives pieces that go on from its first, as MIDI files", async () => {
    const midi = at("new.mid");
    const given = { midi, beginning: "4", length: "20", tempo: "90", seed: "3" };
    const { json, text } = await use("predict", model, path, given);
    const [{ frames }] = json as [{ frames: number[][] }];
    expect(json).toEqual([{ midi, frames }]);
    expect(frames.slice(0, 4)).toEqual(piece(60).slice(0, 4));
    expect(frames).toHaveLength(20);
    expect(text).toBe(`20 frames written to ${midi}`);
    expect(written.get(midi)).toEqual(midiBytes(frames, { name: midi, tempo: 90 }));
    expect(midiFrames(written.get(midi)!, midi).frames).toEqual(frames);
  });

  it("is refused as a beginning without a length, or with too much of one", async () => {
    await expect(use("predict", model, undefined, { beginning: "4" })).rejects.toThrow(
      "--beginning needs a piece to begin with; name a MIDI or JSON file",
    );
    await expect(use("predict", model, path, {})).rejects.toThrow(
      `${path}: give the number of frames to begin with, such as --beginning 16, or leave the file out`,
    );
    await expect(use("predict", model, path, { beginning: "13" })).rejects.toThrow(
      `--beginning 13: the first piece of ${path} has 12 frames; give fewer`,
    );
    expect(written.size).toBe(0);
  });

  it("is not written over: the flag names MIDI files", async () => {
    await use("predict", model, undefined, { length: "2" });
    expect([...written.keys()]).toEqual(["piece.mid"]);
    expect(() => musicCommand.predict.flags.parse({ midi: path })).toThrow("--midi must name a .mid file");
  });
});

describe("a file without parts", () => {
  it("is scored as a whole, or in the parts of the training", async () => {
    const rolls = await file("rolls.json", JSON.stringify({ train: notes(0, 20) }));
    const model = await trained(rolls, {}, { split: "0.7/0.1/0.2" });
    const pieces = async (given: Given): Promise<unknown> =>
      ((await use("evaluate", model, rolls, given)).json[0] as { pieces: number }).pieces;
    expect(await pieces({ part: "all" })).toBe(20);
    expect(await pieces({})).toBe(4);
    expect(await pieces({ part: "test" })).toBe(4);
    expect(await pieces({ part: "train" })).toBe(14);
    expect(await pieces({ part: "test", baseline: true })).toBe(4);
    const other = await file("other.json", JSON.stringify({ train: notes(1, 20) }));
    await expect(use("evaluate", model, other, { part: "test" })).rejects.toThrow(
      "these are not the data that the model was trained on",
    );
    await use("evaluate", model, other, {});
    expect(await read(rolls)).toEqual({ train: notes(0, 20) });
  });

  it("may be a folder of MIDI files, at the model's resolution", async () => {
    await mkdir(at("midi"));
    for (const i of [0, 1, 2, 3]) await file(`midi/${i}.mid`, midiBytes(piece(60 + i), { resolution: 2 }));
    const given = { resolution: "2", lowest: "40", keys: "50", skipFirst: true };
    const model = await trained(at("midi"), given, { split: 0.5 });
    expect([model.range, model.resolution]).toEqual([{ lowest: 40, highest: 89 }, 2]);
    const { json } = await use("evaluate", model, at("midi"), { part: "all" });
    expect(json[0]).toMatchObject({ frames: 44, pieces: 4 });
    const compared = { part: "validation", baseline: true };
    expect((await use("evaluate", model, at("midi"), compared)).json).toHaveLength(3);
    await use("predict", model, at("midi/1.mid"), { beginning: "12", length: "12" });
    expect(written.get("piece.mid")).toEqual(midiBytes(piece(61), { resolution: 2, name: "piece.mid" }));
  });

  it("has numbers that are told: MIDI notes, or keys from the lowest", async () => {
    const keys = await file("keys.json", JSON.stringify({ train: [[[0, 10]], [[0]]] }));
    expect(await read(keys, { numbers: "keys", lowest: "30" })).toEqual({ train: [[[30, 40]], [[30]]] });
    await expect(read(keys)).rejects.toThrow(`read it with numbers "keys" (--numbers keys)`);
    const midi = await file("a.mid", midiBytes([[60]]));
    await expect(read(midi, { numbers: "keys" })).rejects.toThrow("(--numbers midi)");
    await expect(read(keys, { lowest: "61", keys: "90" })).rejects.toThrow("the lower first, not 61 to 150");
    await expect(read(await file("not.mid", "MThd"))).rejects.toThrow("not.mid: the MIDI header must have 6");
  });

  it("of one piece is read only to train on all of it", async () => {
    const one = await file("one.mid", midiBytes([[60], [62]]));
    for (const split of [undefined, "0.5", "0.8/0.1/0.1"]) {
      await expect(read(one, {}, split)).rejects.toThrow(
        `${one}: there is one piece, and none to validate on; give --split 1 to train on it without validation, or more pieces`,
      );
    }
    expect(await read(one, {}, "1.0")).toEqual({ train: [[[60], [62]]] });
  });

  it("is read with a word on the notes of MIDI files that no frame holds", async () => {
    const [on, off] = [0x90, 0x80];
    await mkdir(at("short"));
    const piece = (name: string, events: readonly Event[]): Promise<string> =>
      file(`short/${name}.mid`, midiFile([events]));
    const kept: Event[] = [
      [0, on, 60, 80],
      [480, off, 60, 0],
    ];
    await piece("a", [...kept, ...kept]);
    await read(at("short"), {}, "1");
    expect(said).toEqual([]);
    await piece("b", [...kept, [0, on, 61, 80], [60, off, 61, 0]]);
    await piece("c", [
      ...kept,
      [0, on, 61, 80],
      [110, off, 61, 0],
      [0, on, 62, 80],
      [0, off, 62, 0],
      [0, on, 63, 80],
    ]);
    await read(at("short"), {}, "1");
    expect(said).toEqual([
      `${at("short")}: 4 of 8 notes left out: 2 shorter than a frame (--resolution 4 keeps them), 1 of no length, 1 without an end`,
    ]);
    await read(at("short"), { resolution: "4" }, "1");
    expect(said.at(-1)).toBe(`${at("short")}: 2 of 8 notes left out: 1 of no length, 1 without an end`);
  });

  it("is refused once for all MIDI files of which no note is left", async () => {
    await mkdir(at("staccato"));
    const short = (ticks: number): Uint8Array =>
      midiFile([
        [
          [0, 0x90, 60, 80],
          [ticks, 0x80, 60, 0],
        ],
      ]);
    for (const [name, ticks] of [
      ["a", 480],
      ["b", 100],
      ["c", 60],
    ] as const)
      await file(`staccato/${name}.mid`, short(ticks));
    await expect(read(at("staccato"), {}, "1")).rejects.toThrow(
      `${at("staccato/b.mid")} and 1 more: all notes are shorter than a frame; raise the resolution, as to 4 frames per quarter note (--resolution)`,
    );
    expect(await read(at("staccato"), { resolution: "4" }, "1")).toEqual({
      train: [[[60], [60], [60], [60]], [[60]], [[60]]],
    });
  });
});
