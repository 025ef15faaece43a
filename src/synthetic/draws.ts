// The random numbers of one example, from a stream for each (seed, index). Only integer arithmetic, comparisons and
// correctly rounded operations, so an example has the same bits on every machine.
import { randomStream, streamKey, streams } from "../base/random.ts";

/** A stream of random numbers. */
export interface Draws {
  /** Uniform in [0, 1), with 32 random bits. */
  uniform(): number;
  /** A whole number, uniform from `first` to `last`, both included. */
  between(first: number, last: number): number;
  /** True with probability 1/2. */
  coin(): boolean;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
}

/** The stream of an example. Throws unless both are whole numbers and `index` is from 0 to 2^32 - 1. */
export function drawsOf(seed: number, index: number): Draws {
  if (!Number.isSafeInteger(seed)) {
    throw new Error(`synthetic example: the seed must be a whole number, got ${seed}`);
  }
  if (!(Number.isSafeInteger(index) && index >= 0 && index < 2 ** 32)) {
    throw new Error(`synthetic example: the index must be a whole number from 0 to 2^32 - 1, got ${index}`);
  }
  const stream = randomStream(streamKey(seed, streams.problems), index);
  const uniform = (): number => stream.uniform();
  return {
    uniform,
    between: (first, last) => first + Math.floor(uniform() * (last - first + 1)),
    coin: () => uniform() < 0.5,
    normal: () => normal(uniform),
  };
}

/** Algorithm N of Karney 2016, ACM Transactions on Mathematical Software 42(1), which needs no logarithm. */
function normal(uniform: () => number): number {
  for (;;) {
    let whole = 0;
    while (withProbabilityExp(0.5, uniform)) whole++;
    if (!all(whole * (whole - 1), () => withProbabilityExp(0.5, uniform))) continue;
    const part = uniform();
    const exponent = (part * (2 * whole + part)) / (2 * whole + 2);
    if (!all(whole + 1, () => withProbabilityExp(exponent, uniform))) continue;
    return uniform() < 0.5 ? whole + part : -whole - part;
  }
}

/** True with probability exp(-p), for p from 0 to 1, by von Neumann's method, which needs no exponential. */
function withProbabilityExp(p: number, uniform: () => number): boolean {
  let even = true;
  for (let least = p, next = uniform(); next < least; next = uniform()) {
    least = next;
    even = !even;
  }
  return even;
}

function all(times: number, draw: () => boolean): boolean {
  for (let i = 0; i < times; i++) if (!draw()) return false;
  return true;
}
