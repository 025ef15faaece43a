// Counter-based random numbers: a number is a pure function of (seed, stream, index), so that every device
// and any thread draws the same, and a generator's whole state is one counter. Knows no distribution of weights.

export const mixMultipliers: readonly [number, number] = [0x21f0aaad, 0x735a2d97];
/** Sets the key of a stream apart from the numbers it is made from. */
export const keyOffset = 0x3c6ef372;

/** A 32-bit mixing function with two multiplications; constants found by C. Wellons' hash prospector (2018). */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), mixMultipliers[0]);
  h = Math.imul(h ^ (h >>> 15), mixMultipliers[1]);
  return (h ^ (h >>> 15)) | 0;
}

/** The key of a stream: the same for all of its indices. */
export function streamKey(seed: number, stream: number): number {
  return mix(mix((seed | 0) ^ keyOffset) + stream);
}

/** The 32 random bits at `index` of the stream with this key, as a signed integer. */
export function bitsAt(key: number, index: number): number {
  return mix((mix(index ^ key) + key) | 0);
}

/** Uniform in [0, 1), with 32 random bits. */
export function uniform(seed: number, stream: number, index: number): number {
  return (bitsAt(streamKey(seed, stream), index) >>> 0) / 2 ** 32;
}

/** A stream read in order; `counter` is its whole state and may be saved and set. */
export interface RandomStream {
  counter: number;
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Normal with mean 0 and deviation 1, by Box and Muller; takes two numbers of the stream. */
  normal(): number;
}

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

/** The separate streams of a run: drawing from one never moves another. */
export const streams = {
  initial: 1,
  data: 2,
  noise: 3,
  sampling: 4,
  check: 5,
  scenes: 16,
  tasks: 6,
} as const;
