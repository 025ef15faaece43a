import { expect, test } from "vitest";
import { buildPlan, parameterLayout } from "../../src/plan/build.ts";
import { networkOf, tinyLayer } from "./tiny.ts";

const network = networkOf(tinyLayer);

test("a plan has the capacities that were asked for; step by step it has one step", () => {
  const { mode, rows, steps } = buildPlan(network, { mode: "train", rows: 2, steps: 4 });
  expect([mode, rows, steps]).toEqual(["train", 2, 4]);
  expect(buildPlan(network, { mode: "step", rows: 2, steps: 4 }).steps).toBe(1);
});

test("all plans of a network have one layout of parameters", () => {
  const layout = parameterLayout(network);
  for (const mode of ["train", "evaluate", "step"] as const) {
    expect(buildPlan(network, { mode, rows: 2, steps: 4 }).parameters).toEqual(layout);
  }
});

test("the arena is laid out: every buffer is inside it", () => {
  const { arena, buffers } = buildPlan(network, { mode: "train", rows: 2, steps: 4 });
  const ends = buffers.filter((b) => b.space === "arena").map((b) => b.offset + b.size);
  expect(Math.max(...ends)).toBeLessThanOrEqual(arena);
  expect(Math.max(...ends)).toBeGreaterThan(arena - 16);
});

test("a plan is the same each time", () => {
  const [first, second] = [1, 2].map(() => buildPlan(network, { mode: "train", rows: 2, steps: 4 }));
  expect(JSON.stringify(first)).toBe(JSON.stringify(second));
});
