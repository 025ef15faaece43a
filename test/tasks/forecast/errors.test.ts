import { describe, expect, it } from "vitest";
import { crpsNormal, crpsSamples } from "../../../src/tasks/forecast/crps.ts";
import { mae, mase, rmse, seasonalNaiveError, smape } from "../../../src/tasks/forecast/errors.ts";
import { crpsQuantiles, intervalScore, pinballLoss } from "../../../src/tasks/forecast/quantiles.ts";
import { expectClose, readCases } from "../shared/goldens.ts";

type Numbers = readonly number[];

interface Golden {
  readonly targets: Numbers;
  readonly predictions: Numbers;
  readonly history: Numbers;
  readonly period: number;
  readonly levels: Numbers;
  readonly quantiles: Numbers; // [n, levels]
  readonly deviations: Numbers;
  readonly samples: Numbers; // [n, draws]
  readonly expected: {
    readonly meanAbsoluteError: number;
    readonly rootMeanSquaredError: number;
    readonly meanAbsoluteScaledError: number;
    readonly smape: number;
    readonly pinball: Numbers;
    readonly crpsQuantiles: number;
    readonly crpsNormal: number;
    readonly crpsSamples: number;
    readonly coverage: number;
    readonly width: number;
  };
}

const goldens = readCases<Golden>("forecasts");

describe("forecast scores against numpy and CRPS integrated with scipy", () => {
  it.each(goldens.map((golden) => [golden.targets.length, golden] as const))("%i targets", (_, golden) => {
    const { targets, predictions, history, period, levels, quantiles, deviations, samples, expected } =
      golden;
    const column = (k: number): Numbers => quantiles.filter((_, at) => at % levels.length === k);
    expectClose([mae(targets, predictions)], [expected.meanAbsoluteError]);
    expectClose([rmse(targets, predictions)], [expected.rootMeanSquaredError]);
    expectClose([mase(targets, predictions, { history, period })], [expected.meanAbsoluteScaledError]);
    expectClose([smape(targets, predictions)], [expected.smape]);
    expectClose(
      levels.map((level, k) => pinballLoss(targets, column(k), level)),
      expected.pinball,
    );
    expectClose([crpsQuantiles(targets, quantiles, levels)], [expected.crpsQuantiles]);
    expectClose([crpsNormal(targets, predictions, deviations)], [expected.crpsNormal]);
    expectClose([crpsSamples(targets, samples)], [expected.crpsSamples]);
    const { coverage, width } = intervalScore(targets, column(0), column(levels.length - 1));
    expectClose([coverage, width], [expected.coverage, expected.width]);
  });
});

describe("point forecasts", () => {
  it("by hand", () => {
    // Errors 1, 0, -3: mean of sizes 4/3; of squares 10/3.
    expectClose([mae([2, 5, 1], [1, 5, 4]), rmse([2, 5, 1], [1, 5, 4])], [4 / 3, Math.sqrt(10 / 3)]);
    // 200 · 1/3, 0, 200 · 3/5.
    expectClose([smape([2, 5, 1], [1, 5, 4])], [(200 / 3 + 0 + 120) / 3]);
    // Both 0: no error. One 0, or unequal signs: the most, 200.
    expect([smape([0], [0]), smape([0], [7]), smape([-2], [2])]).toEqual([0, 200, 200]);
  });

  it("scales by the naive error of the history", () => {
    // Steps of 1, 4, 2, 8: 3, 2, 6, mean 11/3; two apart: |2 - 1|, |8 - 4|, mean 5/2.
    expectClose([seasonalNaiveError([1, 4, 2, 8]), seasonalNaiveError([1, 4, 2, 8], 2)], [11 / 3, 5 / 2]);
    expectClose([mase([3], [5], { history: [1, 4, 2, 8] })], [6 / 11]);
    expectClose([mase([3], [5], { history: [1, 4, 2, 8], period: 2 })], [4 / 5]);
  });

  it("takes typed arrays", () => {
    expect(mae(Float32Array.of(1, 2), Float64Array.of(2, 4))).toBe(1.5);
  });

  it("refuses what has no answer", () => {
    expect(() => mase([1], [2], { history: [4, 4, 4] })).toThrow(
      "mase: the history must not repeat itself exactly every 1 steps, since its naive error is then 0; use mae, or another period",
    );
    expect(() => mase([1], [2], { history: [1, 2, 1, 2], period: 2 })).toThrow("every 2 steps");
    expect(() => mase([1], [2], { history: [1, 2], period: 2 })).toThrow(
      "seasonal naive error: period 2 needs a history of 3 numbers or more, not 2; give more of the series or a shorter period",
    );
    expect(() => seasonalNaiveError([1, 2], 0)).toThrow("period must be a whole number, 1 or more, not 0");
    expect(() => seasonalNaiveError([1, NaN, 2])).toThrow("history[1] must be a finite number, not NaN");
  });

  it.each(Object.entries({ mae, rmse, smape }))(
    "%s refuses rows that do not fit and holes in them",
    (name, score) => {
      expect(() => score([], [])).toThrow(`${name}: targets must have one number or more, not 0; give some`);
      expect(() => score([1, 2], [1])).toThrow(
        `${name}: 2 targets need 2 predictions, not 1; give as many of both`,
      );
      expect(() => score([1, 2], [1, NaN])).toThrow(
        `${name}: predictions[1] must be a finite number, not NaN; leave it out or mend it`,
      );
      expect(() => score([-Infinity, 2], [1, 2])).toThrow(
        `${name}: targets[0] must be a finite number, not -Infinity`,
      );
    },
  );
});

describe("quantiles", () => {
  it("weighs what lies above by the level and what lies below by the rest", () => {
    expectClose([pinballLoss([10, 10], [8, 13], 0.9)], [(0.9 * 2 + 0.1 * 3) / 2]);
    // Level 0.5: half the absolute error, so the CRPS of one median is the absolute error.
    expectClose([pinballLoss([10, 4], [8, 5], 0.5), crpsQuantiles([10, 4], [8, 5], [0.5])], [0.75, 1.5]);
  });

  it("comes near the CRPS of a normal with many levels", () => {
    const samples = 999;
    const levels = Array.from({ length: samples }, (_, k) => (k + 1) / (samples + 1));
    const logistic = levels.map((level) => Math.log(level / (1 - level)));
    // CRPS of a standard logistic distribution at its centre is 2 log 2 - 1 (Jordan et al. 2019, scoringRules).
    expect(crpsQuantiles([0], logistic, levels)).toBeCloseTo(2 * Math.LN2 - 1, 2);
  });

  it("covers the ends of an interval", () => {
    expect(intervalScore([1, 2, 3, 4], [1, 0, 4, 0], [2, 2, 5, 3])).toEqual({ coverage: 0.5, width: 7 / 4 });
  });

  it("refuses levels, shapes and intervals that cannot be", () => {
    expect(() => pinballLoss([1], [1], 90)).toThrow(
      "pinball loss: a level must be between 0 and 1, not 90; write a tenth as 0.1",
    );
    expect(() => pinballLoss([1], [NaN], 0.5)).toThrow("quantiles[0] must be a finite number, not NaN");
    expect(() => crpsQuantiles([1, 2], [1, 2, 3], [0.1, 0.9])).toThrow(
      "crps of quantiles: 2 targets × 2 levels need 4 quantiles, not 3; give 2 for each target",
    );
    expect(() => crpsQuantiles([1], [], [])).toThrow("needs one level or more, not 0");
    expect(() => crpsQuantiles([1], [1, 2], [0.5, 1])).toThrow("a level must be between 0 and 1, not 1");
    expect(() => intervalScore([1], [3], [2])).toThrow(
      "interval 0: the lower end must not be above the upper one, 2, but is 3; sort each step's quantiles first",
    );
  });
});

describe("crps", () => {
  it("of a standard normal at its centre is (√2 - 1) / √π, and scales", () => {
    const centre = (Math.SQRT2 - 1) / Math.sqrt(Math.PI);
    expectClose([crpsNormal([0], [0], [1]), crpsNormal([7], [7], [3])], [centre, 3 * centre]);
  });

  it("of a normal nears the absolute error where the target is far, or the normal narrow", () => {
    // Beyond reach of the tails it is |y - mean| - deviation / √π.
    expectClose(
      [crpsNormal([100], [0], [1]), crpsNormal([-100], [0], [1])],
      [100 - 1 / Math.sqrt(Math.PI), 100 - 1 / Math.sqrt(Math.PI)],
    );
    expectClose([crpsNormal([3], [1], [1e-12])], [2]);
  });

  it("of samples, by hand", () => {
    // Samples 1, 4 and target 2: mean distance (1 + 2)/2; half the mean over the four pairs, (0 + 3 + 3 + 0)/4/2.
    expectClose([crpsSamples([2], [4, 1])], [3 / 2 - 3 / 4]);
    expectClose([crpsSamples([2, 5], [4, 9])], [(2 + 4) / 2]); // one each: the absolute error
    expect(crpsSamples([3], [3, 3, 3])).toBe(0);
  });

  it("refuses deviations of 0 and numbers of samples that do not divide", () => {
    expect(() => crpsNormal([1], [1], [0])).toThrow(
      "crps of normals: deviations[0] must be above 0, not 0; for a point forecast use mae",
    );
    expect(() => crpsNormal([1], [1], [NaN])).toThrow("deviations[0] must be a finite number, not NaN");
    expect(() => crpsSamples([1, 2], [1, 2, 3])).toThrow(
      "crps of samples: 2 targets need as many samples each, not 3 in all; give [targets, draws]",
    );
    expect(() => crpsSamples([1, 2], [])).toThrow("not 0 in all");
    expect(() => crpsSamples([1], [Infinity])).toThrow("samples[0] must be a finite number");
  });
});
