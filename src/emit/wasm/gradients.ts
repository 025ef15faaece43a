// Weight gradients: sums over tokens of one row's column times another's. Both sides are packed in blocks of
// tokens that stay in cache; tokens are added in their order. Threads divide the longer side of the result, or its
// columns. Knows places in memory only.
import type { Code } from "./assembler.ts";
import {
  columnShare,
  emitAddress,
  kernelParameters,
  type Mark,
  type Range,
  type RunGlobals,
} from "./call.ts";
import { depthBlock, rowChunk, type Place, type ProgramLayout } from "./layout.ts";
import { forPanels, repeatLocal, tileRows, type MicroLibrary } from "./matmul.ts";
import type { PackFunctions } from "./packing.ts";
import { addRow } from "./rows.ts";

/** The result's register tile; it is as high as one vector holds, so that packing moves whole vectors. */
const [tileHeight, tileVectors] = [4, 2];

export interface OuterShape {
  readonly rows: Place;
  readonly m: number;
  readonly vector: Place;
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

export function emitOuter(code: Code, shape: OuterShape, context: OuterContext): void {
  const { rows, m, vector, n, into } = shape;
  const { layout, globals, micros, pack, mark } = context;
  const local = (): number => code.local("i32");
  const [rowAt, vectorAt, remaining, depth, started] = [local(), local(), local(), local(), local()];
  const [packedRows, packedVectors] = [local(), local()];
  // The longer side is divided, so that each thread packs all of the shorter one.
  const byRows = m >= n;
  const all = (): Range => {
    const range = { from: local(), to: local() };
    code.i32(0).set(range.from).i32(m).set(range.to);
    return range;
  };
  const height = byRows ? columnShare(code, m, tileHeight) : all();
  const [column, result, left, count] = [local(), local(), local(), local()];

  own(layout.scratch.rows, packedRows);
  own(layout.scratch.vectors, packedVectors);
  code.i32(rows.address).set(rowAt).i32(vector.address).set(vectorAt);
  code
    .get(kernelParameters.count)
    .set(remaining)
    .i32(shape.accumulate ? 1 : 0)
    .set(started);
  code.block(() => {
    code.get(remaining).op("i32.eqz").branchIf(0);
    code.get(height.from).get(height.to).op("i32.eq").branchIf(0);
    code.loop(() => {
      code.get(remaining).set(depth).get(depth).i32(depthBlock).op("i32.gt_s");
      code.if(() => void code.i32(depthBlock).set(depth));
      packVectors();
      eachChunk(() => {
        packRows();
        mark(code, "packing");
        multiply();
        mark(code, "products");
      });
      code.i32(1).set(started);
      code.get(rowAt).get(depth).i32(rows.stride).op("i32.mul").op("i32.add").set(rowAt);
      code.get(vectorAt).get(depth).i32(vector.stride).op("i32.mul").op("i32.add").set(vectorAt);
      code.get(remaining).get(depth).op("i32.sub").tee(remaining).i32(0).op("i32.gt_s").branchIf(0);
    });
  });

  /** This thread's own scratch. */
  function own(address: number, into: number): void {
    code.getGlobal(globals.thread).i32(layout.perThread).op("i32.mul").i32(address).op("i32.add").set(into);
  }
  function panels(visit: Parameters<typeof forPanels>[3]): void {
    forPanels(code, { n, depth: depthBlock, packed: 0 }, tileVectors, visit, 1, !byRows);
  }
  function packVectors(): void {
    panels(({ panel, column: at, vectors }) => {
      code.get(vectorAt).get(at).op("i32.add").i32(vector.stride);
      code.get(panel).get(packedVectors).op("i32.add").get(depth);
      code.call(pack.copy(vectors));
    });
  }
  /** `count` columns from `column` on, as panels of four, each `depthBlock` deep. */
  function packRows(): void {
    const [from, to] = [local(), local()];
    code.get(rowAt).get(column).i32(2).op("i32.shl").op("i32.add").set(from).get(packedRows).set(to);
    code
      .get(count)
      .i32(tileHeight - 1)
      .op("i32.add")
      .i32(2)
      .op("i32.shr_u")
      .set(left);
    repeatLocal(code, left, () => {
      code.get(from).i32(rows.stride).get(to).get(depth).call(pack.copy(1));
      code.advance(from, 16).advance(to, 16 * depthBlock);
    });
  }
  function multiply(): void {
    const [from, to] = [local(), local()];
    const strides = { leftRow: 4, leftTerm: 16, resultRow: 4 * n };
    panels(({ panel, column: at, vectors, lastLanes }) => {
      code.get(packedRows).set(from).get(result).get(at).op("i32.add").set(to).get(count).set(left);
      const call = (tileRow: number): void => {
        const run = (accumulate: boolean): void => {
          const micro = micros.get({ rows: tileRow, vectors, lastLanes, ...strides, accumulate });
          code.get(from).get(panel).get(packedVectors).op("i32.add").get(to).get(depth).call(micro);
        };
        code.get(started).if(
          () => run(true),
          () => run(false),
        );
      };
      tileRows(code, tileHeight, left, call, (done) => {
        code.advance(from, 16 * depthBlock);
        code.advance(to, done * 4 * n);
      });
    });
  }
  /** The rows of the result in chunks: `count` of them from row `column` on, which is at `result`. */
  function eachChunk(visit: () => void): void {
    code.get(height.from).tee(column);
    code
      .i32(4 * n)
      .op("i32.mul")
      .i32(into)
      .op("i32.add")
      .set(result);
    code.loop(() => {
      code.get(height.to).get(column).op("i32.sub").set(count);
      code.i32(rowChunk).get(count).get(count).i32(rowChunk).op("i32.gt_s").op("select").set(count);
      visit();
      code.advance(column, rowChunk);
      code.advance(result, 4 * rowChunk * n);
      code.get(column).get(height.to).op("i32.lt_s").branchIf(0);
    });
  }
}

/** `into[j] (+)= Σ from[token, j]`, in the order of the tokens; threads divide the columns. */
export function emitColumnSums(
  code: Code,
  globals: RunGlobals,
  { from, width, into, accumulate }: { from: Place; width: number; into: number; accumulate: boolean },
): void {
  const [source, sums, floats, left] = [
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
  ];
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
