// A readout in the units of the targets, and its intervals.
import { describe, expect, test } from "vitest";
import type { RegressSpec } from "../../../src/tasks/regress/design.ts";
import { estimatesOf, intendedCoverage, intervalsOf } from "../../../src/tasks/regress/estimates.ts";

const spec = (part: Partial<RegressSpec>): RegressSpec => ({
  kind: "regress",
  input: { kind: "series", mean: [0], deviation: [1] },
  targets: ["a", "b"],
  at: "every",
  scale: { mean: [100, 0], deviation: [10, 2] },
  loss: "squared",
  linear: {
    features: { at: "every", back: 1, ahead: 0 },
    moments: { mean: [0], deviation: [1] },
    weights: [
      [0, 0],
      [0, 0],
    ],
  },
  ...part,
});

describe("estimates", () => {
  test("are numbers at each step", () => {
    expect(estimatesOf(spec({}), [1, 2, -1, 3], 2)).toEqual({
      a: { value: 90, values: [110, 90] },
      b: { value: 6, values: [4, 6] },
    });
    expect(intervalsOf({ value: 1, values: [1] })).toBeUndefined();
    expect(intendedCoverage({ loss: "huber" })).toBeUndefined();
  });

  test("of normal distributions have deviations in units, no less than the loss allows", () => {
    const { a, b } = estimatesOf(spec({ loss: "gaussian" }), [0, 1, Math.log(0.5), -100], 4);
    expect(a?.deviations?.[0]).toBeCloseTo(5, 12);
    expect(b?.deviations).toEqual([2e-6]);
    // 80 % of a normal distribution are within 1.28155 deviations.
    const { low, high } = intervalsOf({ value: 0, values: [0], deviations: [1] }) ?? { low: [], high: [] };
    expect(low[0]).toBeCloseTo(-1.2815515655, 9);
    expect(high[0]).toBeCloseTo(1.2815515655, 9);
  });

  test("of quantiles that cross are sorted", () => {
    const levels = [0.05, 0.5, 0.95];
    const one = spec({ loss: "quantiles", levels, targets: ["a"], at: "last" });
    const { a } = estimatesOf(one, [2, 1, 3], 3);
    expect(a).toEqual({ value: 120, values: [120], quantiles: { 0.05: [110], 0.5: [120], 0.95: [130] } });
    expect(intervalsOf(a ?? { value: 0, values: [] })).toEqual({ low: [110], high: [130] });
    expect(intendedCoverage({ loss: "quantiles", levels })).toBeCloseTo(0.9, 12);
  });
});
