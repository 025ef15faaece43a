// Kernels that move whole rows: a table's rows by index, one-hot rows, the last row of each sequence, sums over steps.
// Knows addresses and the token tables, no arithmetic beyond addition.
import type { Code } from "./assembler.ts";
import {
  addressLocal,
  columnShare,
  emitAddress,
  kernelParameters,
  loadEntry,
  type RunGlobals,
} from "./call.ts";
import type { Location, ProgramLayout } from "./layout.ts";
import { repeatLocal } from "./loops.ts";

/** Adds a row to another: `into += from`. Locals with two addresses and the number of floats, which are kept. */
export function addRow(code: Code, from: number, into: number, width: number): void {
  const [a, b, left] = code.locals("i32", 3);
  code.get(from).set(a).get(into).set(b);
  const addAll = (lanes: 1 | 4): void => {
    const load = lanes === 4 ? "v128.load" : "v128.load32_splat";
    repeatLocal(code, left, () => {
      code.get(b).get(a).access(load).get(b).access(load).op("f32x4.add");
      if (lanes === 4) code.access("v128.store");
      else code.storeLane(0, 0);
      code.advance(a, 4 * lanes);
      code.advance(b, 4 * lanes);
    });
  };
  code.get(width).i32(2).op("i32.shr_u").set(left);
  addAll(4);
  code.get(width).i32(3).op("i32.and").set(left);
  addAll(1);
}

/** Walks along two locations, one row at a time; the body gets locals with the addresses of both rows. */
function eachRow(
  code: Code,
  globals: RunGlobals,
  first: Location,
  second: Location,
  body: (a: number, b: number) => void,
): void {
  const [a, b] = [addressLocal(code, first, globals), addressLocal(code, second, globals)];
  const left = code.local("i32");
  code.get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    body(a, b);
    code.advance(a, first.stride).advance(b, second.stride);
  });
}

/** `into[row] = table[index[row]]`, the table [classes, width] at address `table`. */
export function emitGather(
  code: Code,
  globals: RunGlobals,
  { indices, into, table, width }: { indices: Location; into: Location; table: number; width: number },
): void {
  const bytes = 4 * width;
  eachRow(code, globals, indices, into, (index, to) => {
    code.get(to).get(index).access("i32.load").i32(bytes).op("i32.mul").i32(table).op("i32.add");
    code.i32(bytes).memoryCopy();
  });
}

/**
 * The body of a function (source, rows, columns, target, stride) that transposes: element [r, c] of the source goes
 * to position r of the target's row c, with rows `stride` bytes apart; with `add` it is added to what is there.
 */
export function emitTranspose(code: Code, add: boolean): void {
  const [source, rows, columns, target, stride] = [0, 1, 2, 3, 4];
  const [to, left] = code.locals("i32", 2);
  repeatLocal(code, rows, () => {
    code.get(target).set(to).get(columns).set(left);
    repeatLocal(code, left, () => {
      code.get(to).get(source).access("f32.load");
      if (add) code.get(to).access("f32.load").op("f32.add");
      code.access("f32.store");
      code.advance(source, 4);
      code.get(to).get(stride).op("i32.add").set(to);
    });
    code.advance(target, 4);
  });
}

export interface ScatterShape {
  /** [rows, m] */
  readonly rows: Location;
  readonly m: number;
  readonly indices: Location;
  /** Classes. */
  readonly n: number;
  /** Addresses of the gradient [m, n] and of a table for the sums [n, m]. */
  readonly into: number;
  readonly table: number;
  /** The function that transposes the table into the gradient. */
  readonly transpose: number;
}

/** Sums rows into a table by index, then transposes it into the gradient; threads divide the columns m. */
export function emitScatter(code: Code, globals: RunGlobals, shape: ScatterShape): void {
  const { rows, m, indices, n, into, table, transpose } = shape;
  const [to, partTable, width, column] = code.locals("i32", 4);
  const classBytes = 4 * n;
  const share = columnShare(code, m, 4);
  code.get(share.to).get(share.from).op("i32.sub").set(width);
  // Each part has a table [n, its columns] of its own, one after the other.
  code.get(share.from).i32(classBytes).op("i32.mul").i32(table).op("i32.add").tee(partTable);
  code.i32(0).get(width).i32(classBytes).op("i32.mul").memoryFill();
  eachRow(code, globals, indices, rows, (index, from) => {
    code.get(index).access("i32.load").get(width).op("i32.mul").i32(2).op("i32.shl");
    code.get(partTable).op("i32.add").set(to);
    code.get(from).get(share.from).i32(2).op("i32.shl").op("i32.add").set(column);
    addRow(code, column, to, width);
  });
  code.get(partTable).i32(n).get(width);
  code.i32(into).get(share.from).i32(classBytes).op("i32.mul").op("i32.add");
  code.i32(classBytes).call(transpose);
}

/** Rows of zeros with a 1 at the index. */
export function emitOneHot(
  code: Code,
  globals: RunGlobals,
  { indices, into, width }: { indices: Location; into: Location; width: number },
): void {
  const bytes = 4 * width;
  eachRow(code, globals, indices, into, (index, to) => {
    code.get(to).i32(0).i32(bytes).memoryFill();
    code.get(to).get(index).access("i32.load").i32(2).op("i32.shl").op("i32.add").f32(1).access("f32.store");
  });
}

/** Rows of `width` floats, from one location to another. */
export interface RowsShape {
  readonly from: Location;
  readonly into: Location;
  readonly width: number;
}

export function emitCopyRows(code: Code, globals: RunGlobals, { from, into, width }: RowsShape): void {
  const bytes = 4 * width;
  eachRow(code, globals, from, into, (source, to) => void code.get(to).get(source).i32(bytes).memoryCopy());
}

export interface FinalsShape {
  readonly tokens: Location;
  readonly rows: Location;
  readonly width: number;
  /** The global with the number of steps, after the last of which a row's state is its final one. */
  readonly steps: number;
  /** Copies from tokens to rows, else from rows to tokens. */
  readonly collect: boolean;
}

/** Copies between the token that ends each sequence and one row per sequence. */
export function emitFinals(code: Code, shape: FinalsShape, layout: ProgramLayout): void {
  const { tokens, rows, width, steps, collect } = shape;
  const bytes = 4 * width;
  const [row, left, last, token] = code.locals("i32", 4);
  const entry = (table: number): Code => loadEntry(code.get(last), table);
  code.get(kernelParameters.first).set(row).get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    code.getGlobal(steps).i32(1).op("i32.sub").set(last);
    code.block(() => {
      code.loop(() => {
        code.get(row);
        entry(layout.alive).op("i32.lt_s").branchIf(1);
        code.get(last).i32(1).op("i32.sub").set(last).branch(0);
      });
    });
    entry(layout.offsets).get(row).op("i32.add").i32(tokens.stride).op("i32.mul");
    code.i32(tokens.address).op("i32.add").set(token);
    const rowAddress = (): Code =>
      code.get(row).i32(rows.stride).op("i32.mul").i32(rows.address).op("i32.add");
    if (collect) rowAddress().get(token);
    else {
      code.get(token);
      rowAddress();
    }
    code.i32(bytes).memoryCopy();
    code.advance(row, 1);
  });
}

/** Sums each row of the batch over its steps. */
export function emitStepSums(
  code: Code,
  globals: RunGlobals,
  { from, into, width }: RowsShape,
  layout: ProgramLayout,
): void {
  const { first, count } = kernelParameters;
  const bytes = 4 * width;
  const [t, source, to, left, start, floats] = code.locals("i32", 6);
  code.get(count).op("i32.eqz");
  code.if(() => void code.op("return"));
  emitAddress(code, into, globals);
  code.tee(start).set(to).get(count).set(left).i32(width).set(floats);
  repeatLocal(code, left, () => {
    code.get(to).i32(0).i32(bytes).memoryFill();
    code.advance(to, into.stride);
  });
  code.loop(() => {
    const entry = (table: number): Code => loadEntry(code.get(t), table);
    entry(layout.offsets).get(first).op("i32.add").i32(from.stride).op("i32.mul");
    code.i32(from.address).op("i32.add").set(source);
    code.get(start).set(to);
    // This call's rows of those that are alive.
    entry(layout.alive).get(first).op("i32.sub").tee(left).get(count).get(left).get(count).op("i32.lt_s");
    code.op("select").set(left);
    code.get(left).i32(0).op("i32.gt_s");
    code.if(() => {
      repeatLocal(code, left, () => {
        addRow(code, source, to, floats);
        code.advance(source, from.stride);
        code.advance(to, into.stride);
      });
    });
    code.advance(t, 1).get(t).getGlobal(globals.steps).op("i32.lt_s").branchIf(0);
  });
}

/** Reverses the steps of each row: see the kernel `reverse`. */
export function emitReverse(
  code: Code,
  globals: RunGlobals,
  { from, into, width, of }: RowsShape & { readonly of: "values" | "starts" },
  layout: ProgramLayout,
): void {
  const bytes = 4 * width;
  const [row, left, length, t, other] = code.locals("i32", 5);
  const tokenAddress = ({ address, stride }: Location, step: number): void => {
    loadEntry(code.get(step), layout.offsets).get(row).op("i32.add").i32(stride).op("i32.mul");
    code.i32(address).op("i32.add");
  };
  code.get(kernelParameters.first).set(row).get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    code.getGlobal(globals.steps).set(length);
    code.block(() => {
      code.loop(() => {
        code.get(length).op("i32.eqz").branchIf(1);
        code.get(length).i32(1).op("i32.sub").set(t);
        code.get(row);
        loadEntry(code.get(t), layout.alive).op("i32.lt_s").branchIf(1);
        code.get(t).set(length).branch(0);
      });
    });
    code.i32(0).set(t);
    code.block(() => {
      code.loop(() => {
        code.get(t).get(length).op("i32.ge_s").branchIf(1);
        code.get(length).get(t).op("i32.sub");
        if (of === "values") code.i32(1).op("i32.sub");
        else code.get(length).op("i32.rem_u");
        code.set(other);
        tokenAddress(into, t);
        tokenAddress(from, other);
        code.i32(bytes).memoryCopy();
        code.advance(t, 1).branch(0);
      });
    });
    code.advance(row, 1);
  });
}
