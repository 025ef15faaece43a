// Rows of any lengths in any order, as a device takes them: longest first, none of length zero, the tokens of each
// step one after the other. Moves numbers; runs nothing.
import type { RunExtent } from "../run/device.ts";

export interface PackedRows {
  /** For a run; undefined where no row has a step. */
  readonly extent: RunExtent | undefined;
  /** The row that each row of the device is, longest first. */
  readonly order: readonly number[];
  readonly tokens: number;
  /** Values [steps, rows, width] of the caller's as tokens [tokens, width]. */
  pack(values: ArrayLike<number>, width: number): Float64Array;
  /** Tokens [tokens, width] as the caller has them, [steps, rows, width], with zeros beyond each row's end. */
  unpack(values: ArrayLike<number>, width: number): Float64Array;
  /** Rows [rows, width] of the caller's as the device has them. */
  packRows(values: ArrayLike<number>, width: number): Float64Array;
  /** The device's rows as the caller has them; rows without a step have what `otherwise` has [rows, width]. */
  unpackRows(values: ArrayLike<number>, width: number, otherwise: ArrayLike<number>): Float64Array;
}

/** `lengths` [rows] of at most `steps`. Throws for a length out of range, naming its row. */
export function packRows(lengths: ArrayLike<number>, steps: number): PackedRows {
  const rows = lengths.length;
  const all = Array.from(lengths);
  all.forEach((length, row) => {
    if (Number.isInteger(length) && length >= 0 && length <= steps) return;
    throw new Error(`the length of row ${row} must be a whole number from 0 to ${steps}, not ${length}`);
  });
  const lengthOf = (row: number): number => all[row] as number;
  const order = all
    .map((_, row) => row)
    .filter((row) => lengthOf(row) > 0)
    .sort((a, b) => lengthOf(b) - lengthOf(a) || a - b);
  const longest = order[0] === undefined ? 0 : lengthOf(order[0]);
  // Where each token stands among the caller's.
  const places: number[] = [];
  for (let t = 0; t < longest; t++) {
    for (const row of order) if (lengthOf(row) > t) places.push(t * rows + row);
  }
  const check = (values: ArrayLike<number>, count: number, shape: string): void => {
    if (values.length === count) return;
    throw new Error(`${shape} are ${count} values, and ${values.length} came`);
  };
  const gathered = (values: ArrayLike<number>, from: readonly number[], width: number): Float64Array =>
    Float64Array.from({ length: from.length * width }, (_, i) => {
      return values[(from[Math.floor(i / width)] as number) * width + (i % width)] as number;
    });
  const scatter = (
    values: ArrayLike<number>,
    to: readonly number[],
    width: number,
    into: Float64Array,
  ): Float64Array => {
    to.forEach((place, i) => {
      for (let j = 0; j < width; j++) into[place * width + j] = values[i * width + j] as number;
    });
    return into;
  };
  return {
    extent:
      longest === 0
        ? undefined
        : { rows: order.length, steps: longest, lengths: Int32Array.from(order, lengthOf) },
    order,
    tokens: places.length,
    pack(values, width) {
      check(values, steps * rows * width, `values [${steps}, ${rows}, ${width}]`);
      return gathered(values, places, width);
    },
    unpack: (values, width) => scatter(values, places, width, new Float64Array(steps * rows * width)),
    packRows(values, width) {
      check(values, rows * width, `values [${rows}, ${width}]`);
      return gathered(values, order, width);
    },
    unpackRows: (values, width, otherwise) => scatter(values, order, width, Float64Array.from(otherwise)),
  };
}
