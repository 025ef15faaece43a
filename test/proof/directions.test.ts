// Directional derivatives: right where a function is smooth, undefined where it is not.
import { expect, test } from "vitest";
import { equations } from "../../src/language/equations.ts";
import { checkCell } from "../../src/check/check.ts";
import { randomDirection, relativeError, slope } from "../../src/check/directions.ts";

const at = (f: (x: number) => number): Promise<number | undefined> =>
  slope((d) => Promise.resolve(f(d)), 1e-3);

test("the slope of a smooth function has nine digits", async () => {
  expect(relativeError((await at((d) => Math.sin(0.7 + d))) as number, Math.cos(0.7))).toBeLessThan(1e-9);
  expect(relativeError((await at((d) => Math.exp(3 * d))) as number, 3)).toBeLessThan(1e-9);
  expect(await at(() => 5)).toBe(0);
});

test.each([-1.5e-3, -3e-4, 1e-4, 7e-4, 1.9e-3])("a kink at %d has no slope", async (kink) => {
  expect(await at((d) => Math.sin(d) + 1e-2 * Math.abs(d - kink))).toBeUndefined();
});

test("a function that is not finite has no slope", async () => {
  expect(await at((d) => Math.log(d))).toBeUndefined();
  expect(relativeError(NaN, 1)).toBe(Infinity);
  expect(relativeError(1, NaN)).toBe(Infinity);
});

test("a direction has length 1 and is determined by its seed", () => {
  const direction = randomDirection(11, 3, 1);
  expect(Math.hypot(...direction)).toBeCloseTo(1, 12);
  expect(randomDirection(11, 3, 1)).toEqual(direction);
  expect(randomDirection(11, 4, 1)).not.toEqual(direction);
});

test("a cell whose loss is not finite fails", async () => {
  const cell = equations("outside")`h' = log(W x + U h - 100)`;
  expect(await checkCell(cell, { steps: [2] })).toMatchObject({ pass: false, error: Infinity });
});

test("a cell that the loss does not depend on passes", async () => {
  const cell = equations("noise")`
    y = mask(0.5, per step)
    output y
  `;
  expect(await checkCell(cell, { steps: [2] })).toMatchObject({ pass: true, error: 0, cases: 6 });
});
