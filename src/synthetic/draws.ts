// The random numbers of one example: a stream of its own for each (seed, index). Integer arithmetic, comparisons, and
// what IEEE 754 rounds in one way only, so an example has the same bits on every machine. Knows no task.
import { randomStream, streamKey, streams } from "../base/random.ts";

export interface Draws {
  /** Uniform in [0, 1), with 32 random bits. */
  uniform(): number;
  /** A whole number from `first` to `last`, both included, each as likely. */
  between(first: number, last: number): number;
  /** True with probability 1/2. */
  coin(): boolean;
  /** Normal with mean 0 and deviation 1. */
  normal(): number;
}

/** Throws unless both are whole numbers and `index` is 0 or more. */
export function drawsOf(seed: number, index: number): Draws {
  if (!Number.isSafeInteger(seed)) {
    throw new Error(`synthetic example: the seed must be a whole number, not ${seed}`);
  }
  if (!(Number.isSafeInteger(index) && index >= 0 && index < 2 ** 32)) {
    throw new Error(`synthetic example: the index must be a whole number from 0 to 2^32 - 1, not ${index}`);
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

/** Karney 2016, ACM Transactions on Mathematical Software 42(1), algorithm N; in place of Box and Muller's logarithm. */
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

/** True with probability exp(-p), for p from 0 to 1, by von Neumann's falling runs: no exponential is computed. */
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
