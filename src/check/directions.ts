// Directional derivatives by finite differences. Two step sizes must agree, which detects kinks.
import { randomStream } from "../base/random.ts";

/** Smaller derivatives are compared as if they were this large: rounding errors are 1e-12 of a loss near 1. */
export const leastScale = 1e-3;

/** `|a - b|` relative to the larger of the two; infinite if either is not finite. */
export function relativeError(a: number, b: number): number {
  const error = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), leastScale);
  return Number.isNaN(error) ? Infinity : error;
}

/**
 * The slope of `f` at 0 to about 1e-9, by central differences of fourth order; undefined if two step sizes disagree,
 * because `f` has a kink nearby or is not finite.
 */
export async function slope(
  f: (distance: number) => Promise<number>,
  step: number,
): Promise<number | undefined> {
  const central = async (d: number): Promise<number> => ((await f(d)) - (await f(-d))) / (2 * d);
  const [near, middle, far] = [await central(step / 2), await central(step), await central(2 * step)];
  const fine = (4 * near - middle) / 3;
  const coarse = (4 * middle - far) / 3;
  return relativeError(fine, coarse) <= 1e-7 ? fine : undefined;
}

/** A random unit vector, [size]. */
export function randomDirection(size: number, seed: number, stream: number): Float64Array {
  const random = randomStream(seed, stream);
  const direction = Float64Array.from({ length: size }, () => random.normal());
  const length = Math.hypot(...direction);
  return direction.map((d) => d / length);
}
