// The noise of masks is a function of (seed, step, mask, index) alone, so that every device and any number of threads
// draw the same.
import type { Cell } from "../language/cell.ts";
import { bitsAt, streamKey, streams } from "../base/random.ts";

/** The base of a layer's salts; layers are further apart than the longest equations can number their masks. */
export const layerSalt = (layer: number): number => layer * 2 ** 16;

/** The salt of a mask on a matrix, within its layer; beyond those of the masks in the equations. */
export const weightMaskSalt = (cell: Cell, matrix: string): number =>
  2 ** 15 + cell.parameters.findIndex((p) => p.name === matrix);

/** The key of one mask at one step; `salt` tells the masks of a network apart. */
export function maskKey(seed: number, step: number, salt: number): number {
  return streamKey(bitsAt(streamKey(seed, streams.noise), step), salt);
}

/** 0 if the upper 24 bits, as a fraction of 2^24, are below the rate, otherwise 1. */
export function maskAt(key: number, index: number, rate: number): number {
  return bitsAt(key, index) >>> 8 >= Math.round(rate * 2 ** 24) ? 1 : 0;
}
