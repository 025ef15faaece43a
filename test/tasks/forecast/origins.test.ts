import { describe, expect, it } from "vitest";
import { origins } from "../../../src/tasks/forecast/origins.ts";

describe("rolling origins", () => {
  it("end with the series", () => {
    // 144 - 12 = 132 is the last that has 12 values to come.
    expect(origins({ length: 144, horizon: 12, count: 3 })).toEqual([130, 131, 132]);
    expect(origins({ length: 144, horizon: 12, count: 3, step: 12 })).toEqual([108, 120, 132]);
    expect(origins({ length: 2, horizon: 1, count: 1 })).toEqual([1]);
  });

  it("may begin right at the minimum", () => {
    // 20 before the first, then 2 steps of 5 to the last and 4 to forecast: 34.
    const settings = { horizon: 4, count: 3, step: 5, minimum: 20 };
    expect(origins({ ...settings, length: 34 })).toEqual([20, 25, 30]);
    expect(() => origins({ ...settings, length: 33 })).toThrow(
      "backtest: 3 origins, 5 apart, with 20 values before the first and horizon 4 need a series of 34 values or more, " +
        "not 33; give more of it, or at most 2 origins",
    );
    expect(origins({ ...settings, length: 33, count: 2 })).toEqual([24, 29]);
  });

  it("say so where not even one fits", () => {
    expect(() => origins({ length: 12, horizon: 12, count: 2 })).toThrow(
      "need a series of 14 values or more, not 12; give more of it, or a shorter horizon",
    );
    expect(origins({ length: 13, horizon: 12, count: 1 })).toEqual([1]);
    expect(() => origins({ length: NaN, horizon: 1, count: 1 })).toThrow("not NaN");
  });

  it.each(["horizon", "count", "step", "minimum"])("need a whole %s from 1", (name) => {
    for (const value of [0, 1.5, -1, NaN])
      expect(() => origins({ length: 99, horizon: 1, count: 1, [name]: value })).toThrow(
        `backtest: ${name} must be a whole number, 1 or more, not ${value}`,
      );
  });
});
