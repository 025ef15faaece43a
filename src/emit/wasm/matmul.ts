// Matrix products with packed right sides: blocks of the left side's rows that stay in the first-level cache, each times
// all panels of the right side, tile by tile.
import type { Code } from "./assembler.ts";
import { emitAddress, kernelParameters, type RunGlobals } from "./call.ts";
import type { Location, Tile } from "./layout.ts";
import { repeatLocal } from "./loops.ts";
import type { MicroLibrary } from "./micro.ts";
import { forPanels, type PackedSide } from "./panels.ts";

/** Rows of the left side that meet all panels before the next rows do, so that they stay in the first-level cache. */
const rowBlock = 64;
/**
 * Registers that a microkernel may want: its sums, a term of each row and a vector of each column, since engines
 * load all of them before they add. The engine needs one more for itself.
 */
const registers = 14;

/** The number of panels that fit side by side for a few rows. */
function panelsFor(rows: number, vectors: number): number {
  return Math.floor((registers - rows) / (vectors * (rows + 1)));
}

/** `into [rows, n] = from [rows, k] · right side`. */
export interface MatmulShape {
  readonly from: Location;
  readonly into: Location;
  readonly n: number;
  readonly k: number;
  /** Address of the packed right side. */
  readonly packed: number;
}

/** A product being emitted. */
interface Product {
  readonly code: Code;
  readonly micros: MicroLibrary;
  readonly tile: Tile;
  readonly from: Location;
  readonly into: Location;
  readonly side: PackedSide;
  readonly strides: {
    readonly leftRow: number;
    readonly leftTerm: number;
    readonly resultRow: number;
    readonly accumulate: false;
  };
  /** Locals: the current rows of the left side and the result, the rows to come, and the rows of this block. */
  readonly left: number;
  readonly result: number;
  readonly remaining: number;
  readonly block: number;
}

export function emitMatmul(
  code: Code,
  shape: MatmulShape,
  micros: MicroLibrary,
  tile: Tile,
  globals: RunGlobals,
): void {
  const { from, into, n, k, packed } = shape;
  const [left, result, remaining, block] = code.locals("i32", 4);
  const side = { n, packed, depth: k, vectors: tile.vectors };
  const strides = { leftRow: from.stride, leftTerm: 4, resultRow: into.stride, accumulate: false } as const;
  const product: Product = {
    code,
    micros,
    tile,
    from,
    into,
    side,
    strides,
    left,
    result,
    remaining,
    block,
  };
  emitAddress(code, from, globals);
  code.set(left);
  emitAddress(code, into, globals);
  code.set(result).get(kernelParameters.count).set(remaining);
  code.block(() => {
    emitFewRows(product);
    code.get(remaining).op("i32.eqz").branchIf(0);
    code.loop(() => {
      // The last block may be half as long again, rather than leave one of a few rows.
      code
        .i32(rowBlock)
        .get(remaining)
        .get(remaining)
        .i32(1.5 * rowBlock);
      code.op("i32.gt_s").op("select").set(block);
      emitBlock(product);
      code.get(left).get(block).i32(from.stride).op("i32.mul").op("i32.add").set(left);
      code.get(result).get(block).i32(into.stride).op("i32.mul").op("i32.add").set(result);
      code.get(remaining).get(block).op("i32.sub").tee(remaining).i32(0).op("i32.gt_s").branchIf(0);
    });
  });
}

/** Does all of the work where there are fewer rows than a tile has; leaves the enclosing block then. */
function emitFewRows({ code, micros, tile, side, strides, left, result, remaining }: Product): void {
  const stride = 16 * tile.vectors * side.depth;
  for (let rows = 1; rows < tile.rows; rows++) {
    const group = panelsFor(rows, tile.vectors);
    if (group < 2) return;
    code.get(remaining).i32(rows).op("i32.eq");
    code.if(() => {
      forPanels(
        code,
        side,
        ({ panel, column, vectors, lastLanes, count }) => {
          const panels = count > 1 ? { panels: { count, stride } } : {};
          const micro = micros.get({ rows, vectors, lastLanes, ...panels, ...strides });
          code.get(left).get(panel).get(result).get(column).op("i32.add").i32(side.depth).call(micro);
        },
        { group },
      );
      code.branch(1);
    });
  }
}

/** Multiplies a block of rows with all panels, in tiles whose heights differ by one row at most. */
function emitBlock({ code, micros, tile, from, into, side, strides, left, result, block }: Product): void {
  const [tiles, low, extra, leftTile, resultTile, height, times] = code.locals("i32", 7);
  const roundUp = tile.rows - 1;
  code.get(block).i32(roundUp).op("i32.add").i32(tile.rows).op("i32.div_u").set(tiles);
  code.get(block).get(tiles).op("i32.div_u").set(low);
  code.get(block).get(low).get(tiles).op("i32.mul").op("i32.sub").set(extra);
  forPanels(code, side, ({ panel, column, vectors, lastLanes }) => {
    code.get(left).set(leftTile).get(result).get(column).op("i32.add").set(resultTile);
    // First the tiles that are one row higher, then the others.
    code.get(low).i32(1).op("i32.add").set(height).get(extra).set(times);
    code.loop(() => {
      for (let rows = tile.rows; rows > 0; rows--) {
        const micro = micros.get({ rows, vectors, lastLanes, ...strides });
        code.get(height).i32(rows).op("i32.eq");
        code.if(() => {
          repeatLocal(code, times, () => {
            code.get(leftTile).get(panel).get(resultTile).i32(side.depth).call(micro);
            code.advance(leftTile, rows * from.stride).advance(resultTile, rows * into.stride);
          });
        });
      }
      code.get(tiles).get(extra).op("i32.sub").set(times);
      code.get(height).get(low).op("i32.ne");
      code.get(low).set(height);
      code.branchIf(0);
    });
  });
}
