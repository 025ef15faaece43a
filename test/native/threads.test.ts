// Any number of threads gives the same bits, and a row's results do not depend on the other rows.
import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { nativeDevice } from "../../src/run/native/device.ts";
import { instructionSets } from "./instruction-sets.ts";
import { prepare, train, trainingCases, writeBatch, type TrainingCase } from "./training.ts";

const updates = 100;

test.each(trainingCases)("$name: 1, 2, 3 and 5 threads, 100 updates, the same bits", async (trainingCase) => {
  const alone = await train(nativeDevice({ threads: 1 }), trainingCase, updates);
  expect(alone.losses.every(Number.isFinite)).toBe(true);
  // The network learns, so the bits are not those of a dead one.
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(alone.losses.slice(-20))).toBeLessThan(0.9 * mean(alone.losses.slice(0, 5)));
  for (const threads of [2, 3, 5]) {
    const together = await train(nativeDevice({ threads }), trainingCase, updates);
    expect(together.losses, `${threads} threads`).toEqual(alone.losses);
    expect(together.weights, `${threads} threads`).toEqual(alone.weights);
  }
});

const tasks = "/proc/self/task";
test.skipIf(!existsSync(tasks)).each(trainingCases)(
  "$name is divided among threads",
  async (trainingCase) => {
    const device = nativeDevice({ threads: 5 });
    const { program } = await prepare(device, trainingCase);
    const count = (): number => readdirSync(tasks).length;
    const before = count();
    program.run("train", writeBatch(program, trainingCase, 1));
    await program.read("loss", new Float32Array(1));
    expect(count()).toBe(before + 4);
  },
);

/** The final states and outputs of the first three rows in a run of `rows` rows. */
async function firstRows(trainingCase: TrainingCase, rows: number, threads: number): Promise<Float32Array> {
  const { program } = await prepare(nativeDevice({ threads }), trainingCase);
  const { steps, size: width } = trainingCase;
  const kept = 3;
  // A row and step always get the same symbol.
  const symbols = Int32Array.from({ length: rows * steps }, (_, i) => {
    const [t, row] = [Math.floor(i / rows), i % rows];
    return (7 * t + 5 * row + t * row) % 19;
  });
  program.write("symbols", symbols);
  program.write("resets", new Float32Array(rows * steps));
  program.run("forward", { rows, steps });
  const states = await program.read("final.layer1.h", new Float32Array(kept * width));
  const all = await program.read("output.readout", new Float32Array(rows * steps * 19));
  const outputs = Array.from({ length: steps }, (_, t) => [
    ...all.subarray(t * rows * 19, (t * rows + kept) * 19),
  ]);
  return Float32Array.from([...states, ...outputs.flat()]);
}

test.each(["lstm", "gru-reset-before"])("%s: a row is the same in any batch", async (cell) => {
  for (const capacity of [64, 17]) {
    const trainingCase: TrainingCase = { name: cell, cell, rows: capacity, steps: 6, size: 33 };
    const expected = await firstRows(trainingCase, 3, 1);
    expect(expected.some((v) => v !== 0)).toBe(true);
    for (const rows of [4, 7, 16, 17]) {
      for (const threads of [1, 3]) {
        expect(await firstRows(trainingCase, rows, threads), `${rows} rows, ${threads} threads`).toEqual(
          expected,
        );
      }
    }
  }
});

test("every instruction set of this processor learns the same up to rounding", async () => {
  const trainingCase = trainingCases[3] as TrainingCase;
  const all = await Promise.all(
    instructionSets.map((i) => train(nativeDevice({ instructions: i }), trainingCase, 10)),
  );
  const [first, ...others] = all.map(({ losses }) => losses);
  for (const losses of others) losses.forEach((loss, i) => expect(loss).toBeCloseTo(first?.[i] as number, 4));
});
