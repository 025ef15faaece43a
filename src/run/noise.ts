// The noise of masks, the same on every device: zero or one from (seed, step, mask, index) alone.
import { bitsAt, streamKey, streams } from "../ir/random.ts";
import type { Memory } from "./reference.ts";

/** Keys of masks are this far apart, so that no two of a step share one. */
export const masksPerStep = 4096;

export function maskKeyOf(seed: number, step: number, salt: number): number {
  return bitsAt(streamKey(seed, streams.noise), (Math.imul(step, masksPerStep) + salt) | 0);
}

export function maskKey(memory: Memory, salt: number): number {
  const value = (name: string): number => {
    const buffer = memory.plan.buffers.find((b) => b.name === name);
    return buffer ? (memory.arrayOf(buffer)[buffer.offset] as number) : 0;
  };
  return maskKeyOf(value("seed"), value("step"), salt);
}

/** 1 unless the upper 24 bits, as a share of 2^24, lie below the rate. */
export function maskAt(key: number, index: number, rate: number): number {
  return bitsAt(key, index) >>> 8 >= Math.round(rate * 2 ** 24) ? 1 : 0;
}
