// How far two lists of numbers are apart: the greatest difference, relative to the greatest element.
import { expect } from "vitest";

export function distance(came: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (came.length !== expected.length) return Infinity;
  const scale = Array.from(expected).reduce((a, b) => Math.max(a, Math.abs(b)), 1e-6);
  const error = Array.from(expected, (e, i) => Math.abs((came[i] as number) - e) / scale);
  return error.reduce((a, b) => (b <= a ? a : Number.isNaN(b) ? Infinity : b), 0);
}

/** Fails, naming the quantity, where the lists are further apart than the tolerance. */
export function expectClose(
  quantity: string,
  came: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(distance(came, expected), quantity).toBeLessThanOrEqual(tolerance);
}
