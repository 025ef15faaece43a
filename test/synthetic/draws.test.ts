import { expect, it } from "vitest";
import { drawsOf } from "../../src/synthetic/draws.ts";

it("draws normal numbers: moments and tails", () => {
  const draws = drawsOf(5, 0);
  const count = 100_000;
  const values = Array.from({ length: count }, () => draws.normal());
  const moment = (power: number): number => values.reduce((sum, v) => sum + v ** power, 0) / count;
  // Standard errors of the moments: √(1, 2, 15, 96) / √count.
  const errors = [1, Math.sqrt(2), Math.sqrt(15), Math.sqrt(96)].map((d) => d / Math.sqrt(count));
  [0, 1, 0, 3].forEach((m, i) => expect(Math.abs(moment(i + 1) - m)).toBeLessThan(4 * errors[i]!));
  // Shares within 1, 2 and 3 deviations: 0.6827, 0.9545, 0.9973.
  for (const [bound, share] of [
    [1, 0.682689],
    [2, 0.9545],
    [3, 0.9973],
  ] as const) {
    const inside = values.filter((v) => Math.abs(v) < bound).length / count;
    expect(Math.abs(inside - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / count));
  }
});

it("draws whole numbers with both ends, each as often", () => {
  const draws = drawsOf(5, 1);
  const counts = [0, 0, 0];
  for (let i = 0; i < 9000; i++) counts[draws.between(4, 6) - 4]!++;
  // 3000 each; four deviations are 4 √(9000 · 2/9) = 179.
  for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(179);
});

it("gives every index a stream of its own", () => {
  const firsts = Array.from({ length: 20_000 }, (_, index) => drawsOf(1, index).uniform());
  expect(new Set(firsts).size).toBeGreaterThan(19_990);
  const mean = firsts.reduce((sum, v) => sum + v, 0) / firsts.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * 20_000));
});
