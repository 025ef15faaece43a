import { describe, expect, it } from "vitest";
import { twoSequence3a, twoSequence3b, twoSequence3c } from "../../src/synthetic/two-sequence.ts";
import { examplesOf } from "./constant-loss.ts";

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

describe("two sequences", () => {
  const examples = examplesOf(twoSequence3a({ length: 30, informative: 3 }), 2000);

  it("3a: three numbers tell the class, and noise of variance 0.2 follows", () => {
    const noise: number[] = [];
    let first = 0;
    for (const { inputs, targets, steps } of examples) {
      const [a, b, c, ...rest] = Array.from(inputs.x);
      expect([1, -1]).toContain(a);
      expect([b, c]).toEqual([a, a]);
      expect(targets[steps - 1]).toBe(a === 1 ? 1 : 0);
      noise.push(...rest);
      if (a === 1) first++;
    }
    expect([...new Set(examples.map(({ steps }) => steps))].sort()).toEqual([30, 31, 32, 33]);
    expect(Math.abs(first - 1000)).toBeLessThan(4 * Math.sqrt(500));
    // Standard errors over n numbers: √(0.2 / n) of the mean, 0.2 √(2 / n) of the variance.
    expect(Math.abs(mean(noise))).toBeLessThan(4 * Math.sqrt(0.2 / noise.length));
    expect(Math.abs(mean(noise.map((v) => v * v)) - 0.2)).toBeLessThan(0.8 * Math.sqrt(2 / noise.length));
  });

  it("3b: noise on the informative number as well", () => {
    const off = examplesOf(twoSequence3b({ informative: 1 }), 4000).map(
      ({ inputs, targets, steps }) => inputs.x[0]! - (targets[steps - 1] === 1 ? 1 : -1),
    );
    expect(Math.abs(mean(off))).toBeLessThan(4 * Math.sqrt(0.2 / 4000));
    expect(Math.abs(mean(off.map((v) => v * v)) - 0.2)).toBeLessThan(0.8 * Math.sqrt(2 / 4000));
  });

  it("3c: targets with noise, and a criterion without", () => {
    const problem = twoSequence3c({ length: 20 });
    const off = examplesOf(problem, 4000).map((example) => {
      const { targets, noiseless, steps } = example;
      const wanted = noiseless![steps - 1]!;
      expect([0.2, 0.8]).toContain(wanted);
      const outputs = new Float64Array(steps).fill(wanted + 0.09);
      expect(problem.isSolved(example, outputs)).toBe(true);
      expect(problem.isSolved(example, outputs.fill(wanted + 0.11))).toBe(false);
      return targets[steps - 1]! - wanted;
    });
    expect(Math.abs(mean(off))).toBeLessThan(4 * Math.sqrt(0.1 / 4000));
    expect(Math.abs(mean(off.map((v) => v * v)) - 0.1)).toBeLessThan(0.4 * Math.sqrt(2 / 4000));
  });

  it("rejects more informative numbers than there are steps", () => {
    expect(() => twoSequence3a({ length: 4, informative: 5 })).toThrow(
      "two-sequence-3a: informative must be a whole number, from 1 to 4, got 5",
    );
  });
});
