import { describe, expect, it } from "vitest";
import { rollingOrigins } from "../../../src/tasks/forecast/origins.ts";

describe("rolling origins", () => {
  it("end with the series", () => {
    // 144 - 12 = 132 is the last that has 12 values to come.
    expect(rollingOrigins({ length: 144, horizon: 12, count: 3 })).toEqual([130, 131, 132]);
    expect(rollingOrigins({ length: 144, horizon: 12, count: 3, stride: 12 })).toEqual([108, 120, 132]);
    expect(rollingOrigins({ length: 2, horizon: 1, count: 1 })).toEqual([1]);
  });

  it("may begin right at the minimum", () => {
    // 20 before the first, then 2 steps of 5 to the last and 4 to forecast: 34.
    const settings = { horizon: 4, count: 3, stride: 5, minimum: 20 };
    expect(rollingOrigins({ ...settings, length: 34 })).toEqual([20, 25, 30]);
    expect(() => rollingOrigins({ ...settings, length: 33 })).toThrow(
      "backtest: 3 origins, 5 apart, with 20 steps before the first and horizon 4 need a series of 34 steps or more, " +
        "not 33; use a longer series, or at most 2 origins",
    );
    expect(rollingOrigins({ ...settings, length: 33, count: 2 })).toEqual([24, 29]);
  });

  it("say so where not even one fits", () => {
    expect(() => rollingOrigins({ length: 12, horizon: 12, count: 2 })).toThrow(
      "need a series of 14 steps or more, not 12; use a longer series, or a shorter horizon",
    );
    expect(rollingOrigins({ length: 13, horizon: 12, count: 1 })).toEqual([1]);
    expect(() => rollingOrigins({ length: NaN, horizon: 1, count: 1 })).toThrow("not NaN");
  });

  it.each(["horizon", "count", "stride", "minimum"])("need a whole %s from 1", (name) => {
    for (const value of [0, 1.5, -1, NaN])
      expect(() => rollingOrigins({ length: 99, horizon: 1, count: 1, [name]: value })).toThrow(
        `backtest: ${name} must be a whole number, 1 or more, not ${value}`,
      );
  });
});
