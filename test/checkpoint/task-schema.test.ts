import { expect, test } from "vitest";
import { taskSchema } from "../../src/checkpoint/task-schema.ts";

const forecast = {
  kind: "forecast",
  columns: ["y"],
  scalings: [{ log: false, lag: 0, mean: 0, deviation: 1 }],
  frequency: { unit: "month", every: 1 },
  calendar: false,
  horizon: 3,
  context: 9,
  levels: [0.5],
};

test("a forecast's file of before there were choices is one of direct quantiles", () => {
  expect(taskSchema.parse(forecast)).toEqual({ ...forecast, output: "quantiles", strategy: "direct" });
});

test("a forecast's output and strategy are kept, and must be known", () => {
  const chosen = { ...forecast, output: "gaussian", strategy: "recursive" };
  expect(taskSchema.parse(chosen)).toEqual(chosen);
  expect(taskSchema.safeParse({ ...forecast, output: "normal" }).success).toBe(false);
  expect(taskSchema.safeParse({ ...forecast, strategy: "both" }).success).toBe(false);
});
