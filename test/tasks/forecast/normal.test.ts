import { expect, test } from "vitest";
import { erf, normalQuantile } from "../../../src/tasks/forecast/normal.ts";

// scipy.stats.norm.ppf, version 1.17.1.
test.each([
  [1e-9, -5.9978070150076865, 6],
  [1e-4, -3.7190164854556804, 11],
  [0.01, -2.3263478740408408, 12],
  [0.025, -1.9599639845400545, 12],
  [0.1, -1.2815515655446004, 12],
  [0.3, -0.5244005127080409, 12],
  [0.5, 0, 12],
  [0.6, 0.2533471031357997, 12],
  [0.999, 3.090232306167813, 12],
])("the normal quantile of %d is %d", (level, expected, digits) => {
  expect(normalQuantile(level)).toBeCloseTo(expected, digits);
});

test("a quantile is passed with the probability that it is of", () => {
  for (let level = 0.005; level < 1; level += 0.005)
    expect(0.5 * (1 + erf(normalQuantile(level) / Math.SQRT2))).toBeCloseTo(level, 14);
});

test.each([0, 1, -0.1, NaN])("no quantile is of %d", (level) => {
  expect(() => normalQuantile(level)).toThrow(
    `normal quantile: a level must be between 0 and 1, not ${level}; write a tenth as 0.1`,
  );
});
