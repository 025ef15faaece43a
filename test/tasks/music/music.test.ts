// Music as programs use it: from pieces to a model, its scores beside the baselines, new pieces, and its file.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel, openModel, saveModel } from "../../../src/checkpoint/model-files.ts";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import { fitKeyMarginals, fitKeyMarkov, keyNats } from "../../../src/tasks/music/key-marginals.ts";
import { midiBytes } from "../../../src/tasks/music/midi-bytes.ts";
import { midiFrames } from "../../../src/tasks/music/midi-frames.ts";
import { music, type Composer } from "../../../src/tasks/music/music.ts";
import { readPianoRolls } from "../../../src/tasks/music/piano-roll-files.ts";
import { tag } from "../../../src/tasks/tag/tag.ts";
import { train } from "../../../src/tasks/train.ts";

const device = wasmDevice();
afterAll(() => device.dispose());

const chords = [
  [48, 52, 55],
  [53, 57, 60],
  [55, 59, 62],
  [48, 52, 55],
];
const melody = [72, 74, 76, 77, 79, 77, 76, 74];
/** Chords in a round, two frames each, with a melody on top. */
const pieces = Array.from({ length: 24 }, (_, p) =>
  Array.from({ length: 20 }, (_, t) => [
    ...(chords[Math.floor((t + p) / 2) % 4] as number[]),
    melody[(t + 3 * p) % 8] as number,
  ]),
);
const range = { lowest: 48, highest: 79 };
const options = { cell: "gru", size: 32, range, resolution: 2 };
const training = { rate: 0.02, epochs: 100, device };

describe("a model of music", () => {
  let folder = "";
  let model: Composer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "unrolled-music-"));
    const run = train(music(options), pieces, { ...training, split: [0.75, 0.125, 0.125] });
    for await (const event of run) if (event.kind === "validation") expect(event.loss).toBeGreaterThan(0);
    model = await run.best();
    run.dispose();
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("is scored in nats per frame, beside what single keys tell", async () => {
    const score = await model.score("test");
    expect(score).toMatchObject({ frames: 60, pieces: 3 });
    const [learned, held] = [pieces.slice(0, 18), pieces.slice(21)];
    const nats = [fitKeyMarginals(learned, range), fitKeyMarkov(learned, range)].map(
      (baseline) => keyNats(baseline, held).natsPerFrame,
    );
    expect(score.baselines).toEqual([
      { name: "key frequencies", nats: nats[0] },
      { name: "key Markov chains", nats: nats[1] },
    ]);
    expect(score.nats).toBeLessThan(Math.min(...nats) - 5);
    expect((await model.score("train")).baselines).toBeUndefined();
    expect((await model.score(held)).nats).toBe(score.nats);
    expect((await model.score(held, { baseline: learned })).baselines).toEqual(score.baselines);
  });

  test("composes the same piece for a seed, from silence or from a beginning", async () => {
    const piece = await model.compose({ length: 24, seed: 2 });
    expect(piece).toHaveLength(24);
    expect(piece.flat().every((note) => note >= 48 && note <= 79)).toBe(true);
    expect(await model.compose({ length: 24, seed: 2 })).toEqual(piece);
    expect(await model.compose({ length: 24, seed: 3 })).not.toEqual(piece);
    expect(await model.compose()).toHaveLength(64);
    const known = pieces[22]!;
    const continued = await model.compose({ length: 20, beginning: known.slice(0, 12), temperature: 0 });
    expect(continued.slice(0, 12)).toEqual(known.slice(0, 12));
    const right = continued.filter((frame, t) => frame.join() === known[t]!.toSorted((a, b) => a - b).join());
    expect(right.length).toBeGreaterThanOrEqual(18);
    expect(await model.compose({ length: 2, beginning: known })).toEqual(known.slice(0, 2));
    await expect(model.compose({ length: 0 })).rejects.toThrow("length must be a whole number of frames");
    await expect(model.compose({ temperature: -1 })).rejects.toThrow(
      "temperature must be a number, 0 or more",
    );
    await expect(model.compose({ beginning: [[48], [80]] })).rejects.toThrow(
      "beginning, frame 1: a note must be a whole number from 48 to 79, not 80",
    );
  });

  test("writes MIDI in its resolution, and says how to read for it", async () => {
    const bytes = model.midi(pieces[0]!, { tempo: 90 });
    expect(bytes).toEqual(midiBytes(pieces[0]!, { tempo: 90, resolution: 2 }));
    expect(midiFrames(bytes, "a.mid", { resolution: 2 }).frames).toHaveLength(20);
    const path = join(folder, "a.mid");
    await writeFile(path, bytes);
    const { train: read } = await readPianoRolls(path, model);
    expect(read).toEqual([pieces[0]!.map((frame) => frame.toSorted((a, b) => a - b))]);
    expect((await model.score(read)).frames).toBe(20);
  });

  test("is the same from its file, where parts are found again in the same pieces", async () => {
    const path = join(folder, "music.safetensors");
    await saveModel(path, model);
    const later = await loadModel(path, music, { device });
    expect([later.range, later.resolution]).toEqual([range, 2]);
    const parts = await later.parts(pieces);
    expect([parts.train.length, parts.validation?.length, parts.test?.length]).toEqual([18, 3, 3]);
    const score = await later.score(parts.test!, { baseline: parts.train });
    expect(score).toEqual(await model.score("test"));
    expect(await later.compose({ length: 9 })).toEqual(await model.compose({ length: 9 }));
    await expect(later.score("test")).rejects.toThrow(
      "a loaded model holds no data, so it has no part 'test'",
    );
    await expect(later.parts(pieces.slice(1))).rejects.toThrow(
      "these are not the data that the model was trained on",
    );
    await expect(loadModel(path, tag, { device })).rejects.toThrow(
      "is a model of the task 'music', not 'tag'",
    );
    expect((await openModel(path, { device })).kind).toBe("music");
    later.dispose();
    await expect(later.compose()).rejects.toThrow("this model has been disposed");
  });
});

describe("pieces in parts of their own", () => {
  const parts = {
    train: pieces.slice(0, 6),
    validation: pieces.slice(6, 8),
    test: pieces.slice(8, 11),
  };
  const trained = async (more: object = {}): Promise<Composer> => {
    const run = train(music({ ...options, size: 8, ...more }), parts, { ...training, epochs: 2 });
    await run.finish();
    return run.best();
  };

  test("are trained on and scored as they are", async () => {
    const model = await trained();
    const score = await model.score("test");
    expect([score.pieces, (await model.score("validation")).pieces]).toEqual([3, 2]);
    expect(await model.score(parts)).toEqual(score);
    expect((await model.score({ train: parts.train, validation: parts.validation })).pieces).toBe(2);
    expect(await model.parts(parts)).toEqual({
      train: sorted(parts.train),
      validation: sorted(parts.validation),
      test: sorted(parts.test),
    });
    await expect(model.parts({ ...parts, train: parts.test })).rejects.toThrow("these are not the data");
    model.dispose();
  });

  test("cannot be split anew", async () => {
    const run = train(music(options), parts, { ...training, split: 0.8 });
    await expect(run.prepare()).rejects.toThrow(
      "split: the pieces are in parts already, so 0.8 would do nothing; leave it out, or give 1 for no validation",
    );
    const unvalidated = await train(music(options), parts, { ...training, split: 1 }).prepare();
    expect(unvalidated.lines.join(" ")).toContain("validate on nothing");
  });

  test("may be taken with known first frames, which neither model nor baselines predict", async () => {
    const model = await trained({ predictsFirst: false });
    const { frames, baselines } = await model.score("test");
    expect(frames).toBe(57);
    const { natsPerFrame } = keyNats(fitKeyMarkov(parts.train, range), parts.test, { skipFirst: true });
    expect(baselines?.[1]?.nats).toBe(natsPerFrame);
    expect(await model.compose({ length: 5 })).toHaveLength(5);
    model.dispose();
  });

  const sorted = (part: number[][][]): number[][][] =>
    part.map((piece) => piece.map((frame) => frame.toSorted((a, b) => a - b)));
});

test("a model of version 0.1.0 opens and scores as it did", async () => {
  const path = fileURLToPath(new URL("../../goldens/models/music.safetensors", import.meta.url));
  const model = await loadModel(path, music, { device });
  expect([model.range, model.resolution]).toEqual([{ lowest: 21, highest: 108 }, 1]);
  const { nats, ...counts } = await model.score([
    Array.from({ length: 12 }, (_, t) => (t % 2 ? [61, 65] : [68])),
  ]);
  expect(nats).toBeCloseTo(60.631709726829634, 3);
  expect(counts).toEqual({ frames: 12, pieces: 1 });
  model.dispose();
});

describe("bad input", () => {
  const notes = (...frames: number[]): number[][] => frames.map((note) => [note]);
  test.each<[number[][][], number, string]>([
    [[notes(48), notes(50, 47)], 1, "piece 1, frame 1: a note must be a whole number from 48 to 79, not 47"],
    [[notes(48), []], 1, "piece 1 has no frames; leave it out"],
    [[], 1, "pieces: there are none; give one or more"],
    [[notes(48), notes(50)], 0.4, "split: a share of 0.4 of 2 pieces has none; raise it or add pieces"],
    [[notes(48, 50), notes(50)], 1, "piece 1: expected 2 frames or more, got 1; leave it out"],
  ])("%j with the split %d is refused when the run is prepared", async (data, split, message) => {
    const run = train(music({ ...options, predictsFirst: false }), data, { device, split });
    await expect(run.prepare()).rejects.toThrow(message);
  });

  test("options are refused at once", () => {
    expect(() => music({ range: { lowest: 80, highest: 60 } })).toThrow("the lower first, not 80 to 60");
    expect(() => music({ resolution: 0 })).toThrow("frames per quarter note, from 1 to 480, not 0");
    expect(() => music({ cell: "gruu" })).toThrow("did you mean");
  });

  test("a damaged file is refused, by field", () => {
    const spec = { kind: "music", lowest: 21, keys: 88, resolution: 1, predictsFirst: true };
    expect(music.check(spec)).toEqual(spec);
    expect(() => music.check({ ...spec, lowest: 128 })).toThrow("task, lowest: ");
    expect(() => music.check({ ...spec, keys: 0 })).toThrow("task, keys: ");
  });
});
