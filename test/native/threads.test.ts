// Any number of threads gives the same bits, and a row's results do not depend on the rows beside it.
import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { nativeDevice } from "../../src/run/native/device.ts";
import { instructionSets } from "./instruction-sets.ts";
import { prepare, train, trainingCases, writeBatch, type TrainingCase } from "./training.ts";

const updates = 100;

test.each(trainingCases)("$name: 1, 2, 3 and 5 threads, 100 updates, the same bits", async (given) => {
  const alone = await train(nativeDevice({ threads: 1 }), given, updates);
  expect(alone.losses.every(Number.isFinite)).toBe(true);
  // It does learn something, so the bits are those of a living network.
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(alone.losses.slice(-20))).toBeLessThan(0.9 * mean(alone.losses.slice(0, 5)));
  for (const threads of [2, 3, 5]) {
    const together = await train(nativeDevice({ threads }), given, updates);
    expect(together.losses, `${threads} threads`).toEqual(alone.losses);
    expect(together.weights, `${threads} threads`).toEqual(alone.weights);
  }
});

const tasks = "/proc/self/task";
test.skipIf(!existsSync(tasks)).each(trainingCases)("$name is divided among threads", async (given) => {
  const device = nativeDevice({ threads: 5 });
  const { program } = await prepare(device, given);
  const count = (): number => readdirSync(tasks).length;
  const before = count();
  program.run("train", writeBatch(program, given, 1));
  await program.read("loss", new Float32Array(1));
  expect(count()).toBe(before + 4);
});

/** What the first rows come to in a run of so many rows, in one plan. */
async function firstRows(given: TrainingCase, rows: number, threads: number): Promise<Float32Array> {
  const { program } = await prepare(nativeDevice({ threads }), given);
  const { steps } = given;
  const kept = 3;
  // Token by token: the same symbols for the same row and step.
  const symbols = Int32Array.from({ length: rows * steps }, (_, i) => {
    const [t, row] = [Math.floor(i / rows), i % rows];
    return (7 * t + 5 * row + t * row) % 19;
  });
  program.write("symbols", symbols);
  program.write("resets", new Float32Array(rows * steps));
  program.run("forward", { rows, steps });
  const width = given.size;
  const states = await program.read("final.layer1.h", new Float32Array(kept * width));
  const all = await program.read("output.readout", new Float32Array(rows * steps * 19));
  const outputs = Array.from({ length: steps }, (_, t) => [
    ...all.subarray(t * rows * 19, (t * rows + kept) * 19),
  ]);
  return Float32Array.from([...states, ...outputs.flat()]);
}

test.each(["lstm", "gru-reset-before"])("%s: a row is the same in any batch", async (cell) => {
  for (const capacity of [64, 17]) {
    const given: TrainingCase = { name: cell, cell, rows: capacity, steps: 6, size: 33 };
    const expected = await firstRows(given, 3, 1);
    expect(expected.some((v) => v !== 0)).toBe(true);
    for (const rows of [4, 7, 16, 17]) {
      for (const threads of [1, 3]) {
        expect(await firstRows(given, rows, threads), `${rows} rows, ${threads} threads`).toEqual(expected);
      }
    }
  }
});

test("every instruction set of this processor learns the same but for rounding", async () => {
  const given = trainingCases[3] as TrainingCase;
  const all = await Promise.all(
    instructionSets.map((i) => train(nativeDevice({ instructions: i }), given, 10)),
  );
  const [first, ...others] = all.map(({ losses }) => losses);
  for (const losses of others) losses.forEach((loss, i) => expect(loss).toBeCloseTo(first?.[i] as number, 4));
});
