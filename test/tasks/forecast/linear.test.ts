import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { solvePositive } from "../../../src/tasks/forecast/cholesky.ts";
import type { PointForecast } from "../../../src/tasks/forecast/baseline.ts";
import { fitLinear } from "../../../src/tasks/forecast/linear.ts";
import { fitNaive } from "../../../src/tasks/forecast/naive.ts";
import { fitSeasonalNaive } from "../../../src/tasks/forecast/seasonal-naive.ts";

interface Expected {
  readonly mean: readonly number[];
  readonly quantiles: readonly (readonly number[])[];
}

interface Golden {
  readonly history: readonly number[];
  readonly horizon: number;
  readonly period: number;
  readonly lags: number;
  readonly ridge: number;
  readonly levels: readonly number[];
  readonly naive: Expected;
  readonly seasonalNaive: Expected;
  readonly linear: Expected;
}

const url = new URL("../../goldens/forecasting/baselines.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(url, "utf8")) as { readonly cases: readonly Golden[] };

function expectForecast(actual: PointForecast, expected: Expected): void {
  const rows = [actual.mean, ...actual.quantiles];
  const wanted = [expected.mean, ...expected.quantiles];
  expect(rows.map((row) => row.length)).toEqual(wanted.map((row) => row.length));
  rows.forEach((row, r) => row.forEach((value, k) => expect(value).toBeCloseTo(wanted[r]![k]!, 8)));
}

describe("baselines as numpy has them", () => {
  it.each(cases.map((golden) => [golden.history.length, golden] as const))("%i values", (_, golden) => {
    const { history, ...settings } = golden;
    expectForecast(fitNaive(history, settings)(history), golden.naive);
    expectForecast(fitSeasonalNaive(history, settings)(history), golden.seasonalNaive);
    expectForecast(fitLinear(history, settings)(history), golden.linear);
  });
});

describe("the linear forecast", () => {
  /** y[t] = 3 + 0.5 y[t - 1] - 0.9 y[t - 2], which swings and dies away slowly. */
  const swing = [10, -4];
  for (let t = 2; t < 60; t++) swing.push(3 + 0.5 * swing[t - 1]! - 0.9 * swing[t - 2]!);

  it("finds a recurrence, and continues it from elsewhere", () => {
    const forecaster = fitLinear(swing.slice(0, 40), { horizon: 3, lags: 2, levels: [0.1, 0.9], ridge: 0 });
    const { mean, quantiles } = forecaster(swing);
    // From 7, 1: 3 + 0.5·1 - 0.9·7 = -2.8; 3 + 0.5·-2.8 - 0.9·1 = 0.7; 3 + 0.5·0.7 - 0.9·-2.8 = 5.87.
    forecaster([7, 1]).mean.forEach((value, k) => expect(value).toBeCloseTo([-2.8, 0.7, 5.87][k]!, 9));
    for (const level of quantiles) level.forEach((value, k) => expect(value).toBeCloseTo(mean[k]!, 9));
  });

  it("does not depend on the units", () => {
    const settings = { horizon: 4, lags: 6, levels: [0.2] };
    const { mean, quantiles } = fitLinear(swing, settings)(swing);
    const other = swing.map((value) => 1000 * value - 70);
    const scaled = fitLinear(other, settings)(other);
    mean.forEach((value, k) => expect(scaled.mean[k]! / (1000 * value - 70)).toBeCloseTo(1, 9));
    quantiles[0]!.forEach((value, k) =>
      expect(scaled.quantiles[0]![k]! / (1000 * value - 70)).toBeCloseTo(1, 9),
    );
  });

  it("forgets what it read, the greater the ridge", () => {
    const mean = swing.reduce((sum, value) => sum + value, 0) / swing.length;
    const far = (ridge: number): number =>
      Math.abs(fitLinear(swing, { horizon: 1, lags: 2, levels: [], ridge })(swing).mean[0]! - mean);
    expect(far(0)).toBeGreaterThan(far(50));
    expect(far(50)).toBeGreaterThan(far(1e9));
  });

  it("reads two seasons unless told, and the horizon where that is more", () => {
    expect(() => fitLinear(swing, { horizon: 12, period: 12, levels: [] })).toThrow(
      "linear: fitting needs a history of 61 values or more, not 60",
    );
    fitLinear([...swing, 1], { horizon: 12, period: 12, levels: [] });
    expect(() => fitLinear(swing, { horizon: 20, levels: [] })).toThrow("a history of 61 values or more");
    expect(() => fitLinear(swing, { horizon: 2, lags: 5, levels: [] })([1, 2, 3, 4])).toThrow(
      "linear: forecasting needs a history of 5 values or more, not 4; give more of the series",
    );
  });

  it("of a constant is the constant", () => {
    const { mean, quantiles } = fitLinear(Array(12).fill(7), { horizon: 2, lags: 3, levels: [0.5] })([
      7, 7, 7,
    ]);
    expect([[...mean], [...quantiles[0]!]]).toEqual([
      [7, 7],
      [7, 7],
    ]);
  });

  it("refuses weights that nothing determines, and ridges below 0", () => {
    const waves = Array.from({ length: 40 }, (_, t) => t % 2);
    expect(() => fitLinear(waves, { horizon: 1, lags: 4, levels: [], ridge: 0 })).toThrow(
      "linear: the weights of step 1 are not determined, since values repeat; set ridge above 0, such as 1, or " +
        "take fewer lags than 4",
    );
    for (const ridge of [-1, NaN, Infinity])
      expect(() => fitLinear(swing, { horizon: 1, levels: [], ridge })).toThrow(
        `linear: ridge must be 0 or more, not ${ridge}; 1 is the default`,
      );
    expect(() => fitLinear(swing, { horizon: 1, lags: 1.5, levels: [] })).toThrow(
      "linear: lags must be a whole number, 1 or more, not 1.5",
    );
  });
});

describe("positive definite equations", () => {
  it("by hand", () => {
    // 4 · 1 + 2 · 3 = 10 and 2 · 1 + 5 · 3 = 17; above the diagonal nothing is read.
    const x = solvePositive(Float64Array.of(4, NaN, 2, 5), Float64Array.of(10, 17));
    expect(x![0]).toBeCloseTo(1, 14);
    expect(x![1]).toBeCloseTo(3, 14);
  });

  it("have none where the matrix is singular or not positive", () => {
    expect(solvePositive(Float64Array.of(1, 1, 1, 1), Float64Array.of(1, 1))).toBeUndefined();
    expect(solvePositive(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1))).toBeUndefined();
    expect(solvePositive(Float64Array.of(NaN), Float64Array.of(1))).toBeUndefined();
  });
});
