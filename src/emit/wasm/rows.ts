// Kernels that move whole rows: selecting a table's rows, one-hot rows, a sequence's last rows, sums over steps.
// Knows addresses and the tables of tokens, no arithmetic beyond addition.
import type { Code } from "./assembler.ts";
import type { Place, ProgramLayout } from "./layout.ts";
import { columnShare, emitAddress, kernelParameters, type RunGlobals } from "./call.ts";
import { repeatLocal } from "./matmul.ts";

/** The sum of two rows: `into += from`, addresses and the number of floats in locals, which are kept. */
export function addRow(code: Code, from: number, into: number, width: number): void {
  const [a, b, left] = [code.local("i32"), code.local("i32"), code.local("i32")];
  code.get(from).set(a).get(into).set(b);
  const sweep = (lanes: 1 | 4): void => {
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
  sweep(4);
  code.get(width).i32(3).op("i32.and").set(left);
  sweep(1);
}

function startAt(code: Code, place: Place, globals: RunGlobals): number {
  const at = code.local("i32");
  emitAddress(code, place, globals);
  code.set(at);
  return at;
}

/** Walks two places side by side, one row at a time; the body gets locals with the addresses of their rows. */
function eachRow(
  code: Code,
  globals: RunGlobals,
  first: Place,
  second: Place,
  body: (a: number, b: number) => void,
): void {
  const [a, b, left] = [startAt(code, first, globals), startAt(code, second, globals), code.local("i32")];
  code.get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    body(a, b);
    code.advance(a, first.stride).advance(b, second.stride);
  });
}

/** `into[row] = table[index[row]]`, the table [classes, width] at `table`. */
export function emitGather(
  code: Code,
  globals: RunGlobals,
  { indices, into, table, width }: { indices: Place; into: Place; table: number; width: number },
): void {
  const bytes = 4 * width;
  eachRow(code, globals, indices, into, (index, to) => {
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

/** Sums rows into a table by index, then transposes it into the gradient [m, n]; threads divide the columns m. */
export function emitScatter(
  code: Code,
  globals: RunGlobals,
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
  const [to, own, width, column] = [
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
  ];
  const share = columnShare(code, m, 4);
  code.get(share.to).get(share.from).op("i32.sub").set(width);
  // The shares stand one after the other, each a table [n, its own columns].
  code
    .get(share.from)
    .i32(4 * n)
    .op("i32.mul")
    .i32(table)
    .op("i32.add")
    .tee(own);
  code
    .i32(0)
    .get(width)
    .i32(4 * n)
    .op("i32.mul")
    .memoryFill();
  eachRow(code, globals, indices, rows, (index, from) => {
    code.get(index).access("i32.load").get(width).op("i32.mul").i32(2).op("i32.shl");
    code.get(own).op("i32.add").set(to);
    code.get(from).get(share.from).i32(2).op("i32.shl").op("i32.add").set(column);
    addRow(code, column, to, width);
  });
  code.get(own).i32(n).get(width);
  code
    .i32(into)
    .get(share.from)
    .i32(4 * n)
    .op("i32.mul")
    .op("i32.add");
  code.i32(4 * n).call(transpose);
}

export function emitOneHot(
  code: Code,
  globals: RunGlobals,
  { indices, into, width }: { indices: Place; into: Place; width: number },
): void {
  const bytes = 4 * width;
  eachRow(code, globals, indices, into, (index, to) => {
    code.get(to).i32(0).i32(bytes).memoryFill();
    code.get(to).get(index).access("i32.load").i32(2).op("i32.shl").op("i32.add").f32(1).access("f32.store");
  });
}

export function emitCopyRows(
  code: Code,
  globals: RunGlobals,
  { from, into, width }: { from: Place; into: Place; width: number },
): void {
  const bytes = 4 * width;
  eachRow(code, globals, from, into, (source, to) => void code.get(to).get(source).i32(bytes).memoryCopy());
}

/** `steps` is the global with the number of steps. */
export function emitFinals(
  code: Code,
  shape: { tokens: Place; rows: Place; width: number; steps: number; collect: boolean },
  layout: ProgramLayout,
): void {
  const { tokens, rows, width, steps, collect } = shape;
  const [row, left, last, token] = [
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
  ];
  const entry = (table: number): Code => code.get(last).i32(2).op("i32.shl").access("i32.load", table);
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
    const own = (): Code => code.get(row).i32(rows.stride).op("i32.mul").i32(rows.address).op("i32.add");
    if (collect) own().get(token);
    else {
      code.get(token);
      own();
    }
    code.i32(4 * width).memoryCopy();
    code.advance(row, 1);
  });
}

/** Each row's sum over its steps. */
export function emitStepSums(
  code: Code,
  globals: RunGlobals,
  { from, into, width }: { from: Place; into: Place; width: number },
  layout: ProgramLayout,
): void {
  const { first, count } = kernelParameters;
  const [t, source, to, left, start, floats] = [
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
    code.local("i32"),
  ];
  code
    .get(count)
    .op("i32.eqz")
    .if(() => void code.op("return"));
  emitAddress(code, into, globals);
  code.tee(start).set(to).get(count).set(left).i32(width).set(floats);
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

/** Each row's steps in the opposite order: see the kernel `reverse`. */
export function emitReverse(
  code: Code,
  globals: RunGlobals,
  shape: { from: Place; into: Place; width: number; of: "values" | "starts" },
  layout: ProgramLayout,
): void {
  const { from, into, width, of } = shape;
  const i32 = (): number => code.local("i32");
  const [row, left, length, t, other] = [i32(), i32(), i32(), i32(), i32()];
  const entry = (table: number, index: number): Code =>
    code.get(index).i32(2).op("i32.shl").access("i32.load", table);
  const token = (place: Place, index: number): Code => {
    entry(layout.offsets, index).get(row).op("i32.add").i32(place.stride).op("i32.mul");
    return code.i32(place.address).op("i32.add");
  };
  code.get(kernelParameters.first).set(row).get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    code.getGlobal(globals.steps).set(length);
    code.block(() => {
      code.loop(() => {
        code.get(length).op("i32.eqz").branchIf(1);
        code.get(length).i32(1).op("i32.sub").set(t);
        code.get(row);
        entry(layout.alive, t).op("i32.lt_s").branchIf(1);
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
        token(into, t);
        token(from, other);
        code.i32(4 * width).memoryCopy();
        code.advance(t, 1).branch(0);
      });
    });
    code.advance(row, 1);
  });
}
