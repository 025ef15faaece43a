// What holds of every synthetic task.
import { describe, expect, it } from "vitest";
import { syntheticTaskNamed, syntheticTasks } from "../../src/synthetic/index.ts";
import { longLag2a, longLag2b } from "../../src/synthetic/long-lag.ts";
import { copySelective } from "../../src/synthetic/copy-memory.ts";
import { temporalXor } from "../../src/synthetic/parity.ts";
import { continualEmbeddedReber } from "../../src/synthetic/reber.ts";
import type { SyntheticExample, SyntheticTask } from "../../src/synthetic/problem.ts";
import { constantLoss, examplesOf, measured } from "./constant-loss.ts";

const widthOf = ({ head }: SyntheticTask): number => (head.kind === "classes" ? head.classes : head.width);

/** What a head would say that is sure of the targets. */
function perfect(task: SyntheticTask, { steps, targets, noiseless }: SyntheticExample): Float64Array {
  const width = widthOf(task);
  const outputs = new Float64Array(steps * width);
  for (let i = 0; i < outputs.length; i++) {
    if (task.head.kind === "classes") outputs[i] = targets[Math.floor(i / width)] === i % width ? 9 : -9;
    else if (task.head.kind === "sigmoids") outputs[i] = targets[i] === 1 ? 9 : -9;
    else outputs[i] = (noiseless ?? targets)[i]!;
  }
  return outputs;
}

describe.each(syntheticTasks.map((task) => [task.name, task] as const))("%s", (_, task) => {
  it("gives the same example for the same seed and index, and others for others", () => {
    const example = task.example(3, 11);
    expect(task.example(3, 11)).toEqual(example);
    expect(examplesOf(task, 12, 3)[11]).toEqual(example);
    const shown = [3, 4].flatMap((seed) => examplesOf(task, 40, seed)).map((e) => JSON.stringify(e));
    expect(new Set(shown).size).toBeGreaterThan(1);
    expect(shown.slice(0, 40)).not.toEqual(shown.slice(40));
  });

  it("fits its input and its head", () => {
    for (const { steps, inputs, targets, weights, noiseless } of examplesOf(task, 50)) {
      expect(steps).toBeGreaterThan(0);
      expect(inputs.x.length).toBe(steps * (task.input.kind === "index" ? 1 : task.input.width));
      expect(targets.length).toBe(steps * (task.head.kind === "classes" ? 1 : task.head.width));
      if (weights) expect(weights.length).toBe(steps);
      if (noiseless) expect(noiseless.length).toBe(targets.length);
      expect([...Array.from(inputs.x), ...Array.from(targets)].every(Number.isFinite)).toBe(true);
      if (task.input.kind === "index")
        expect(Math.max(...Array.from(inputs.x))).toBeLessThan(task.input.width);
      if (task.head.kind === "classes")
        expect(Math.max(...Array.from(targets))).toBeLessThan(task.head.classes);
      if (task.head.kind === "sigmoids")
        expect(Array.from(targets).every((t) => t === 0 || t === 1)).toBe(true);
    }
  });

  it("tells outputs that are right from outputs that are not", () => {
    // Their targets are one of several legal symbols.
    const isOneOfSeveral = task.name.endsWith("reber");
    const wrong = (value: number): number => (task.head.kind === "squared-error" ? value + 1 : -value);
    for (const example of examplesOf(task, 20)) {
      const outputs = perfect(task, example);
      if (!isOneOfSeveral) expect(task.isSolved(example, outputs)).toBe(true);
      expect(task.isSolved(example, outputs.map(wrong))).toBe(false);
      expect(
        task.isSolved(
          example,
          outputs.map(() => NaN),
        ),
      ).toBe(false);
      expect(() => task.isSolved(example, outputs.subarray(1))).toThrow(`not ${outputs.length - 1}`);
    }
  });

  it("refuses seeds and indices that are no whole numbers", () => {
    expect(() => task.example(0.5, 0)).toThrow("the seed must be a whole number, not 0.5");
    expect(() => task.example(1, -1)).toThrow("the index must be a whole number from 0 to 2^32 - 1, not -1");
  });
});

it("finds tasks by name, and says which there are", () => {
  expect(syntheticTaskNamed("adding").name).toBe("adding");
  expect(() => syntheticTaskNamed("addin")).toThrow(
    "there is no synthetic task 'addin'; did you mean 'adding'?",
  );
  expect(new Set(syntheticTasks.map((task) => task.name)).size).toBe(syntheticTasks.length);
});

it("measures a ratio with its standard error", () => {
  // Losses 1, 3 of 2 steps each: 4/4 = 1; deviations 1 - 2, 3 - 2: √2 / 4.
  expect(
    measured([
      [1, 2],
      [3, 2],
    ]),
  ).toEqual({ loss: 1, standardError: Math.SQRT2 / 4 });
});

/** In place of those with long examples or many classes: the formulas are the same. */
const smaller: readonly SyntheticTask[] = [
  longLag2a({ lag: 7 }),
  longLag2b({ lag: 7 }),
  continualEmbeddedReber({ strings: 4 }),
  temporalXor({ length: 30 }),
  copySelective({ length: 20 }),
];

/** Their predictor that remembers nothing knows which steps are blank; see their own tests. */
const notConstant = ["copy-memory", "copy-variable"];

describe("chance", () => {
  const tasks = syntheticTasks
    .filter(({ name }) => !notConstant.includes(name))
    .map((task) => smaller.find(({ name }) => name === task.name) ?? task);

  it.each(tasks.map((task) => [task.name, task] as const))("%s", (name, task) => {
    const { loss, standardError } = constantLoss(
      task,
      examplesOf(task, name === "mackey-glass" ? 1000 : 20_000),
    );
    expect(Math.abs(loss - task.chance.loss)).toBeLessThan(3 * standardError + 1e-12);
  });
});
