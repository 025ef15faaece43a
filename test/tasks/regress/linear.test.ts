// The linear baseline: its features by hand, and what it can and cannot learn.
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { featureRows, planFeatures } from "../../../src/tasks/regress/features.ts";
import { fitLinear, predictLinear, type Learned } from "../../../src/tasks/regress/linear.ts";
import { encodeSequence, fitSequenceInput } from "../../../src/tasks/shared/sequence-input.ts";

const series = { kind: "series", mean: [0, 0], deviation: [1, 1] } as const;

describe("features", () => {
  test("of a whole series are its last steps and a summary of each channel", () => {
    const plan = planFeatures(series, { at: "last", bidirectional: false }, [12, 3]);
    expect(plan).toEqual({ at: "last", back: 10, ahead: 0 });
    const [row] = featureRows(series, { ...plan, back: 2 }, { steps: 3, values: [1, 5, 2, 5, 6, 5] });
    // Last and last but one of each channel; mean, deviation, minimum, maximum, first, slope, mean change; steps.
    const deviation = Math.sqrt((4 + 1 + 9) / 3);
    expect(row).toEqual([6, 2, 5, 5, 3, deviation, 1, 6, 1, 2.5, 2.5, 5, 0, 5, 5, 5, 0, 0, 3]);
  });

  test("of equally long, short series are all steps", () => {
    expect(planFeatures(series, { at: "last", bidirectional: false }, [40, 40]).back).toBe(40);
    expect(planFeatures(series, { at: "last", bidirectional: false }, [400, 400]).back).toBe(10);
  });

  test("at a step are those up to it, and after it only for a model that reads both ways", () => {
    const one = { kind: "series", mean: [0], deviation: [1] } as const;
    const sequence = { steps: 3, values: [1, 2, 6] };
    expect(featureRows(one, { at: "every", back: 2, ahead: 0 }, sequence)).toEqual([
      [1, 1, 1, 0],
      [2, 1, 1.5, 1],
      [6, 2, 3, 2],
    ]);
    expect(featureRows(one, { at: "every", back: 2, ahead: 1 }, sequence)[0]).toEqual([2, 1, 1, 1, 0]);
    expect(planFeatures(one, { at: "every", bidirectional: true }, [30])).toEqual({
      at: "every",
      back: 10,
      ahead: 9,
    });
  });

  test("of a text count its symbols", () => {
    const input = fitSequenceInput(["abba"]);
    const plan = planFeatures(input, { at: "last", bidirectional: false }, [4]);
    const [row = []] = featureRows(input, plan, encodeSequence(input, "abb", "here"));
    expect(row.at(-1)).toBe(3);
    expect(row.slice(0, -1).sort()).toEqual([0, 0, 1, 2]); // two symbols for what is unknown or ends
  });
});

describe("a linear regression", () => {
  const random = randomStream(5, 1);
  const learnedBy = (target: (x: Float64Array) => number): Learned[] =>
    Array.from({ length: 300 }, () => {
      const values = Float64Array.from({ length: 2 * 6 }, () => random.normal());
      return { sequence: { steps: 6, values }, targets: [[target(values)]] };
    });
  const rest = (target: (x: Float64Array) => number): number => {
    const learned = learnedBy(target);
    const fresh = learnedBy(target);
    const linear = fitLinear(series, { at: "last", bidirectional: false }, learned);
    const error = fresh.reduce((sum, { sequence, targets }) => {
      const [[predicted = NaN] = []] = predictLinear(linear, series, sequence);
      return sum + (predicted - (targets[0]?.[0] as number)) ** 2;
    }, 0);
    return error / fresh.length;
  };

  test("learns a linear function of any steps", () => {
    expect(rest((x) => 0.5 * (x[0] as number) - 2 * (x[7] as number) + 3)).toBeLessThan(1e-4);
  });

  test("learns nothing of a product of steps", () => {
    expect(rest((x) => (x[0] as number) * (x[7] as number))).toBeGreaterThan(0.5);
  });

  test("leaves out steps without a target", () => {
    const sequence = { steps: 4, values: [1, 2, 3, 4] };
    const one = { kind: "series", mean: [0], deviation: [1] } as const;
    const targets = [[2], [NaN], [6], [8]];
    const { weights } = fitLinear(one, { at: "every", bidirectional: false }, [{ sequence, targets }]);
    expect(weights.flat().every(Number.isFinite)).toBe(true);
  });
});
