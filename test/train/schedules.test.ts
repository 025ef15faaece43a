// Schedules as functions of the share of the budget: ends, middles, warm-up, and refusals.
import { describe, expect, it } from "vitest";
import { scheduleOf, type ScheduleSettings } from "../../src/train/schedules.ts";

describe("schedules", () => {
  it.each<[ScheduleSettings, Record<number, number>]>([
    [{ kind: "constant" }, { 0: 1, 0.5: 1, 1: 1 }],
    [{ kind: "step" }, { 0: 1, 0.249: 1, 0.25: 0.1, 0.74: 0.01, 1: 1e-4 }],
    [
      { kind: "step", factor: 0.5, every: 0.1 },
      { 0.05: 1, 0.3: 0.125, 0.7: 0.5 ** 7 },
    ],
    [{ kind: "exponential" }, { 0: 1, 0.5: 0.1, 1: 0.01 }],
    [
      { kind: "exponential", final: 0.0625 },
      { 0.25: 0.5, 1: 0.0625 },
    ],
    [{ kind: "cosine" }, { 0: 1, 0.5: 0.5, [2 / 3]: 0.25, 1: 0 }],
    [
      { kind: "cosine", final: 0.2 },
      { 0: 1, 0.5: 0.6, 1: 0.2 },
    ],
    [
      { kind: "constant", warmup: 0.1 },
      { 0: 0, 0.05: 0.5, 0.1: 1, 0.9: 1 },
    ],
    [
      { kind: "cosine", warmup: 0.5 },
      { 0.25: 0.5, 0.5: 1, 0.75: 0.5, 1: 0 },
    ],
  ])("%o", (settings, expected) => {
    const schedule = scheduleOf(settings);
    for (const [share, factor] of Object.entries(expected)) {
      expect(schedule(Number(share)), `at ${share}`).toBeCloseTo(factor, 12);
    }
  });

  it("stays within its ends for shares outside", () => {
    const schedule = scheduleOf({ kind: "cosine", final: 0.1 });
    expect([schedule(-1), schedule(2)]).toEqual([schedule(0), schedule(1)]);
  });

  it.each<[ScheduleSettings, string]>([
    [{ kind: "constant", warmup: 1 }, "schedule: warmup must be from 0 to below 1, not 1"],
    [{ kind: "step", factor: 0 }, "schedule: factor must be above 0 and at most 1, not 0"],
    [{ kind: "step", every: NaN }, "schedule: every must be above 0 and at most 1, not NaN"],
    [{ kind: "exponential", final: 0 }, "schedule: final must be above 0 and at most 1, not 0"],
    [{ kind: "cosine", final: 1.5 }, "schedule: final must be from 0 to 1, not 1.5"],
  ])("refuses %o", (settings, message) => {
    expect(() => scheduleOf(settings)).toThrow(message);
  });
});
