import { describe, expect, it } from "vitest";
import { longLag2a, longLag2b, longLag2c } from "../../src/synthetic/long-lag.ts";
import { examplesOf } from "./constant-loss.ts";

describe("noise-free long lags", () => {
  it("2a: one of two sequences, each as often", () => {
    const problem = longLag2a({ lag: 5 });
    expect(problem.input.width).toBe(6);
    let ofX = 0;
    for (const { inputs, targets } of examplesOf(problem, 4000)) {
      const ends = inputs.x[0]!;
      expect([4, 5]).toContain(ends);
      if (ends === 4) ofX++;
      expect([...Array.from(inputs.x), targets[4]]).toEqual([ends, 0, 1, 2, 3, ends]);
      expect(Array.from(targets)).toEqual([0, 1, 2, 3, ends]);
    }
    expect(Math.abs(ofX - 2000)).toBeLessThan(4 * Math.sqrt(1000));
  });

  it("2b: symbols between at random, all of them", () => {
    const between = new Set<number>();
    for (const { inputs, targets, steps } of examplesOf(longLag2b({ lag: 5 }), 500)) {
      expect(steps).toBe(5);
      expect(targets[4]).toBe(inputs.x[0]);
      Array.from(inputs.x)
        .slice(1)
        .forEach((id) => between.add(id));
    }
    expect([...between].sort()).toEqual([0, 1, 2, 3]);
  });

  it("2b is solved by the last symbol alone, 2a by all", () => {
    const settings = { lag: 3 };
    for (const [make, solved] of [
      [longLag2a, false],
      [longLag2b, true],
    ] as const) {
      const problem = make(settings);
      const example = problem.example(1, 2);
      const outputs = new Float64Array(12);
      outputs[8 + example.targets[2]!] = 9;
      expect(problem.isSolved(example, outputs)).toBe(solved);
      outputs[8 + example.targets[2]!] = 1; // e / (e + 3) = 0.475
      expect(problem.isSolved(example, outputs)).toBe(false);
    }
  });

  it("2c: b, x or y, distractors, e; and asks for x or y", () => {
    const examples = examplesOf(longLag2c({ lag: 7, distractors: 3 }), 5000);
    let more = 0;
    for (const { inputs, targets, steps } of examples) {
      const [begin, which, ...rest] = Array.from(inputs.x);
      expect(begin).toBe(3);
      expect([5, 6]).toContain(which);
      expect(rest.pop()).toBe(4);
      expect(rest.every((id) => id <= 2)).toBe(true);
      expect(rest.length).toBeGreaterThanOrEqual(7);
      expect(Array.from(targets)).toEqual([...Array<number>(steps - 1).fill(-1), which]);
      more += rest.length - 7;
    }
    // A geometric number of failures at 1/10 has the mean 9 and the deviation √90.
    expect(Math.abs(more / 5000 - 9)).toBeLessThan((4 * Math.sqrt(90)) / Math.sqrt(5000));
  });

  it("refuses settings that leave nothing", () => {
    expect(() => longLag2a({ lag: 1 })).toThrow("long-lag-2a: lag must be a whole number, 2 or more, got 1");
    expect(() => longLag2c({ distractors: 0 })).toThrow(
      "distractors must be a whole number, 1 or more, got 0",
    );
  });
});
