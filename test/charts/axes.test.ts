import { describe, expect, it } from "vitest";
import { timeTicks, valueTicks, type Tick } from "../../src/charts/axes.ts";

const labels = (ticks: readonly Tick[]): string[] => ticks.map((tick) => tick.label);

describe("marks of values", () => {
  it.each([
    [0, 10, ["0", "2", "4", "6", "8", "10"]],
    [-0.12, 0.31, ["-0.1", "0.0", "0.1", "0.2", "0.3"]],
    [900, 3100, ["1,000", "1,500", "2,000", "2,500", "3,000"]],
    [1e-9, 5e-9, ["1e-9", "2e-9", "3e-9", "4e-9", "5e-9"]],
    [1e12, 3e12, ["1000000000000", "1500000000000", "2000000000000", "2500000000000", "3000000000000"]],
  ])("from %d to %d are round", (from, to, expected) => {
    const ticks = valueTicks(from, to, 5);
    expect(labels(ticks)).toEqual(expected);
    for (const { at, label } of ticks) expect(at).toBeCloseTo(Number(label.replaceAll(",", "")), 9);
  });
});

describe("marks of times", () => {
  it.each([
    ["1956-01-01", "1960-12-01", ["1956", "1957", "1958", "1959", "1960"]],
    ["1749-01-01", "1983-12-01", ["1750", "1800", "1850", "1900", "1950"]],
    ["2020-01-15", "2020-11-02", ["2020-04", "2020-07", "2020-10"]],
    // Mondays.
    ["2024-01-01", "2024-02-04", ["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22", "2024-01-29"]],
    ["2024-03-10T02:00Z", "2024-03-10T14:00Z", ["03-10 03:00", "03-10 06:00", "03-10 09:00", "03-10 12:00"]],
    ["2024-03-10T02:00Z", "2024-03-10T02:01Z", ["02:00:00", "02:00:15", "02:00:30", "02:00:45", "02:01:00"]],
  ])("from %s to %s are round", (from, to, expected) => {
    const ticks = timeTicks(Date.parse(from), Date.parse(to), 6);
    expect(labels(ticks)).toEqual(expected);
    for (const { at } of ticks) {
      expect(at).toBeGreaterThanOrEqual(Date.parse(from));
      expect(at).toBeLessThanOrEqual(Date.parse(to));
    }
  });
});
