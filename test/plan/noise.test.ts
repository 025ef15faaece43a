import { expect, test } from "vitest";
import { layerSalt, maskAt, maskKey, weightMaskSalt } from "../../src/plan/noise.ts";
import { elman } from "./tiny.ts";

test("a mask drops its share of elements", () => {
  const key = maskKey(1, 2, 3);
  const count = 10_000;
  const kept = Array.from({ length: count }, (_, i) => maskAt(key, i, 0.3)).reduce((a, b) => a + b, 0);
  // Five standard deviations.
  expect(Math.abs(kept / count - 0.7)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / count));
});

test("rates 0 and 1 decide every element", () => {
  const key = maskKey(1, 2, 3);
  for (let i = 0; i < 100; i++) expect([maskAt(key, i, 0), maskAt(key, i, 1)]).toEqual([1, 0]);
});

test("seed, step and mask each give another key, the same ones the same", () => {
  expect(maskKey(1, 2, 3)).toBe(maskKey(1, 2, 3));
  const keys = [maskKey(1, 2, 3), maskKey(2, 2, 3), maskKey(1, 3, 3), maskKey(1, 2, 4)];
  expect(new Set(keys).size).toBe(4);
});

test("no two masks of a network have the same salt", () => {
  const ofWeights = ["W", "U"].map((name) => weightMaskSalt(elman, name));
  expect(new Set(ofWeights).size).toBe(2);
  // Masks in the equations count from 0; a cell's text cannot have as many as 2^15.
  for (const salt of ofWeights) {
    expect(salt).toBeGreaterThanOrEqual(2 ** 15);
    expect(layerSalt(0) + salt).toBeLessThan(layerSalt(1));
  }
});
