// Asynchronous work: long runs leave the event loop free, calls keep their order, errors come with the next read.
import { expect, test } from "vitest";
import { nativeDevice } from "../../src/run/native/device.ts";
import { prepare, writeBatch, type TrainingCase } from "./training.ts";

/** Tens of milliseconds on any processor. */
const long: TrainingCase = { name: "long", cell: "lstm", rows: 32, steps: 50, size: 256 };
const extent = { rows: 32, steps: 50 };
const tokens = 32 * 50;
const loss = (): Float32Array => new Float32Array(1);

test("timers fire during a long run", async () => {
  const { program } = await prepare(nativeDevice({ threads: 1 }), long);
  writeBatch(program, long, 1);
  let [fired, isDone] = [0, false];
  const timer = setInterval(() => (fired += isDone ? 0 : 1), 1);
  for (let i = 0; i < 4; i++) program.run("train", extent);
  await program.read("loss", loss());
  isDone = true;
  clearInterval(timer);
  expect(fired).toBeGreaterThan(2);
});

test("writes and reads keep their order among the runs", async () => {
  const results = [];
  for (const waits of [true, false]) {
    const { program, store } = await prepare(nativeDevice({ threads: 2 }), long);
    const reads: Promise<Float32Array>[] = [];
    for (let step = 1; step <= 3; step++) {
      const extentOfStep = writeBatch(program, long, step);
      program.run("train", extentOfStep);
      const read = program.read("loss", loss());
      reads.push(read);
      if (waits) await read;
    }
    const scaled = (await store.read()).map((w) => 0.5 * w);
    store.write(scaled);
    program.run("forward", extent);
    // The caller may change its array afterwards.
    scaled.fill(NaN);
    reads.push(program.read("loss", loss()));
    results.push((await Promise.all(reads)).map(([value]) => value));
  }
  expect(results[0]?.every((v) => Number.isFinite(v))).toBe(true);
  expect(results[1]).toEqual(results[0]);
});

test("a symbol out of range rejects the next read only, and changes no weight", async () => {
  for (const trainingCase of [long, { ...long, rows: 2, steps: 3, size: 5 }]) {
    const { program, store } = await prepare(nativeDevice({ threads: 2 }), trainingCase);
    const extentOfCase = { rows: trainingCase.rows, steps: trainingCase.steps };
    for (const name of ["symbols", "targets"]) {
      writeBatch(program, trainingCase, 1);
      const before = await store.read();
      program.write(name, new Int32Array(trainingCase.rows * trainingCase.steps).fill(19));
      program.run("train", extentOfCase);
      await expect(program.read("loss", loss())).rejects.toThrow("native: an index is out of range");
      expect(await program.read("status", loss())).toEqual(Float32Array.of(1));
      expect(await store.read()).toEqual(before);
      writeBatch(program, trainingCase, 1);
      program.run("train", extentOfCase);
      expect((await program.read("loss", loss()))[0]).toBeGreaterThan(0);
      expect(await store.read()).not.toEqual(before);
    }
  }
});

test("parameters written by the name of their buffer are used by the next run", async () => {
  const { program, store } = await prepare(nativeDevice({ threads: 1 }), long);
  const symbols = Int32Array.from({ length: tokens }, (_, i) => i % 19);
  program.write("symbols", symbols);
  program.run("forward", extent);
  const before = await program.read("output.readout", new Float32Array(19));
  program.write(
    "parameters",
    (await store.read()).map((w) => 2 * w),
  );
  program.run("forward", extent);
  expect(await program.read("output.readout", new Float32Array(19))).not.toEqual(before);
});

test("two devices work at once", async () => {
  const both = await Promise.all([1, 2].map((threads) => prepare(nativeDevice({ threads }), long)));
  for (const { program } of both) {
    writeBatch(program, long, 1);
    for (let i = 0; i < 3; i++) program.run("train", extent);
  }
  const [first, second] = await Promise.all(both.map(({ store }) => store.read()));
  expect(second).toEqual(first);
});
