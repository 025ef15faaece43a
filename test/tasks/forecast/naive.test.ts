import { describe, expect, it } from "vitest";
import { fitNaive } from "../../../src/tasks/forecast/naive.ts";
import { fitSeasonalNaive } from "../../../src/tasks/forecast/seasonal-naive.ts";

const history = Float64Array.of(1, 2, 4, 7, 5);

describe("the naive forecast", () => {
  it("by hand", () => {
    const forecast = fitNaive(history, { horizon: 2, levels: [0.25, 0.5, 0.9] })(history);
    expect([...forecast.mean]).toEqual([5, 5]);
    // One step: 1, 2, 3, -2; sorted -2, 1, 2, 3: at 0.25·3 = 0.75: -2 + 0.75·3; at 1.5: 1.5; at 2.7: 2.7.
    // Two steps: 3, 5, 1; sorted 1, 3, 5: at 0.5: 2; at 1: 3; at 1.8: 3 + 0.8·2.
    const expected = [
      [5 + 0.25, 5 + 2],
      [5 + 1.5, 5 + 3],
      [5 + 2.7, 5 + 4.6],
    ];
    expected.forEach((level, l) =>
      level.forEach((value, k) => expect(forecast.quantiles[l]![k]).toBeCloseTo(value, 12)),
    );
  });

  it("goes on from another history with the residuals of the one it was fitted to", () => {
    const forecaster = fitNaive(history, { horizon: 1, levels: [0.5] });
    const { mean, quantiles } = forecaster([100]);
    expect([mean[0], quantiles[0]![0]]).toEqual([100, 101.5]);
    expect(() => forecaster([])).toThrow("naive: forecasting needs a history of 1 values or more, not 0");
    expect(() => forecaster([1, NaN])).toThrow(
      "naive: history[1] must be a finite number, not NaN; fill it first",
    );
  });

  it("does not write what it reads, and gives what does not hang together", () => {
    const forecaster = fitNaive(history, { horizon: 1, levels: [0.5] });
    forecaster(history).mean.fill(0);
    expect([...history]).toEqual([1, 2, 4, 7, 5]);
    expect([...forecaster(history).mean]).toEqual([5]);
  });

  it("needs a residual at its last step, and levels that are shares", () => {
    expect(() => fitNaive(history, { horizon: 5, levels: [] })).toThrow(
      "naive: fitting needs a history of 6 values or more, not 5; give more of the series or a shorter horizon, " +
        "period or lags",
    );
    const { mean, quantiles } = fitNaive(history, { horizon: 4, levels: [0.1] })(history);
    expect([[...mean], quantiles[0]![3]]).toEqual([[5, 5, 5, 5], 9]); // one residual at step 4: 5 - 1
    expect(() => fitNaive(history, { horizon: 0, levels: [] })).toThrow(
      "naive: horizon must be a whole number, 1 or more, not 0",
    );
    for (const level of [0, 1, 90, NaN])
      expect(() => fitNaive(history, { horizon: 1, levels: [0.5, level] })).toThrow(
        `naive: a level must be between 0 and 1, not ${level}; write a tenth as 0.1`,
      );
  });
});

describe("the seasonal naive forecast", () => {
  it("by hand, over more than a season", () => {
    const seasons = Float64Array.of(1, 5, 2, 8, 4, 9);
    const { mean, quantiles } = fitSeasonalNaive(seasons, { horizon: 3, period: 2, levels: [0.5] })(seasons);
    expect([...mean]).toEqual([4, 9, 4]);
    // One step: 2 - 1, 8 - 5, 4 - 2, 9 - 8; sorted 1, 1, 2, 3: median 1.5.
    // Two steps: 8 - 5, 4 - 2, 9 - 8: 2. Three steps, two seasons back: 4 - 1, 9 - 5: 3.5.
    expect([...quantiles[0]!]).toEqual([5.5, 11, 7.5]);
  });

  it("is the naive one where a season is a step", () => {
    const levels = [0.1, 0.9];
    expect(fitSeasonalNaive(history, { horizon: 3, period: 1, levels })(history)).toEqual(
      fitNaive(history, { horizon: 3, levels })(history),
    );
  });

  it("needs a period, and a history of a season and the horizon", () => {
    expect(() => fitSeasonalNaive(history, { horizon: 1, levels: [] })).toThrow(
      "seasonal naive: needs a period, the steps of a season, such as 12 for months; give it",
    );
    expect(() => fitSeasonalNaive(history, { horizon: 3, period: 3, levels: [] })).toThrow(
      "seasonal naive: fitting needs a history of 6 values or more, not 5",
    );
    const forecaster = fitSeasonalNaive(history, { horizon: 2, period: 3, levels: [] });
    expect([...forecaster([3, 1, 2]).mean]).toEqual([3, 1]);
    expect(() => forecaster([3, 1])).toThrow(
      "seasonal naive: forecasting needs a history of 3 values or more, not 2",
    );
  });
});
