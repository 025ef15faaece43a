// Weight gradients: sums over tokens of one row's column times another's. Both sides are packed in blocks of tokens that
// stay in cache; tokens are added in order. Threads divide the longer side of the result. Knows addresses only.
import type { Code } from "./assembler.ts";
import {
  columnShare,
  emitAddress,
  kernelParameters,
  type Mark,
  type Range,
  type RunGlobals,
} from "./call.ts";
import { depthBlock, rowChunk, type Location, type ProgramLayout } from "./layout.ts";
import { repeatLocal, tileRows } from "./loops.ts";
import type { MicroLibrary } from "./micro.ts";
import type { PackFunctions } from "./packing.ts";
import { forPanels, type PanelVisit } from "./panels.ts";
import { addRow } from "./rows.ts";

/** The result's register tile; it is as high as one vector is long, so that packing moves whole vectors. */
const [tileHeight, tileVectors] = [4, 2];

/** `into [m, n] (+)= Σ over tokens of rows[m] vector[n]`. */
export interface OuterShape {
  readonly rows: Location;
  readonly m: number;
  readonly vector: Location;
  readonly n: number;
  /** Address of the result, [m, n] row-major. */
  readonly into: number;
  readonly accumulate: boolean;
}

export interface OuterContext {
  readonly layout: ProgramLayout;
  readonly globals: RunGlobals;
  readonly micros: MicroLibrary;
  readonly pack: PackFunctions;
  readonly mark: Mark;
}

/** A weight gradient being emitted; all numbers are locals. */
interface Outer extends OuterContext {
  readonly code: Code;
  readonly shape: OuterShape;
  /** Tokens of this block, and whether the result holds a sum already. */
  readonly depth: number;
  readonly started: number;
  /** This thread's packed blocks. */
  readonly rows: number;
  readonly vectors: number;
  /** The first row of a chunk of the result, its address, a counter, and the chunk's rows. */
  readonly row: number;
  readonly result: number;
  readonly left: number;
  readonly count: number;
}

export function emitOuter(code: Code, shape: OuterShape, context: OuterContext): void {
  const { layout, globals, mark } = context;
  const [rowAt, vectorAt, remaining, depth, started] = code.locals("i32", 5);
  const [rows, vectors] = code.locals("i32", 2);
  const height = dividesRows(shape) ? columnShare(code, shape.m, tileHeight) : allRows(code, shape.m);
  const [row, result, left, count] = code.locals("i32", 4);
  const outer: Outer = { ...context, code, shape, depth, started, rows, vectors, row, result, left, count };
  const scratch = (address: number, into: number): void => {
    code.getGlobal(globals.thread).i32(layout.perThread).op("i32.mul").i32(address).op("i32.add").set(into);
  };
  const nextBlock = (at: number, { stride }: Location): void => {
    code.get(at).get(depth).i32(stride).op("i32.mul").op("i32.add").set(at);
  };
  scratch(layout.scratch.rows, rows);
  scratch(layout.scratch.vectors, vectors);
  code.i32(shape.rows.address).set(rowAt).i32(shape.vector.address).set(vectorAt);
  code.get(kernelParameters.count).set(remaining);
  code.i32(shape.accumulate ? 1 : 0).set(started);
  code.block(() => {
    code.get(remaining).op("i32.eqz").branchIf(0);
    code.get(height.from).get(height.to).op("i32.eq").branchIf(0);
    code.loop(() => {
      code.get(remaining).set(depth).get(depth).i32(depthBlock).op("i32.gt_s");
      code.if(() => void code.i32(depthBlock).set(depth));
      packVectors(outer, vectorAt);
      forChunks(outer, height, () => {
        packRows(outer, rowAt);
        mark(code, "packing");
        multiply(outer);
        mark(code, "products");
      });
      code.i32(1).set(started);
      nextBlock(rowAt, shape.rows);
      nextBlock(vectorAt, shape.vector);
      code.get(remaining).get(depth).op("i32.sub").tee(remaining).i32(0).op("i32.gt_s").branchIf(0);
    });
  });
}

/** The longer side is divided, so that each thread packs all of the shorter one. */
const dividesRows = ({ m, n }: OuterShape): boolean => m >= n;

function allRows(code: Code, m: number): Range {
  const [from, to] = code.locals("i32", 2);
  code.i32(0).set(from).i32(m).set(to);
  return { from, to };
}

function panels({ code, shape }: Outer, visit: (at: PanelVisit) => void): void {
  const side = { n: shape.n, depth: depthBlock, packed: 0, vectors: tileVectors };
  forPanels(code, side, visit, { divided: !dividesRows(shape) });
}

/** Packs a block of vectors, whose first token is at address `from`, a local. */
function packVectors(o: Outer, from: number): void {
  panels(o, ({ panel, column, vectors }) => {
    o.code.get(from).get(column).op("i32.add").i32(o.shape.vector.stride);
    o.code.get(panel).get(o.vectors).op("i32.add").get(o.depth);
    o.code.call(o.pack.copy(vectors));
  });
}

/** Visits this call's rows of the result in chunks: `count` of them from row `row` on, at address `result`. */
function forChunks({ code, shape, row, result, count }: Outer, height: Range, visit: () => void): void {
  const rowBytes = 4 * shape.n;
  code.get(height.from).tee(row).i32(rowBytes).op("i32.mul").i32(shape.into).op("i32.add").set(result);
  code.loop(() => {
    code.get(height.to).get(row).op("i32.sub").set(count);
    code.i32(rowChunk).get(count).get(count).i32(rowChunk).op("i32.gt_s").op("select").set(count);
    visit();
    code.advance(row, rowChunk).advance(result, rowChunk * rowBytes);
    code.get(row).get(height.to).op("i32.lt_s").branchIf(0);
  });
}

/** Packs a chunk of a block of rows, whose first token is at `rowAt`: panels of four columns, `depthBlock` deep. */
function packRows({ code, shape, pack, rows, depth, row, left, count }: Outer, rowAt: number): void {
  const [from, to] = code.locals("i32", 2);
  const roundUp = tileHeight - 1;
  code.get(rowAt).get(row).i32(2).op("i32.shl").op("i32.add").set(from).get(rows).set(to);
  code.get(count).i32(roundUp).op("i32.add").i32(2).op("i32.shr_u").set(left);
  repeatLocal(code, left, () => {
    code.get(from).i32(shape.rows.stride).get(to).get(depth).call(pack.copy(1));
    code.advance(from, 16).advance(to, 16 * depthBlock);
  });
}

function multiply(o: Outer): void {
  const { code, left } = o;
  const [from, to] = code.locals("i32", 2);
  const resultRow = 4 * o.shape.n;
  panels(o, ({ panel, column, vectors, lastLanes }) => {
    code.get(o.rows).set(from).get(o.result).get(column).op("i32.add").set(to).get(o.count).set(left);
    const callMicro = (rows: number, accumulate: boolean) => (): void => {
      const shape = { rows, vectors, lastLanes, leftRow: 4, leftTerm: 16, resultRow, accumulate };
      code.get(from).get(panel).get(o.vectors).op("i32.add").get(to).get(o.depth);
      code.call(o.micros.get(shape));
    };
    const call = (rows: number): void =>
      void code.get(o.started).if(callMicro(rows, true), callMicro(rows, false));
    tileRows(code, tileHeight, left, call, (rows) => {
      code.advance(from, 16 * depthBlock).advance(to, rows * resultRow);
    });
  });
}

/** `into[j] (+)= Σ from[token, j]`, in the order of the tokens; threads divide the columns. `into` is an address. */
export function emitColumnSums(
  code: Code,
  globals: RunGlobals,
  shape: { from: Location; width: number; into: number; accumulate: boolean },
): void {
  const { from, width, into, accumulate } = shape;
  const [source, sums, floats, left] = code.locals("i32", 4);
  const share = columnShare(code, width, 4);
  const fromColumn = (): Code => code.get(share.from).i32(2).op("i32.shl").op("i32.add");
  code.get(share.to).get(share.from).op("i32.sub").set(floats);
  code.i32(into);
  fromColumn().set(sums);
  emitAddress(code, from, globals);
  fromColumn().set(source);
  if (!accumulate) code.get(sums).i32(0).get(floats).i32(2).op("i32.shl").memoryFill();
  code.get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    addRow(code, source, sums, floats);
    code.advance(source, from.stride);
  });
}
