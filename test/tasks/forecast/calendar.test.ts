import { describe, expect, it } from "vitest";
import { calendarFeatures, calendarValues } from "../../../src/tasks/forecast/calendar.ts";
import { addPeriods, type FrequencyUnit } from "../../../src/tasks/forecast/frequency.ts";

/** Sines and cosines of shares of a circle. */
const circle = (...shares: readonly number[]): number[] =>
  shares.flatMap((share) => [Math.sin(2 * Math.PI * share), Math.cos(2 * Math.PI * share)]);

function expectValues(text: string, unit: FrequencyUnit, shares: readonly number[]): void {
  const actual = calendarValues([Date.parse(text)], { unit, every: 1 });
  const expected = circle(...shares);
  expect(actual).toHaveLength(calendarFeatures({ unit, every: 1 }).length);
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
}

describe("the calendar", () => {
  it("names what it gives", () => {
    expect(calendarFeatures({ unit: "day", every: 1 })).toEqual([
      "sine of day of week",
      "cosine of day of week",
      "sine of day of year",
      "cosine of day of year",
    ]);
  });

  it("by hand", () => {
    // 2016-07-01, a Friday, is the 183rd day of 366: 182 days and 18 hours have passed by 18:00.
    expectValues("2016-07-01T18:00Z", "hour", [18 / 24, 4 / 7, 182.75 / 366]);
    expectValues("2016-07-01T18:30Z", "minute", [18.5 / 24, 4 / 7, (182 + 18.5 / 24) / 366]);
    expectValues("2016-07-01T00:00:09Z", "second", [9 / 86400, 4 / 7, (182 + 9 / 86400) / 366]);
    expectValues("2016-07-01", "day", [4 / 7, 182 / 366]);
    expectValues("2015-12-31", "week", [364 / 365]);
    expectValues("1949-04-30", "month", [3 / 12]);
    expectValues("1949-10-01", "quarter", [9 / 12]);
    expectValues("1949-10-01", "year", []);
    expectValues("1969-12-29T23:00Z", "hour", [23 / 24, 0, (362 + 23 / 24) / 365]); // a Monday before 1970
  });

  it("gives a row for each time, and a month comes again after a year", () => {
    const frequency = { unit: "month", every: 1 } as const;
    const times = Array.from({ length: 25 }, (_, i) => addPeriods(Date.UTC(2019, 4, 31), frequency, i));
    const values = calendarValues(times, frequency);
    expect(values).toHaveLength(50);
    expect(values.subarray(24, 48)).toEqual(values.subarray(0, 24));
    expect(values.subarray(2, 4)).not.toEqual(values.subarray(0, 2));
  });

  it("refuses what is no time", () => {
    expect(() => calendarValues([0, NaN], { unit: "day", every: 1 })).toThrow(
      "calendar: times[1] must be milliseconds since 1970, not NaN; read it with readTimes",
    );
  });
});
