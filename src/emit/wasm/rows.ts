// Kernels that move whole rows: selecting a table's rows, one-hot rows, a sequence's last rows, sums over steps.
// Knows addresses and the tables of tokens, no arithmetic beyond addition.
import type { Code } from "./assembler.ts";
import type { Place, ProgramLayout } from "./layout.ts";
import { emitAddress, kernelParameters } from "./pointwise.ts";

/** `count` in a local; the body runs that often, with nothing but side effects. */
export function repeatLocal(code: Code, count: number, body: () => void): void {
  code.block(() => {
    code.get(count).op("i32.eqz").branchIf(0);
    code.loop(() => {
      body();
      code.get(count).i32(1).op("i32.sub").tee(count).branchIf(0);
    });
  });
}

/** The sum of two rows of `width` floats: `into += from`, addresses in locals, which are kept. */
export function addRow(code: Code, from: number, into: number, width: number): void {
  const [a, b, left] = [code.local("i32"), code.local("i32"), code.local("i32")];
  code.get(from).set(a).get(into).set(b);
  const sweep = (count: number, lanes: 1 | 4): void => {
    if (count === 0) return;
    const load = lanes === 4 ? "v128.load" : "v128.load32_splat";
    code.i32(count).set(left);
    code.loop(() => {
      code.get(b).get(a).access(load).get(b).access(load).op("f32x4.add");
      if (lanes === 4) code.access("v128.store");
      else code.storeLane(0, 0);
      code.advance(a, 4 * lanes);
      code.advance(b, 4 * lanes);
      code.get(left).i32(1).op("i32.sub").tee(left).branchIf(0);
    });
  };
  sweep(Math.floor(width / 4), 4);
  sweep(width % 4, 1);
}

function startAt(code: Code, place: Place): number {
  const at = code.local("i32");
  emitAddress(code, place);
  code.set(at);
  return at;
}

/** Walks two places side by side, one row at a time; the body gets locals with the addresses of their rows. */
function eachRow(code: Code, first: Place, second: Place, body: (a: number, b: number) => void): void {
  const [a, b, left] = [startAt(code, first), startAt(code, second), code.local("i32")];
  code.get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    body(a, b);
    code.advance(a, first.stride).advance(b, second.stride);
  });
}

/** `into[row] = table[index[row]]`, the table [classes, width] at `table`. */
export function emitGather(code: Code, indices: Place, into: Place, table: number, width: number): void {
  const bytes = 4 * width;
  eachRow(code, indices, into, (index, to) => {
    code.get(to).get(index).access("i32.load").i32(bytes).op("i32.mul").i32(table).op("i32.add");
    code.i32(bytes).memoryCopy();
  });
}

/**
 * A function (source, rows, columns, target, stride): element [r, c] of the source goes to the target's row c,
 * `stride` bytes apart, at r; or with `add` is added to what is there.
 */
export function emitTranspose(code: Code, add: boolean): void {
  const [source, rows, columns, target, stride] = [0, 1, 2, 3, 4];
  const [to, left] = [code.local("i32"), code.local("i32")];
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

/** Sums rows into a table by index, then transposes it into the gradient [m, n]. */
export function emitScatter(
  code: Code,
  shape: {
    rows: Place;
    m: number;
    indices: Place;
    n: number;
    into: number;
    table: number;
    transpose: number;
  },
): void {
  const { rows, m, indices, n, into, table, transpose } = shape;
  const [to, rowBytes, columnBytes] = [code.local("i32"), 4 * m, 4 * n];
  code
    .i32(table)
    .i32(0)
    .i32(rowBytes * n)
    .memoryFill();
  eachRow(code, indices, rows, (index, from) => {
    code.get(index).access("i32.load").i32(rowBytes).op("i32.mul").i32(table).op("i32.add").set(to);
    addRow(code, from, to, m);
  });
  code.i32(table).i32(n).i32(m).i32(into).i32(columnBytes).call(transpose);
}

export function emitOneHot(code: Code, indices: Place, into: Place, width: number): void {
  const bytes = 4 * width;
  eachRow(code, indices, into, (index, to) => {
    code.get(to).i32(0).i32(bytes).memoryFill();
    code.get(to).get(index).access("i32.load").i32(2).op("i32.shl").op("i32.add").f32(1).access("f32.store");
  });
}

export function emitCopyRows(code: Code, from: Place, into: Place, width: number): void {
  const bytes = 4 * width;
  eachRow(code, from, into, (source, to) => void code.get(to).get(source).i32(bytes).memoryCopy());
}

/** Parameter `steps` is a local with the number of steps; `count` is the number of rows. */
export function emitFinals(
  code: Code,
  shape: { tokens: Place; rows: Place; width: number; steps: number; collect: boolean },
  layout: ProgramLayout,
): void {
  const { tokens, rows, width, steps, collect } = shape;
  const [row, last, token] = [code.local("i32"), code.local("i32"), code.local("i32")];
  const entry = (table: number): Code => code.get(last).i32(2).op("i32.shl").access("i32.load", table);
  code.loop(() => {
    code.get(steps).i32(1).op("i32.sub").set(last);
    code.block(() => {
      code.loop(() => {
        code.get(row);
        entry(layout.alive).op("i32.lt_s").branchIf(1);
        code.get(last).i32(1).op("i32.sub").set(last).branch(0);
      });
    });
    entry(layout.offsets).get(row).op("i32.add").i32(tokens.stride).op("i32.mul");
    code.i32(tokens.address).op("i32.add").set(token);
    const own = (): Code => code.get(row).i32(rows.stride).op("i32.mul").i32(rows.address).op("i32.add");
    if (collect) own().get(token);
    else {
      code.get(token);
      own();
    }
    code.i32(4 * width).memoryCopy();
    code.get(row).i32(1).op("i32.add").tee(row).get(kernelParameters.count).op("i32.lt_s").branchIf(0);
  });
}

export function emitStepSums(
  code: Code,
  shape: { from: Place; into: Place; width: number; steps: number },
  layout: ProgramLayout,
): void {
  const { from, into, width, steps } = shape;
  const [t, source, to, left] = [code.local("i32"), code.local("i32"), code.local("i32"), code.local("i32")];
  code.i32(into.address).set(to).get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    code
      .get(to)
      .i32(0)
      .i32(4 * width)
      .memoryFill();
    code.advance(to, into.stride);
  });
  code.loop(() => {
    const entry = (table: number): Code => code.get(t).i32(2).op("i32.shl").access("i32.load", table);
    entry(layout.offsets).i32(from.stride).op("i32.mul").i32(from.address).op("i32.add").set(source);
    code.i32(into.address).set(to);
    entry(layout.alive).set(left);
    repeatLocal(code, left, () => {
      addRow(code, source, to, width);
      code.advance(source, from.stride);
      code.advance(to, into.stride);
    });
    code.get(t).i32(1).op("i32.add").tee(t).get(steps).op("i32.lt_s").branchIf(0);
  });
}
