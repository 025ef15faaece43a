// The counter-based random generator of `base/random.ts` as WebAssembly, on one integer and on four. Draws the same bits.
import { keyOffset, mixMultipliers as multipliers, streams } from "../../base/random.ts";
import type { Code, Module } from "./assembler.ts";

export interface NoiseFunctions {
  /** (salt) → the key of the mask with this salt, at this step. */
  readonly maskKey: number;
}

/** `seed` and `step` are the addresses of integers, which count as 0 if undefined. */
export function emitNoise(
  module: Module,
  seed: number | undefined,
  step: number | undefined,
): NoiseFunctions {
  const mix = module.func(["i32"], "i32", (code) => {
    const fold = (shift: number): Code => code.get(0).get(0).i32(shift).op("i32.shr_u").op("i32.xor");
    fold(16).i32(multipliers[0]).op("i32.mul").set(0);
    fold(15).i32(multipliers[1]).op("i32.mul").set(0);
    fold(15);
  });
  const maskKey = module.func(["i32"], "i32", (code) => {
    const key = code.local("i32");
    const load = (address: number | undefined): Code =>
      address === undefined ? code.i32(0) : code.i32(0).access("i32.load", address);
    /** Turns the number on the stack into the key of the stream that `stream` pushes. */
    const streamKey = (stream: () => void): Code => {
      code.i32(keyOffset).op("i32.xor").call(mix);
      stream();
      return code.op("i32.add").call(mix);
    };
    load(seed);
    streamKey(() => void code.i32(streams.noise)).set(key);
    load(step).get(key).op("i32.xor").call(mix).get(key).op("i32.add").call(mix);
    streamKey(() => void code.get(0));
  });
  return { maskKey };
}

/** Turns a vector of four indices on the stack into four masks: 0 with probability `rate`, else 1. `key` is a local. */
export function maskBits(code: Code, key: number, rate: number): void {
  const h = code.local("v128");
  const mixFour = (): void => {
    code.set(h);
    const fold = (shift: number): Code => code.get(h).get(h).i32(shift).op("i32x4.shr_u").op("v128.xor");
    const times = (m: number): Code => code.lanes(m, m, m, m).op("i32x4.mul");
    fold(16);
    times(multipliers[0]).set(h);
    fold(15);
    times(multipliers[1]).set(h);
    fold(15);
  };
  const threshold = Math.round(rate * 2 ** 24);
  code.get(key).op("v128.xor");
  mixFour();
  code.get(key).op("i32x4.add");
  mixFour();
  code.i32(8).op("i32x4.shr_u").lanes(threshold, threshold, threshold, threshold);
  code.op("i32x4.ge_u").splat(1).op("v128.and");
}
