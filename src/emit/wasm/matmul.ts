// Matrix products with packed right sides. The right side is packed in panels of a few columns, K deep, once
// per change of the parameters; a register tile of the left side's rows times one panel is the inner loop, which
// is not unrolled: V8 before version 12 hoists and spills the loads of an unrolled one. Terms are added in the
// order of k whatever the tile.
import type { Code, Module } from "./assembler.ts";
import { createMath } from "./math.ts";
import { emitAddress, kernelParameters } from "./pointwise.ts";
import type { Packing, Place, Tile } from "./layout.ts";
import { productSize } from "./layout.ts";

/** A microkernel's shape: everything is fixed but the addresses and the depth. */
export interface Micro {
  readonly rows: number;
  /** Vectors of four columns; the last may hold fewer than four that count. */
  readonly vectors: number;
  readonly lastLanes: 1 | 2 | 3 | 4;
  /** Bytes between rows, and between terms, of the left side. */
  readonly leftRow: number;
  readonly leftTerm: number;
  /** Bytes between rows of the result. */
  readonly resultRow: number;
  readonly accumulate: boolean;
}

export interface MicroLibrary {
  /** The function (left, panel, result, depth) of that shape. */
  get(shape: Micro): number;
}

export function microLibrary(module: Module, relaxed: boolean): MicroLibrary {
  const known = new Map<string, number>();
  return {
    get(shape) {
      const key = JSON.stringify(shape);
      const found = known.get(key);
      if (found !== undefined) return found;
      const index = module.func(4, undefined, (code) => emitMicro(code, shape, relaxed));
      known.set(key, index);
      return index;
    },
  };
}

function emitMicro(code: Code, shape: Micro, relaxed: boolean): void {
  const [left, panel, result, depth] = [0, 1, 2, 3];
  const { rows, vectors } = shape;
  const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => code.local("v128")));
  const right = Array.from({ length: vectors }, () => code.local("v128"));
  const term = code.local("v128");
  const math = createMath(code, relaxed);
  const each = (visit: (sum: number, row: number, v: number) => void): void =>
    sums.forEach((own, row) => own.forEach((sum, v) => visit(sum, row, v)));
  if (shape.accumulate) {
    each((sum, row, v) =>
      code
        .get(result)
        .access("v128.load", row * shape.resultRow + 16 * v)
        .set(sum),
    );
  }
  code.loop(() => {
    right.forEach((r, v) =>
      code
        .get(panel)
        .access("v128.load", 16 * v)
        .set(r),
    );
    sums.forEach((own, row) => {
      code
        .get(left)
        .access("v128.load32_splat", row * shape.leftRow)
        .set(term);
      own.forEach((sum, v) => {
        code
          .get(term)
          .get(right[v] as number)
          .get(sum);
        math.madd();
        code.set(sum);
      });
    });
    code.advance(left, shape.leftTerm);
    code.advance(panel, 16 * vectors);
    code.get(depth).i32(1).op("i32.sub").tee(depth).branchIf(0);
  });
  each((sum, row, v) => {
    const offset = row * shape.resultRow + 16 * v;
    if (v < vectors - 1 || shape.lastLanes === 4) code.get(result).get(sum).access("v128.store", offset);
    else storeLanes(sum, offset);
  });
  function storeLanes(sum: number, offset: number): void {
    for (let l = 0; l < shape.lastLanes; l++)
      code
        .get(result)
        .get(sum)
        .storeLane(l, offset + 4 * l);
  }
}

/** The panels of N columns: whole ones of the tile's width, then single vectors, the last maybe partial. */
export interface Panels {
  readonly wide: number;
  readonly single: number;
  /** Columns that count in the last, partial vector; 0 if there is none. */
  readonly partial: 0 | 1 | 2 | 3;
}

export function panelsOf(n: number, vectors: number): Panels {
  const wide = Math.floor(n / (4 * vectors));
  const rest = n - wide * 4 * vectors;
  return { wide, single: Math.floor(rest / 4), partial: (rest % 4) as 0 | 1 | 2 | 3 };
}

/** Rows of the left side that pass by all panels before the next ones, so that they stay in the first cache. */
const rowBlock = 64;

export interface MatmulShape {
  readonly from: Place;
  readonly into: Place;
  readonly n: number;
  readonly k: number;
  /** Address of the packed right side. */
  readonly packed: number;
}

export function emitMatmul(code: Code, shape: MatmulShape, micros: MicroLibrary, tile: Tile): void {
  const { from, into, n, k, packed } = shape;
  const local = (): number => code.local("i32");
  const [left, result, remaining, block] = [local(), local(), local(), local()];
  const [l, r, rows] = [local(), local(), local()];
  emitAddress(code, from);
  code.set(left);
  emitAddress(code, into);
  code.set(result).get(kernelParameters.count).set(remaining);
  code.block(() => {
    code.get(remaining).op("i32.eqz").branchIf(0);
    code.loop(() => {
      code.get(remaining).set(block);
      code.get(block).i32(rowBlock).op("i32.gt_s");
      code.if(() => void code.i32(rowBlock).set(block));
      forPanels(code, { n, packed, depth: k }, tile.vectors, (panel, column, vectors, lastLanes) => {
        code.get(left).set(l).get(result).get(column).op("i32.add").set(r).get(block).set(rows);
        const strides = { leftRow: from.stride, leftTerm: 4, resultRow: into.stride, accumulate: false };
        const call = (height: number): void => {
          const micro = micros.get({ rows: height, vectors, lastLanes, ...strides });
          code.get(l).get(panel).get(r).i32(k).call(micro);
        };
        tileRows(code, tile.rows, rows, call, (height) => {
          code.advance(l, height * from.stride);
          code.advance(r, height * into.stride);
        });
      });
      code.get(left).get(block).i32(from.stride).op("i32.mul").op("i32.add").set(left);
      code.get(result).get(block).i32(into.stride).op("i32.mul").op("i32.add").set(result);
      code.get(remaining).get(block).op("i32.sub").tee(remaining).i32(0).op("i32.gt_s").branchIf(0);
    });
  });
}

/** A packed right side: N columns in panels `depth` terms deep. */
export interface PackedSide {
  readonly n: number;
  readonly depth: number;
  readonly packed: number;
}

/** Visits the panels of N columns with locals for the panel's address and the column's offset in bytes. */
export function forPanels(
  code: Code,
  { n, depth, packed }: PackedSide,
  vectors: number,
  visit: (panel: number, column: number, vectors: number, lastLanes: Micro["lastLanes"]) => void,
): void {
  const { wide, single, partial } = panelsOf(n, vectors);
  const [panel, column, left] = [code.local("i32"), code.local("i32"), code.local("i32")];
  code.i32(packed).set(panel).i32(0).set(column);
  const repeat = (count: number, width: number, lastLanes: Micro["lastLanes"]): void => {
    if (count === 0) return;
    code.i32(count).set(left);
    code.loop(() => {
      visit(panel, column, width, lastLanes);
      code.advance(panel, 16 * width * depth);
      code.advance(column, 16 * width);
      code.get(left).i32(1).op("i32.sub").tee(left).branchIf(0);
    });
  };
  repeat(wide, vectors, 4);
  repeat(single, 1, 4);
  if (partial > 0) repeat(1, 1, partial as Micro["lastLanes"]);
}

/** `count` rows in tiles: whole ones in a loop, what is left in one smaller tile. */
export function tileRows(
  code: Code,
  tile: number,
  count: number,
  call: (rows: number) => void,
  advance: (rows: number) => void,
): void {
  code.block(() => {
    code.get(count).i32(tile).op("i32.lt_s").branchIf(0);
    code.loop(() => {
      call(tile);
      advance(tile);
      code.get(count).i32(tile).op("i32.sub").tee(count).i32(tile).op("i32.ge_s").branchIf(0);
    });
  });
  for (let rows = tile - 1; rows > 0; rows--) {
    code
      .get(count)
      .i32(rows)
      .op("i32.eq")
      .if(() => call(rows));
  }
}

/** (source, bytes between n, bytes between k, count of n, count of k, first n, first k, panels, whole columns, K). */
export function emitPackFunction(module: Module, tile: Tile): number {
  const wide = 4 * tile.vectors;
  return module.func(10, undefined, (code) => {
    const [source, nStride, kStride, nCount, kCount, n, k0, panels, whole, depth] = [
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ];
    const [from, to, step, left, width] = ["", "", "", "", ""].map(() => code.local("i32")) as [
      number,
      number,
      number,
      number,
      number,
    ];
    code.loop(() => {
      // Which panel column n is in, and how wide that panel is.
      code.get(n).get(whole).op("i32.lt_s");
      code.if(
        () => void code.i32(wide).set(width).get(n).set(left).i32(0).set(to),
        () => void code.i32(4).set(width).get(n).get(whole).op("i32.sub").set(left).get(whole).set(to),
      );
      // to = panels + 4·(to·depth + (left / width)·width·depth + left % width + k0·width)
      code.get(to).get(left).get(width).op("i32.div_u").get(width).op("i32.mul").op("i32.add");
      code.get(depth).op("i32.mul");
      code.get(left).get(width).op("i32.rem_u").op("i32.add");
      code.get(k0).get(width).op("i32.mul").op("i32.add");
      code.i32(2).op("i32.shl").get(panels).op("i32.add").set(to);
      code.get(width).i32(2).op("i32.shl").set(step);
      code.get(source).set(from).get(kCount).set(left);
      code.loop(() => {
        code.get(to).get(from).access("f32.load").access("f32.store");
        code.get(from).get(kStride).op("i32.add").set(from);
        code.get(to).get(step).op("i32.add").set(to);
        code.get(left).i32(1).op("i32.sub").tee(left).branchIf(0);
      });
      code.get(source).get(nStride).op("i32.add").set(source);
      code.advance(n, 1);
      code.get(nCount).i32(1).op("i32.sub").tee(nCount).branchIf(0);
    });
  });
}

/** Packs one stack of matrices; `pack` is the function above. */
export function emitPacking(
  code: Code,
  packing: Packing,
  parameters: number,
  pack: number,
  tile: Tile,
): void {
  const { k, n } = productSize(packing.form, packing.matrices);
  const whole = panelsOf(n, tile.vectors).wide * 4 * tile.vectors;
  let row = 0;
  for (const { offset, rows, columns } of packing.matrices) {
    const pullback = packing.form === "pullback";
    const rowBytes = 4 * columns;
    code.i32(parameters + 4 * offset);
    if (pullback) code.i32(4).i32(rowBytes).i32(columns).i32(rows).i32(0).i32(row);
    else code.i32(rowBytes).i32(4).i32(rows).i32(columns).i32(row).i32(0);
    code.i32(packing.address).i32(whole).i32(k).call(pack);
    row += rows;
  }
}
