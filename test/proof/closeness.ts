// The distance of two lists of numbers: the largest difference, relative to the largest element.
import { expect } from "vitest";

export function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  const scale = Array.from(expected).reduce((a, b) => Math.max(a, Math.abs(b)), 1e-6);
  const error = Array.from(expected, (e, i) => Math.abs((actual[i] as number) - e) / scale);
  return error.reduce((a, b) => (b <= a ? a : Number.isNaN(b) ? Infinity : b), 0);
}

/** Fails, naming the quantity, where the lists are further apart than the tolerance. */
export function expectClose(
  quantity: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(distance(actual, expected), quantity).toBeLessThanOrEqual(tolerance);
}
