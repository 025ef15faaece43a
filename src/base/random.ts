// Counter-based random numbers: each number is a pure function of (seed, stream, index), so every device and any
// number of threads draw the same ones, and the whole state of a generator is one counter.

/** The two multipliers of `mix`, for code that spells it for a device. */
export const mixMultipliers: readonly [number, number] = [0x21f0aaad, 0x735a2d97];
/** Mixed into a seed, so that a stream's key differs from the numbers it is derived from. */
export const keyOffset = 0x3c6ef372;

/** A 32-bit mixing function with two multiplications; its constants are from C. Wellons' hash prospector (2018). */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), mixMultipliers[0]);
  h = Math.imul(h ^ (h >>> 15), mixMultipliers[1]);
  return (h ^ (h >>> 15)) | 0;
}

/** The key of a stream, for `bitsAt`. */
export function streamKey(seed: number, stream: number): number {
  return mix(mix((seed | 0) ^ keyOffset) + stream);
}

/** 32 random bits, as a signed integer: number `index` of the stream with this key. */
export function bitsAt(key: number, index: number): number {
  return mix((mix(index ^ key) + key) | 0);
}

/** Uniform in [0, 1), with 32 random bits. */
export function uniform(seed: number, stream: number, index: number): number {
  return (bitsAt(streamKey(seed, stream), index) >>> 0) / 2 ** 32;
}

/** A stream that is read in order; `counter` is its whole state and may be saved and set. */
export interface RandomStream {
  counter: number;
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Normal with mean 0 and standard deviation 1, by the Box-Muller method; consumes two numbers of the stream. */
  normal(): number;
}

/** The stream of this seed and number, starting at `counter`. */
export function randomStream(seed: number, stream: number, counter = 0): RandomStream {
  const key = streamKey(seed, stream);
  return {
    counter,
    uniform() {
      return (bitsAt(key, this.counter++) >>> 0) / 2 ** 32;
    },
    normal() {
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
      return radius * Math.cos(2 * Math.PI * this.uniform());
    },
  };
}

/** The streams of a run, by purpose: drawing from one never advances another. */
export const streams = {
  initial: 1,
  data: 2,
  noise: 3,
  sampling: 4,
  check: 5,
  scenes: 16,
  problems: 6,
  variations: 7,
} as const;
