import { expect, test } from "vitest";
import { access, createArena } from "../../../src/plan/arena.ts";
import { isUpdatedInPlace, workInPlace } from "../../../src/plan/layer/in-place.ts";
import type { Kernel } from "../../../src/plan/plan.ts";
import { copy, loop } from "../tiny.ts";

const arena = createArena(2, 3);
const carried = arena.make("carried", "states", 2);
const [now, lag] = [access(carried), access(carried, 0, "lag")];
const other = access(arena.make("other", "tokens", 2));
const weights = arena.parameters(4);

const product = (from: typeof now, into: typeof now): Kernel => ({
  kind: "matmul",
  over: "step",
  from,
  into,
  matrices: [{ buffer: weights, offset: 0, rows: 2, columns: 2 }],
  transposed: true,
});

test.each([
  ["read, then written", [copy(now, other, 2, "step"), copy(other, lag, 2, "step")], true],
  ["read and written in one pass", [copy(now, lag, 2, "step")], true],
  ["read by a product, then written", [product(now, other), copy(other, lag, 2, "step")], true],
  ["written, then read", [copy(other, lag, 2, "step"), copy(now, other, 2, "step")], false],
  ["written twice", [copy(now, lag, 2, "step"), copy(other, lag, 2, "step")], false],
  ["read and written by one product", [product(now, lag)], false],
  ["never written", [copy(now, other, 2, "step")], false],
])("a buffer that is %s", (_, body, expected) => {
  expect(isUpdatedInPlace(carried, [loop("backward", ...body)])).toBe(expected);
});

test("a buffer that anything outside the loop uses keeps its rows of all steps", () => {
  const body = loop("backward", copy(now, lag, 2, "step"));
  expect(isUpdatedInPlace(carried, [body, copy(now, other, 2)])).toBe(false);
  expect(isUpdatedInPlace(carried, [copy(now, other, 2)])).toBe(false);
  expect(isUpdatedInPlace(carried, [])).toBe(false);
});

test("in place, rows before and after a step are the same ones", () => {
  const work = [loop("backward", copy(now, other, 2, "step"), copy(other, lag, 2, "step"))];
  const expected = [loop("backward", copy(now, other, 2, "step"), copy(other, now, 2, "step"))];
  expect(workInPlace(carried, work)).toEqual(expected);
});
