// What the noise of masks is drawn from: (seed, step, mask, index) and nothing else, so that every device and
// any thread draws the same.
import type { Cell } from "../language/cell.ts";
import { bitsAt, streamKey, streams } from "../base/random.ts";

/** What the salts of a layer's masks begin with; more apart than the longest equations can name masks. */
export const layerSalt = (layer: number): number => layer * 2 ** 16;

/** What the draws of a matrix that is left out in part begin with, beyond the masks in the text. */
export const dropSalt = (cell: Cell, matrix: string): number =>
  2 ** 15 + cell.parameters.findIndex((p) => p.name === matrix);

/** The key of one mask at one step; `salt` tells the masks of a network apart. */
export function maskKey(seed: number, step: number, salt: number): number {
  return streamKey(bitsAt(streamKey(seed, streams.noise), step), salt);
}

/** 1 unless the upper 24 bits, as a share of 2^24, lie below the rate. */
export function maskAt(key: number, index: number, rate: number): number {
  return bitsAt(key, index) >>> 8 >= Math.round(rate * 2 ** 24) ? 1 : 0;
}
