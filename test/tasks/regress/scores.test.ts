// Scores against values worked out by hand.
import { describe, expect, test } from "vitest";
import { meanScores, regressScores } from "../../../src/tasks/regress/scores.ts";

describe("scores", () => {
  // Errors -1, 1, 0, -2; distances from the mean, 4: -3, -1, 0, 4.
  const [actual, predicted] = [
    [1, 3, 4, 8],
    [0, 4, 4, 6],
  ];
  const within = { low: [0, 3.5, 4, 0], high: [1, 5, 4, 7] };

  test("by hand", () => {
    const { mae, rmse, r2, coverage } = regressScores(actual, predicted, within);
    expect(mae).toBe(1);
    expect(rmse).toBeCloseTo(Math.sqrt(6 / 4), 14);
    expect(r2).toBeCloseTo(1 - 6 / 26, 14);
    expect(coverage).toBe(0.5); // ends count as within: 1 and 4 are, 3 and 8 are not
  });

  test.each([1e-200, 1e200])("in units of %d", (unit) => {
    const times = (list: readonly number[]): number[] => list.map((value) => value * unit);
    const { mae, rmse, r2 } = regressScores(times(actual), times(predicted));
    expect(mae / unit).toBeCloseTo(1, 12);
    expect(rmse / unit).toBeCloseTo(Math.sqrt(6 / 4), 12);
    expect(r2).toBeCloseTo(1 - 6 / 26, 12);
  });

  test("the mean has an R² of 0, equal targets have none, and there is no coverage without intervals", () => {
    expect(regressScores([1, 3], [2, 2])).toEqual({ mae: 1, rmse: 1, r2: 0 });
    expect(regressScores([2, 2], [2, 3])).toEqual({ mae: 0.5, rmse: Math.sqrt(0.5) });
  });

  test("of several targets are averaged, where all have them", () => {
    const all = [
      { mae: 1, rmse: 2, r2: 0.5, coverage: 1 },
      { mae: 3, rmse: 4, coverage: 0.5 },
    ];
    expect(meanScores(all)).toEqual({ mae: 2, rmse: 3, coverage: 0.75 });
  });

  test("other lengths and numbers that are not finite are refused", () => {
    expect(() => regressScores([1, 2], [1])).toThrow("2 actual need 2 predicted, not 1");
    expect(() => regressScores([1, NaN], [1, 2])).toThrow("actual[1] must be a finite number, not NaN");
    expect(() => regressScores([], [])).toThrow("actual must have one number or more, not 0");
  });
});
