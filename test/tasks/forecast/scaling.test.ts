import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  applyScaling,
  fitScaling,
  invertQuantiles,
  invertScaling,
  type Scaling,
} from "../../../src/tasks/forecast/scaling.ts";

interface Golden extends Scaling {
  readonly values: readonly number[];
  /** How many of the values are fitted to. */
  readonly part: number;
  readonly scaled: readonly number[];
}

const url = new URL("../../goldens/forecasting/scaling.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(url, "utf8")) as { readonly cases: readonly Golden[] };

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i]!, 10);
}

describe("scaling", () => {
  it.each(cases.map((golden) => [golden.log, golden.lag, golden] as const))(
    "as numpy has it, log %s, lag %i, and back",
    (log, lag, { values, part, mean, deviation, scaled }) => {
      const scaling = fitScaling(values.slice(0, part), { log, lag });
      expectClose([scaling.mean, scaling.deviation], [mean, deviation]);
      const applied = applyScaling(scaling, values);
      expectClose(applied, scaled);
      const stored = JSON.parse(JSON.stringify(scaling)) as Scaling;
      // All that follows on the fitted part, which is more steps than any lag.
      expectClose(
        invertScaling(stored, values.slice(0, part), applied.slice(part - lag)),
        values.slice(part),
      );
    },
  );

  it("by hand", () => {
    // Differences of 2: 3, 3, 6: mean 4, squares 1, 1, 4, deviation √2.
    const scaling = fitScaling([1, 2, 4, 5, 10], { lag: 2 });
    expect(scaling).toEqual({ log: false, lag: 2, mean: 4, deviation: Math.SQRT2 });
    expectClose(applyScaling(scaling, [1, 2, 4, 5, 10]), [-1 / Math.SQRT2, -1 / Math.SQRT2, Math.SQRT2]);
    // 0 is a difference of 4, to 5, 10, 5 + 4, 10 + 4 and 9 + 4.
    expectClose(invertScaling(scaling, [5, 10], [0, 0, 0, 0, 0]), [9, 14, 13, 18, 17]);
  });

  it("goes back exactly, whatever the settings", () => {
    const values = fc.array(fc.double({ min: 0.01, max: 1e3, noNaN: true }), {
      minLength: 12,
      maxLength: 30,
    });
    fc.assert(
      fc.property(values, fc.boolean(), fc.integer({ min: 0, max: 5 }), (series, log, lag) => {
        const scaling = fitScaling(series.slice(0, 9), { log, lag });
        const back = invertScaling(scaling, series.slice(0, lag), applyScaling(scaling, series));
        back.forEach((value, k) => expect(Math.abs(value / series[k + lag]! - 1)).toBeLessThan(1e-6));
      }),
    );
  });

  it("leaves a constant part at its own size", () => {
    expect(fitScaling([0.1, 0.1, 0.1])).toMatchObject({ deviation: 1 });
    expect(fitScaling([7, 8, 9], { lag: 1 })).toEqual({ log: false, lag: 1, mean: 1, deviation: 1 });
    expect(fitScaling([0, 0])).toEqual({ log: false, lag: 0, mean: 0, deviation: 1 });
  });

  it("takes quantiles back level by level, in order", () => {
    const scaling: Scaling = { log: true, lag: 2, mean: 0.5, deviation: 2 };
    const [low, high] = invertQuantiles(
      scaling,
      [9, 1, Math.E],
      [
        [-1, 0, 1],
        [0, 0.5, 1],
      ],
    );
    // Logs 0 and 1 of the last two: 0 - 2 + 0.5; 1 + 0 + 0.5; then on the first of the same level, -1.5 + 2 + 0.5.
    expectClose(low!, [Math.exp(-1.5), Math.exp(1.5), Math.exp(1)]);
    expectClose(high!, [Math.exp(0.5), Math.exp(2.5), Math.exp(3)]);
  });

  it("refuses logarithms of what is not above 0, by index", () => {
    expect(() => fitScaling([1, 2, 0], { log: true })).toThrow(
      "scaling: values[2] must be above 0 for its logarithm, not 0; leave log out or shift the values",
    );
    const scaling = fitScaling([1, 2, 3], { log: true, lag: 1 });
    expect(() => applyScaling(scaling, [1, -4])).toThrow(
      "values[1] must be above 0 for its logarithm, not -4",
    );
    expect(() => invertScaling(scaling, [-1, -2], [0])).toThrow("history[1] must be above 0");
    expectClose(invertScaling(fitScaling([2, 2], { log: true, lag: 1 }), [-1, 2], [0]), [2]);
  });

  it("refuses what it cannot fit or undo", () => {
    expect(() => fitScaling([1, 2], { lag: 2 })).toThrow(
      "scaling: fitting with a seasonal difference of 2 needs 3 values or more, not 2; give more of the series",
    );
    expect(() => fitScaling([])).toThrow("needs 1 values or more, not 0");
    expect(() => fitScaling([1], { lag: -1 })).toThrow(
      "the seasonal difference must be a whole number, 0 or more, not -1",
    );
    expect(() => fitScaling([1, NaN])).toThrow(
      "scaling: values[1] must be a finite number, not NaN; fill it first",
    );
    const scaling = fitScaling([1, 2, 4], { lag: 2 });
    expect(() => applyScaling(scaling, [1, 2])).toThrow(
      "scaling with a seasonal difference of 2 needs 3 values or more, not 2",
    );
    expect(() => invertScaling(scaling, [1], [0])).toThrow(
      "scaling: the way back with a seasonal difference of 2 needs 2 values or more, not 1; give more of the series",
    );
    expect(() => invertScaling(scaling, [1, 2], [0, Infinity])).toThrow(
      "predicted[1] must be a finite number",
    );
  });
});
