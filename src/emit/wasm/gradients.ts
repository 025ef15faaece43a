// Weight gradients: sums over tokens of one row's column times another's. Both sides are packed in blocks of
// tokens that stay in cache; tokens are added in their order. Knows places in memory only.
import type { Code, Module } from "./assembler.ts";
import { depthBlock, rowChunk, type Place, type Tile } from "./layout.ts";
import { forPanels, panelsOf, tileRows, type MicroLibrary } from "./matmul.ts";
import { kernelParameters } from "./pointwise.ts";

/** Rows of the result's register tile: what one vector holds, so that packing moves whole vectors. */
const tileHeight = 4;

export interface OuterShape {
  readonly rows: Place;
  readonly m: number;
  readonly vector: Place;
  readonly n: number;
  /** Address of the result, [m, n] row-major. */
  readonly into: number;
  readonly accumulate: boolean;
  readonly scratch: { readonly rows: number; readonly vectors: number };
}

/** (source, bytes between tokens, panels, bytes of a panel's token, tokens): copies whole vectors of columns. */
export function emitPanelCopy(module: Module, vectors: number): number {
  return module.func(4, undefined, (code) => {
    const [source, stride, to, tokens] = [0, 1, 2, 3];
    code.loop(() => {
      for (let v = 0; v < vectors; v++) {
        code
          .get(to)
          .get(source)
          .access("v128.load", 16 * v)
          .access("v128.store", 16 * v);
      }
      code.get(source).get(stride).op("i32.add").set(source);
      code.advance(to, 16 * vectors);
      code.get(tokens).i32(1).op("i32.sub").tee(tokens).branchIf(0);
    });
  });
}

export interface PanelCopies {
  readonly wide: number;
  readonly single: number;
}

export function emitOuter(
  code: Code,
  shape: OuterShape,
  micros: MicroLibrary,
  tile: Tile,
  copies: PanelCopies,
): void {
  const { rows, m, vector, n, into, scratch } = shape;
  const local = (): number => code.local("i32");
  const [rowAt, vectorAt, remaining, depth, started] = [local(), local(), local(), local(), local()];
  code.i32(rows.address).set(rowAt).i32(vector.address).set(vectorAt);
  code
    .get(kernelParameters.count)
    .set(remaining)
    .i32(shape.accumulate ? 1 : 0)
    .set(started);
  code.block(() => {
    code.get(remaining).op("i32.eqz").branchIf(0);
    code.loop(() => {
      code.get(remaining).set(depth).get(depth).i32(depthBlock).op("i32.gt_s");
      code.if(() => void code.i32(depthBlock).set(depth));
      packVectors();
      eachChunk(code, m, (column, result, height) => {
        packRows(column, height);
        multiply(result, height);
      });
      code.i32(1).set(started);
      code.get(rowAt).get(depth).i32(rows.stride).op("i32.mul").op("i32.add").set(rowAt);
      code.get(vectorAt).get(depth).i32(vector.stride).op("i32.mul").op("i32.add").set(vectorAt);
      code.get(remaining).get(depth).op("i32.sub").tee(remaining).i32(0).op("i32.gt_s").branchIf(0);
    });
  });

  function packVectors(): void {
    const side = { n, depth: depthBlock, packed: scratch.vectors };
    forPanels(code, side, tile.vectors, (panel, column, vectors) => {
      code.get(vectorAt).get(column).op("i32.add").i32(vector.stride).get(panel).get(depth);
      code.call(vectors === tile.vectors ? copies.wide : copies.single);
    });
  }
  /** Columns `column` (in bytes) and on, as panels of four, each `depthBlock` deep. */
  function packRows(column: number, height: number): void {
    for (let p = 0; p * tileHeight < height; p++) {
      code
        .get(rowAt)
        .get(column)
        .op("i32.add")
        .i32(16 * p)
        .op("i32.add")
        .i32(rows.stride);
      code
        .i32(scratch.rows + 16 * depthBlock * p)
        .get(depth)
        .call(copies.single);
    }
  }
  function multiply(result: number, height: number): void {
    const side = { n, depth: depthBlock, packed: scratch.vectors };
    const [left, to, count] = [local(), local(), local()];
    const strides = { leftRow: 4, leftTerm: 16, resultRow: 4 * n };
    forPanels(code, side, tile.vectors, (panel, column, vectors, lastLanes) => {
      code.i32(scratch.rows).set(left).get(result).get(column).op("i32.add").set(to).i32(height).set(count);
      const call = (tileRow: number): void => {
        const run = (accumulate: boolean): void => {
          const micro = micros.get({ rows: tileRow, vectors, lastLanes, ...strides, accumulate });
          code.get(left).get(panel).get(to).get(depth).call(micro);
        };
        code.get(started).if(
          () => run(true),
          () => run(false),
        );
      };
      tileRows(code, tileHeight, count, call, (done) => {
        code.advance(left, 16 * depthBlock);
        code.advance(to, done * 4 * n);
      });
    });
  }
  /** The rows of the result in chunks: a local for the column's bytes and one for the result's address. */
  function eachChunk(
    c: Code,
    height: number,
    visit: (column: number, result: number, height: number) => void,
  ): void {
    const [column, result, left] = [local(), local(), local()];
    const whole = Math.floor(height / rowChunk);
    c.i32(0).set(column).i32(into).set(result);
    if (whole > 0) {
      c.i32(whole).set(left);
      c.loop(() => {
        visit(column, result, rowChunk);
        c.advance(column, 4 * rowChunk);
        c.advance(result, 4 * rowChunk * n);
        c.get(left).i32(1).op("i32.sub").tee(left).branchIf(0);
      });
    }
    if (height % rowChunk > 0) visit(column, result, height % rowChunk);
  }
}

/** `into[j] (+)= Σ from[token, j]`, in the order of the tokens. */
export function emitColumnSums(
  code: Code,
  { from, width, into, accumulate }: { from: Place; width: number; into: number; accumulate: boolean },
): void {
  const { wide, single, partial } = panelsOf(width, 4);
  const [column, at, left, panels] = [
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
  ];
  const chunk = (vectors: number, lanes: 1 | 4): void => {
    const sums = Array.from({ length: vectors }, () => code.local("v128"));
    const load = lanes === 4 ? "v128.load" : "v128.load32_splat";
    sums.forEach((sum, v) => {
      if (accumulate)
        code
          .get(column)
          .access(load, into + 16 * v)
          .set(sum);
      else code.splat(0).set(sum);
    });
    code.get(column).i32(from.address).op("i32.add").set(at).get(kernelParameters.count).set(left);
    code.block(() => {
      code.get(left).op("i32.eqz").branchIf(0);
      code.loop(() => {
        sums.forEach((sum, v) =>
          code
            .get(sum)
            .get(at)
            .access(load, 16 * v)
            .op("f32x4.add")
            .set(sum),
        );
        code.advance(at, from.stride);
        code.get(left).i32(1).op("i32.sub").tee(left).branchIf(0);
      });
    });
    sums.forEach((sum, v) => {
      code.get(column).get(sum);
      if (lanes === 4) code.access("v128.store", into + 16 * v);
      else code.storeLane(0, into);
    });
    code.advance(column, lanes === 4 ? 16 * vectors : 4);
  };
  const repeat = (count: number, vectors: number, lanes: 1 | 4): void => {
    if (count === 0) return;
    code.i32(count).set(panels);
    code.loop(() => {
      chunk(vectors, lanes);
      code.get(panels).i32(1).op("i32.sub").tee(panels).branchIf(0);
    });
  };
  code.i32(0).set(column);
  repeat(wide, 4, 4);
  repeat(single, 1, 4);
  repeat(partial, 1, 1);
}
