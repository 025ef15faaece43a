import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addPeriods,
  describeFrequency,
  findFrequency,
  periodsBetween,
  type Frequency,
} from "../../../src/tasks/forecast/frequency.ts";
import { formatTime } from "../../../src/tasks/forecast/time.ts";

const at = (text: string): number => Date.parse(text.length > 10 ? `${text.replace(" ", "T")}Z` : text);

describe("the frequency of times", () => {
  it.each<[string, Frequency, readonly string[]]>([
    ["seconds", { unit: "second", every: 15 }, ["2020-01-01 00:00:00", "2020-01-01 00:00:15"]],
    ["minutes", { unit: "minute", every: 15 }, ["2020-01-01 00:00:00", "2020-01-01 00:15:00"]],
    ["hours", { unit: "hour", every: 1 }, ["2020-01-01 23:00:00", "2020-01-02 00:00:00"]],
    ["days", { unit: "day", every: 1 }, ["2020-02-28", "2020-02-29", "2020-03-01"]],
    ["weeks", { unit: "week", every: 1 }, ["2020-02-28", "2020-03-06"]],
    ["fortnights", { unit: "week", every: 2 }, ["2020-02-28", "2020-03-13"]],
    ["months", { unit: "month", every: 1 }, ["2020-01-01", "2020-02-01", "2020-03-01"]],
    ["months of four weeks", { unit: "month", every: 1 }, ["2021-02-01", "2021-03-01"]],
    [
      "ends of months",
      { unit: "month", every: 1, monthEnd: true },
      ["2020-01-31", "2020-02-29", "2020-03-31"],
    ],
    ["quarters", { unit: "quarter", every: 1 }, ["2020-01-15", "2020-04-15", "2020-07-15"]],
    ["half years", { unit: "quarter", every: 2 }, ["2020-01-01", "2020-07-01"]],
    ["years", { unit: "year", every: 1 }, ["2019-01-01", "2020-01-01", "2021-01-01"]],
    ["decades", { unit: "year", every: 10 }, ["1950-01-01", "1960-01-01"]],
  ])("%s", (_, frequency, times) => {
    expect(findFrequency(times.map(at))).toEqual(frequency);
  });

  it("is the most common distance, and of two as common the shorter", () => {
    const days = ["2020-01-01", "2020-01-05", "2020-01-06", "2020-01-07", "2020-01-12"];
    expect(findFrequency(days.map(at))).toEqual({ unit: "day", every: 1 });
    expect(findFrequency(["2020-01-01", "2020-01-04", "2020-01-06"].map(at))).toEqual({
      unit: "day",
      every: 2,
    });
  });

  it("needs two times, whole seconds apart", () => {
    expect(findFrequency([])).toBeUndefined();
    expect(findFrequency([5])).toBeUndefined();
    expect(findFrequency([0, 250, 500])).toBeUndefined();
  });
});

describe("steps", () => {
  const add = (time: string, frequency: Frequency, n: number): string =>
    formatTime(addPeriods(at(time), frequency, n));

  it("of fixed length", () => {
    expect(add("2020-02-28 23:00:00", { unit: "hour", every: 1 }, 2)).toBe("2020-02-29 01:00:00");
    expect(add("2020-02-28", { unit: "week", every: 2 }, -1)).toBe("2020-02-14");
  });

  it("by the calendar", () => {
    expect(add("2019-11-15 06:00:00", { unit: "month", every: 1 }, 3)).toBe("2020-02-15 06:00:00");
    expect(add("2020-01-01", { unit: "month", every: 5 }, -3)).toBe("2018-10-01");
    expect(add("2020-01-30", { unit: "month", every: 1 }, 1)).toBe("2020-02-29");
    expect(add("2021-01-30", { unit: "month", every: 1 }, 1)).toBe("2021-02-28");
    expect(add("2021-02-28", { unit: "month", every: 1, monthEnd: true }, 1)).toBe("2021-03-31");
    expect(add("2020-02-29", { unit: "year", every: 1 }, 1)).toBe("2021-02-28");
    expect(add("2020-11-30", { unit: "quarter", every: 1, monthEnd: true }, 1)).toBe("2021-02-28");
    expect(add("0001-01-01", { unit: "year", every: 1 }, -1)).toBe("0000-01-01");
  });

  it("are counted as they are added", () => {
    const units = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...units),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: -40, max: 40 }),
        fc.integer({ min: -2e9, max: 2e9 }),
        (unit, every, n, seconds) => {
          const time = seconds * 1000;
          expect(periodsBetween(time, addPeriods(time, { unit, every }, n), { unit, every })).toBe(n);
        },
      ),
    );
    expect(periodsBetween(at("2020-01-01"), at("2020-01-02"), { unit: "week", every: 1 })).toBeCloseTo(
      1 / 7,
      15,
    );
    expect(periodsBetween(at("2020-01-01"), at("2020-02-01"), { unit: "quarter", every: 1 })).toBe(1 / 3);
  });

  it("are whole", () => {
    expect(() => addPeriods(0, { unit: "day", every: 1 }, 1.5)).toThrow(
      "adding steps to a time: their number must be whole, not 1.5; round it",
    );
  });

  it("have words", () => {
    expect(describeFrequency({ unit: "hour", every: 1 })).toBe("1 hour");
    expect(describeFrequency({ unit: "quarter", every: 2 }, 3)).toBe("6 quarters");
  });
});
