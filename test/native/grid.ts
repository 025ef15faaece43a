// Sizes around the widths of vectors, tiles and panels, combined pairwise (any two values of any two dimensions meet
// once) or fully.
import type { CaseSizes } from "../../src/check/random-case.ts";

/** For rows, hidden width and input width. */
export const gridSizes: readonly number[] = [1, 2, 3, 5, 7, 8, 11, 16, 17, 31, 64, 65, 128, 130];

const count = gridSizes.length;
const at = (index: number): number => gridSizes[index % count] as number;

/** A Latin square, B = i, H = j, I = i + j: any two of them take every pair of values once. */
export function pairs(): CaseSizes[] {
  return Array.from({ length: count ** 2 }, (_, n) => {
    const [i, j] = [Math.floor(n / count), n % count];
    return sized(at(i), at(j), at(i + j), n);
  });
}

/** All combinations. */
export function triples(): CaseSizes[] {
  return Array.from({ length: count ** 3 }, (_, n) => {
    const [i, j, k] = [Math.floor(n / count ** 2), Math.floor(n / count), n];
    return { ...sized(at(i), at(j), at(k), n), steps: 2 };
  });
}

/** Large sizes get a single step, since the reference is slow. */
function sized(rows: number, H: number, I: number, n: number): CaseSizes {
  const work = rows * H * (H + I);
  const steps = work > 100_000 ? 1 : work > 10_000 ? 1 + (n % 2) : 1 + (n % 4);
  return { rows, H, I, steps, other: [3, 5, 2, 8][n % 4] as number };
}
