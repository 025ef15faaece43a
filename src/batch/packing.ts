// Which token of which row stands where: devices take rows longest first, none of length zero, and the tokens of each
// step side by side. Moves numbers between that order and the caller's.
import type { RunExtent } from "../run/device.ts";

/** Which token of which row stands where in a packed batch, and the way there and back. */
export interface Packing {
  /** For a run of a program; undefined where no row has a step. */
  readonly extent: RunExtent | undefined;
  /** The caller's row of each packed row, longest first; rows without a step are absent. */
  readonly order: ArrayLike<number>;
  /** Steps of each packed row, [order.length]. */
  readonly lengths: Int32Array;
  /** Tokens of all rows together. */
  readonly tokens: number;
  /** Visits every token in packed order with the caller's row and its step. */
  each(visit: (token: number, row: number, step: number) => void): void;
  /** Packs per-step values, [steps, rows, width] to [tokens, width]. */
  pack(values: ArrayLike<number>, width: number): Float64Array;
  /** Unpacks tokens, [tokens, width] to [steps, rows, width], with zeros beyond each row's end. */
  unpack(values: ArrayLike<number>, width: number): Float64Array;
  /** Unpacks tokens row by row: each row's [its steps, width], by the caller's row; rows without a step are absent. */
  byRow(values: Float64Array, width: number): Float64Array[];
  /** The last token of each row, [width], by the caller's row; rows without a step are absent. */
  last(values: Float64Array, width: number): Float64Array[];
  /** Packs per-row values, [rows, width] to [order.length, width]. */
  packRows(values: ArrayLike<number>, width: number): Float64Array;
  /** Unpacks per-row values to [rows, width]; rows without a step take those of `otherwise`, [rows, width]. */
  unpackRows(values: ArrayLike<number>, width: number, otherwise: ArrayLike<number>): Float64Array;
}

/**
 * Packs rows of `lengths`, [rows], each at most `steps` (default: the longest). Rows that are equally long keep their
 * order. Throws for a length out of range, naming its row.
 */
export function packRows(lengths: ArrayLike<number>, steps?: number): Packing {
  const all = Array.from(lengths);
  const rows = all.length;
  const most = steps ?? all.reduce((longest, length) => Math.max(longest, length), 0);
  all.forEach((length, row) => {
    if (Number.isInteger(length) && length >= 0 && length <= most) return;
    throw new Error(`the length of row ${row} must be a whole number from 0 to ${most}, not ${length}`);
  });
  const lengthOf = (row: number): number => all[row] as number;
  const order = all.map((_, row) => row).filter((row) => lengthOf(row) > 0);
  order.sort((a, b) => lengthOf(b) - lengthOf(a) || a - b);
  const packed = Int32Array.from(order, lengthOf);
  const longest = packed[0] ?? 0;
  return createPacking({ rows, steps: most, order, lengths: packed }, longest, {
    rows: order.length,
    steps: longest,
    lengths: packed,
  });
}

/** Packs `rows` rows of `steps` steps each, in the caller's order. */
export function packEvenly(rows: number, steps: number): Packing {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  const lengths = new Int32Array(rows).fill(steps);
  return createPacking({ rows, steps, order, lengths }, steps, { rows, steps });
}

interface Shape {
  /** The caller's. */
  readonly rows: number;
  readonly steps: number;
  readonly order: ArrayLike<number>;
  readonly lengths: Int32Array;
}

function createPacking({ rows, steps, order, lengths }: Shape, longest: number, extent: RunExtent): Packing {
  const tokens = lengths.reduce((sum, length) => sum + length, 0);

  function each(visit: (token: number, row: number, step: number) => void): void {
    let token = 0;
    for (let t = 0; t < longest; t++) {
      for (let b = 0; b < lengths.length && (lengths[b] as number) > t; b++)
        visit(token++, order[b] as number, t);
    }
  }

  return {
    extent: longest === 0 ? undefined : extent,
    order,
    lengths,
    tokens,
    each,
    pack(values, width) {
      checkCount(values, [steps, rows, width]);
      const packed = new Float64Array(tokens * width);
      each((token, row, t) => copy(values, t * rows + row, packed, token, width));
      return packed;
    },
    unpack(values, width) {
      const unpacked = new Float64Array(steps * rows * width);
      each((token, row, t) => copy(values, token, unpacked, t * rows + row, width));
      return unpacked;
    },
    byRow(values, width) {
      const unpacked: Float64Array[] = [];
      lengths.forEach((length, b) => (unpacked[order[b] as number] = new Float64Array(length * width)));
      each((token, row, t) => copy(values, token, unpacked[row] as Float64Array, t, width));
      return unpacked;
    },
    last(values, width) {
      const unpacked: Float64Array[] = [];
      let before = 0;
      for (let t = 0; t < longest; t++) {
        let alive = 0;
        while (alive < lengths.length && (lengths[alive] as number) > t) alive++;
        for (let b = 0; b < alive; b++) {
          if (lengths[b] !== t + 1) continue;
          unpacked[order[b] as number] = values.slice((before + b) * width, (before + b + 1) * width);
        }
        before += alive;
      }
      return unpacked;
    },
    packRows(values, width) {
      checkCount(values, [rows, width]);
      const packed = new Float64Array(order.length * width);
      for (let b = 0; b < order.length; b++) copy(values, order[b] as number, packed, b, width);
      return packed;
    },
    unpackRows(values, width, otherwise) {
      const unpacked = Float64Array.from(otherwise);
      for (let b = 0; b < order.length; b++) copy(values, b, unpacked, order[b] as number, width);
      return unpacked;
    },
  };
}

/** Copies row `i` of `values` to row `j` of `into`, both `width` wide. */
function copy(values: ArrayLike<number>, i: number, into: Float64Array, j: number, width: number): void {
  for (let k = 0; k < width; k++) into[j * width + k] = values[i * width + k] as number;
}

function checkCount(values: ArrayLike<number>, shape: readonly number[]): void {
  const count = shape.reduce((product, size) => product * size, 1);
  if (values.length === count) return;
  throw new Error(`expected ${count} values for shape [${shape.join(", ")}], got ${values.length}`);
}
