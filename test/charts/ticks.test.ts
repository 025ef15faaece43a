import { describe, expect, it } from "vitest";
import { logTicks, timeTicks, valueTicks, type Tick } from "../../src/charts/ticks.ts";

const labels = (ticks: readonly Tick[]): string[] => ticks.map((tick) => tick.label);

describe("ticks of values", () => {
  it.each([
    [0, 10, ["0", "2", "4", "6", "8", "10"]],
    [-0.12, 0.31, ["-0.1", "0.0", "0.1", "0.2", "0.3"]],
    [900, 3100, ["1,000", "1,500", "2,000", "2,500", "3,000"]],
    [1e-9, 5e-9, ["1e-9", "2e-9", "3e-9", "4e-9", "5e-9"]],
    [1e12, 3e12, ["1000000000000", "1500000000000", "2000000000000", "2500000000000", "3000000000000"]],
  ])("from %d to %d are round", (low, high, expected) => {
    const ticks = valueTicks(low, high, 5);
    expect(labels(ticks)).toEqual(expected);
    for (const { value, label } of ticks) expect(value).toBeCloseTo(Number(label.replaceAll(",", "")), 9);
  });
});

describe("ticks of a logarithmic axis", () => {
  it.each([
    [0.002, 300, ["0.01", "0.1", "1", "10", "100"]],
    [1, 1000, ["1", "10", "100", "1,000"]],
    [0.9, 60, ["1", "2", "5", "10", "20", "50"]],
    [1.1, 4.2, ["2", "3", "4"]],
    [1e-10, 1, ["1e-10", "1e-8", "1e-6", "0.0001", "0.01", "1"]],
    [3e7, 4e11, ["100,000,000", "1e9", "1e10", "1e11"]],
  ])("from %d to %d are round", (low, high, expected) => {
    const ticks = logTicks(low, high, 6);
    expect(labels(ticks)).toEqual(expected);
    for (const { value, label } of ticks) expect(value).toBeCloseTo(Number(label.replaceAll(",", "")), 9);
  });
});

describe("ticks of times", () => {
  it.each([
    ["1956-01-01", "1960-12-01", ["1956", "1957", "1958", "1959", "1960"]],
    ["1749-01-01", "1983-12-01", ["1750", "1800", "1850", "1900", "1950"]],
    ["2020-01-15", "2020-11-02", ["2020-04", "2020-07", "2020-10"]],
    // Mondays.
    ["2024-01-01", "2024-02-04", ["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22", "2024-01-29"]],
    ["2024-03-10T02:00Z", "2024-03-10T14:00Z", ["03-10 03:00", "03-10 06:00", "03-10 09:00", "03-10 12:00"]],
    ["2024-03-10T02:00Z", "2024-03-10T02:01Z", ["02:00:00", "02:00:15", "02:00:30", "02:00:45", "02:01:00"]],
  ])("from %s to %s are round", (low, high, expected) => {
    const ticks = timeTicks(Date.parse(low), Date.parse(high), 6);
    expect(labels(ticks)).toEqual(expected);
    for (const { value } of ticks) {
      expect(value).toBeGreaterThanOrEqual(Date.parse(low));
      expect(value).toBeLessThanOrEqual(Date.parse(high));
    }
  });
});
