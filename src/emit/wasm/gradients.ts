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

/** A weight gradient being emitted; the numbers from `rowAt` on are locals. */
interface Outer {
  readonly code: Code;
  readonly shape: OuterShape;
  readonly context: OuterContext;
  /** The first token of this block on both sides. */
  readonly rowAt: number;
  readonly vectorAt: number;
  /** Tokens to come, tokens of this block, and whether the result holds a sum already. */
  readonly remaining: number;
  readonly depth: number;
  readonly started: number;
  /** This thread's scratch memory. */
  readonly packedRows: number;
  readonly packedVectors: number;
  /** This call's rows of the result. */
  readonly height: Range;
  /** The first row of a chunk, its address in the result, a counter, and the chunk's rows. */
  readonly column: number;
  readonly result: number;
  readonly left: number;
  readonly count: number;
}

export function emitOuter(code: Code, shape: OuterShape, context: OuterContext): void {
  const o = declareOuter(code, shape, context);
  const { rowAt, vectorAt, remaining, depth, started, height } = o;
  const { rows, vector } = shape;
  const scratch = (address: number, into: number): void => {
    code.getGlobal(context.globals.thread).i32(context.layout.perThread);
    code.op("i32.mul").i32(address).op("i32.add").set(into);
  };
  scratch(context.layout.scratch.rows, o.packedRows);
  scratch(context.layout.scratch.vectors, o.packedVectors);
  code.i32(rows.address).set(rowAt).i32(vector.address).set(vectorAt);
  code.get(kernelParameters.count).set(remaining);
  code.i32(shape.accumulate ? 1 : 0).set(started);
  code.block(() => {
    code.get(remaining).op("i32.eqz").branchIf(0);
    code.get(height.from).get(height.to).op("i32.eq").branchIf(0);
    code.loop(() => {
      code.get(remaining).set(depth).get(depth).i32(depthBlock).op("i32.gt_s");
      code.if(() => void code.i32(depthBlock).set(depth));
      packVectors(o);
      forChunks(o, () => {
        packRows(o);
        context.mark(code, "packing");
        multiply(o);
        context.mark(code, "products");
      });
      code.i32(1).set(started);
      code.get(rowAt).get(depth).i32(rows.stride).op("i32.mul").op("i32.add").set(rowAt);
      code.get(vectorAt).get(depth).i32(vector.stride).op("i32.mul").op("i32.add").set(vectorAt);
      code.get(remaining).get(depth).op("i32.sub").tee(remaining).i32(0).op("i32.gt_s").branchIf(0);
    });
  });
}

function declareOuter(code: Code, shape: OuterShape, context: OuterContext): Outer {
  const [rowAt, vectorAt, remaining, depth, started] = code.locals("i32", 5);
  const [packedRows, packedVectors] = code.locals("i32", 2);
  const height = dividesRows(shape) ? columnShare(code, shape.m, tileHeight) : allRows(code, shape.m);
  const [column, result, left, count] = code.locals("i32", 4);
  const blocks = { rowAt, vectorAt, remaining, depth, started, packedRows, packedVectors };
  return { code, shape, context, ...blocks, height, column, result, left, count };
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

function packVectors(o: Outer): void {
  const { code, shape, context, vectorAt, packedVectors, depth } = o;
  panels(o, ({ panel, column, vectors }) => {
    code.get(vectorAt).get(column).op("i32.add").i32(shape.vector.stride);
    code.get(panel).get(packedVectors).op("i32.add").get(depth);
    code.call(context.pack.copy(vectors));
  });
}

/** Visits this call's rows of the result in chunks: `count` of them from row `column` on, at address `result`. */
function forChunks({ code, shape, height, column, result, count }: Outer, visit: () => void): void {
  const rowBytes = 4 * shape.n;
  code.get(height.from).tee(column).i32(rowBytes).op("i32.mul").i32(shape.into).op("i32.add").set(result);
  code.loop(() => {
    code.get(height.to).get(column).op("i32.sub").set(count);
    code.i32(rowChunk).get(count).get(count).i32(rowChunk).op("i32.gt_s").op("select").set(count);
    visit();
    code.advance(column, rowChunk);
    code.advance(result, rowChunk * rowBytes);
    code.get(column).get(height.to).op("i32.lt_s").branchIf(0);
  });
}

/** Packs the `count` columns from `column` on as panels of four, each `depthBlock` deep. */
function packRows({ code, shape, context, rowAt, packedRows, depth, column, left, count }: Outer): void {
  const [from, to] = code.locals("i32", 2);
  const roundUp = tileHeight - 1;
  code.get(rowAt).get(column).i32(2).op("i32.shl").op("i32.add").set(from).get(packedRows).set(to);
  code.get(count).i32(roundUp).op("i32.add").i32(2).op("i32.shr_u").set(left);
  repeatLocal(code, left, () => {
    code.get(from).i32(shape.rows.stride).get(to).get(depth);
    code.call(context.pack.copy(1));
    code.advance(from, 16).advance(to, 16 * depthBlock);
  });
}

function multiply(o: Outer): void {
  const { code, shape, context, packedRows, packedVectors, depth, started, result, left, count } = o;
  const [from, to] = code.locals("i32", 2);
  const strides = { leftRow: 4, leftTerm: 16, resultRow: 4 * shape.n };
  panels(o, ({ panel, column, vectors, lastLanes }) => {
    code.get(packedRows).set(from).get(result).get(column).op("i32.add").set(to).get(count).set(left);
    const callMicro = (rows: number, accumulate: boolean): void => {
      const micro = context.micros.get({ rows, vectors, lastLanes, ...strides, accumulate });
      code.get(from).get(panel).get(packedVectors).op("i32.add").get(to).get(depth).call(micro);
    };
    const call = (rows: number): void => {
      code.get(started);
      code.if(
        () => callMicro(rows, true),
        () => callMicro(rows, false),
      );
    };
    tileRows(code, tileHeight, left, call, (rows) => {
      code.advance(from, 16 * depthBlock);
      code.advance(to, rows * 4 * shape.n);
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
