// Properties of every synthetic problem.
import { describe, expect, it } from "vitest";
import { syntheticProblemNamed, syntheticProblems } from "../../src/synthetic/index.ts";
import { longLag2a, longLag2b } from "../../src/synthetic/long-lag.ts";
import { copySelective } from "../../src/synthetic/copy-memory.ts";
import { temporalXor } from "../../src/synthetic/parity.ts";
import { continualEmbeddedReber } from "../../src/synthetic/reber.ts";
import type { SyntheticExample, SyntheticProblem } from "../../src/synthetic/problem.ts";
import { constantLoss, examplesOf, measured } from "./constant-loss.ts";

const widthOf = ({ head }: SyntheticProblem): number => (head.kind === "classes" ? head.classes : head.width);

/** Outputs of a head that predicts the targets with confidence. */
function perfect(problem: SyntheticProblem, { steps, targets, noiseless }: SyntheticExample): Float64Array {
  const width = widthOf(problem);
  const outputs = new Float64Array(steps * width);
  for (let i = 0; i < outputs.length; i++) {
    if (problem.head.kind === "classes") outputs[i] = targets[Math.floor(i / width)] === i % width ? 9 : -9;
    else if (problem.head.kind === "sigmoids") outputs[i] = targets[i] === 1 ? 9 : -9;
    else outputs[i] = (noiseless ?? targets)[i]!;
  }
  return outputs;
}

describe.each(syntheticProblems.map((problem) => [problem.name, problem] as const))("%s", (_, problem) => {
  it("gives the same example for the same seed and index, and others for others", () => {
    const example = problem.example(3, 11);
    expect(problem.example(3, 11)).toEqual(example);
    expect(examplesOf(problem, 12, 3)[11]).toEqual(example);
    const shown = [3, 4].flatMap((seed) => examplesOf(problem, 40, seed)).map((e) => JSON.stringify(e));
    expect(new Set(shown).size).toBeGreaterThan(1);
    expect(shown.slice(0, 40)).not.toEqual(shown.slice(40));
  });

  it("fits its input and its head", () => {
    for (const { steps, inputs, targets, weights, noiseless } of examplesOf(problem, 50)) {
      expect(steps).toBeGreaterThan(0);
      expect(inputs.x.length).toBe(steps * (problem.input.kind === "index" ? 1 : problem.input.width));
      expect(targets.length).toBe(steps * (problem.head.kind === "classes" ? 1 : problem.head.width));
      if (weights) expect(weights.length).toBe(steps);
      if (noiseless) expect(noiseless.length).toBe(targets.length);
      expect([...Array.from(inputs.x), ...Array.from(targets)].every(Number.isFinite)).toBe(true);
      if (problem.input.kind === "index")
        expect(Math.max(...Array.from(inputs.x))).toBeLessThan(problem.input.width);
      if (problem.head.kind === "classes")
        expect(Math.max(...Array.from(targets))).toBeLessThan(problem.head.classes);
      if (problem.head.kind === "sigmoids")
        expect(Array.from(targets).every((t) => t === 0 || t === 1)).toBe(true);
    }
  });

  it("distinguishes right outputs from wrong ones", () => {
    // The target is one of several legal symbols.
    const isOneOfSeveral = problem.name.endsWith("reber");
    const wrong = (value: number): number => (problem.head.kind === "squared-error" ? value + 1 : -value);
    for (const example of examplesOf(problem, 20)) {
      const outputs = perfect(problem, example);
      if (!isOneOfSeveral) expect(problem.isSolved(example, outputs)).toBe(true);
      expect(problem.isSolved(example, outputs.map(wrong))).toBe(false);
      expect(
        problem.isSolved(
          example,
          outputs.map(() => NaN),
        ),
      ).toBe(false);
      expect(() => problem.isSolved(example, outputs.subarray(1))).toThrow(`got ${outputs.length - 1}`);
    }
  });

  it("rejects seeds and indices that are not whole numbers", () => {
    expect(() => problem.example(0.5, 0)).toThrow("the seed must be a whole number, got 0.5");
    expect(() => problem.example(1, -1)).toThrow(
      "the index must be a whole number from 0 to 2^32 - 1, got -1",
    );
  });
});

it("finds problems by name, and lists the names", () => {
  expect(syntheticProblemNamed("adding").name).toBe("adding");
  expect(() => syntheticProblemNamed("addin")).toThrow(
    "unknown synthetic problem 'addin'; did you mean 'adding'?",
  );
  expect(new Set(syntheticProblems.map((problem) => problem.name)).size).toBe(syntheticProblems.length);
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

/** Replacements for problems with long examples or many classes; the formulas are the same. */
const smaller: readonly SyntheticProblem[] = [
  longLag2a({ lag: 7 }),
  longLag2b({ lag: 7 }),
  continualEmbeddedReber({ strings: 4 }),
  temporalXor({ length: 30 }),
  copySelective({ length: 20 }),
];

/** Their memoryless predictor knows which steps are blank; see their own tests. */
const notConstant = ["copy-memory", "copy-variable"];

describe("chance", () => {
  const problems = syntheticProblems
    .filter(({ name }) => !notConstant.includes(name))
    .map((problem) => smaller.find(({ name }) => name === problem.name) ?? problem);

  it.each(problems.map((problem) => [problem.name, problem] as const))("%s", (name, problem) => {
    const { loss, standardError } = constantLoss(
      problem,
      examplesOf(problem, name === "mackey-glass" ? 1000 : 20_000),
    );
    expect(Math.abs(loss - problem.chance.loss)).toBeLessThan(3 * standardError + 1e-12);
  });
});
