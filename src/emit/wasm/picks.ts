// Elements of rows by their numbers, and their derivatives back to their places. One row at a time; four numbers that
// follow one another, or are one and the same, go together, and others element by element. Knows addresses only.
import type { Code } from "./assembler.ts";
import { emitAddress, kernelParameters, type RunGlobals } from "./call.ts";
import type { Place } from "./layout.ts";
import { repeatLocal } from "./matmul.ts";
import { combineLanes } from "./pointwise.ts";

export interface PickShape {
  readonly from: Place;
  readonly indices: Place;
  readonly into: Place;
  /** Of the rows that are picked from, or placed into. */
  readonly width: number;
  /** Numbers in a row of `indices`. */
  readonly count: number;
}

export function emitPick(code: Code, globals: RunGlobals, shape: PickShape): void {
  const address = (row: number, bytes: number): Code => code.get(row).get(bytes).op("i32.add");
  eachNumber(code, globals, shape, {
    before: () => {},
    one({ from, at, into, i }) {
      address(into, i);
      address(from, at).access("f32.load").access("f32.store");
    },
    following({ from, at, into, i }) {
      address(into, i);
      address(from, at).access("v128.load").access("v128.store");
    },
    same({ from, at, into, i }) {
      address(into, i);
      address(from, at).access("v128.load32_splat").access("v128.store");
    },
  });
}

export function emitPlace(code: Code, globals: RunGlobals, shape: PickShape): void {
  const four = code.local("v128");
  eachNumber(code, globals, shape, {
    before(into) {
      code
        .get(into)
        .i32(0)
        .i32(4 * shape.width)
        .memoryFill();
    },
    one({ from, at, into, i }) {
      code.get(into).get(at).op("i32.add").tee(at);
      code.get(at).access("f32.load");
      code.get(from).get(i).op("i32.add").access("f32.load").op("f32.add").access("f32.store");
    },
    following({ from, at, into, i }) {
      code.get(into).get(at).op("i32.add").tee(at);
      code.get(at).access("v128.load");
      code.get(from).get(i).op("i32.add").access("v128.load").op("f32x4.add").access("v128.store");
    },
    same({ from, at, into, i }) {
      code.get(from).get(i).op("i32.add").access("v128.load").set(four);
      code.get(into).get(at).op("i32.add").tee(at);
      code.get(at).access("f32.load");
      combineLanes({ code }, "f32x4.add", four);
      code.extract(0).op("f32.add").access("f32.store");
    },
  });
}

/** Locals: the rows' addresses, the bytes to the numbered column, the bytes to the number's own. */
interface Locals {
  readonly from: number;
  readonly at: number;
  readonly into: number;
  readonly i: number;
}

interface Visitor {
  readonly before: (into: number) => void;
  readonly one: (locals: Locals) => void;
  /** Four columns from the numbered one on; and four times that one. */
  readonly following: (locals: Locals) => void;
  readonly same: (locals: Locals) => void;
}

function eachNumber(
  code: Code,
  globals: RunGlobals,
  { from, indices, into, width, count }: PickShape,
  { before, one, following, same }: Visitor,
): void {
  const start = (place: Place): number => {
    const local = code.local("i32");
    emitAddress(code, place, globals);
    code.set(local);
    return local;
  };
  const rows = [start(from), start(indices), start(into)] as const;
  const [left, i, at, inner, few] = ["i32", "i32", "i32", "i32", "i32"].map((type) =>
    code.local(type as "i32"),
  ) as [number, number, number, number, number];
  const [numbers4, first] = [code.local("v128"), code.local("v128")];
  const [source, numbers, target] = rows;
  const locals: Locals = { from: source, at, into: target, i };

  /** At most the last column, at least the first. */
  const column = (): void => {
    code.get(numbers).get(i).op("i32.add").access("f32.load").op("i32.trunc_sat_f32_s").set(at);
    code
      .get(at)
      .i32(width - 1)
      .get(at)
      .i32(width)
      .op("i32.lt_s")
      .op("select")
      .set(at);
    code.get(at).i32(0).get(at).i32(0).op("i32.gt_s").op("select").i32(2).op("i32.shl").set(at);
  };
  const alone = (): void => {
    column();
    one(locals);
    code.advance(i, 4);
  };
  const four = (): void => {
    const address = (): Code => code.get(numbers).get(i).op("i32.add");
    address().access("v128.load").set(numbers4);
    address().access("v128.load32_splat").set(first);
    const together = (visit: (own: Locals) => void) => (): void => {
      column();
      visit(locals);
      code.advance(i, 16);
    };
    const apart = (): void => {
      code.i32(4).set(few);
      repeatLocal(code, few, alone);
    };
    // The first from 0 to the last column but three: all four are columns.
    const follow = (): void => {
      code
        .get(numbers4)
        .get(first)
        .lanes(0, 1, 2, 3)
        .op("f32x4.convert_i32x4_s")
        .op("f32x4.add")
        .op("f32x4.eq");
      code.get(first).splat(-1e-38).op("f32x4.gt").op("v128.and");
      code
        .get(first)
        .splat(width - 3)
        .op("f32x4.lt")
        .op("v128.and")
        .op("i32x4.all_true");
      code.if(together(following), apart);
    };
    code.get(numbers4).get(first).op("f32x4.eq").op("i32x4.all_true").if(together(same), follow);
  };

  code.get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    before(target);
    code.i32(0).set(i);
    code.i32(Math.floor(count / 4)).set(inner);
    repeatLocal(code, inner, four);
    code.i32(count % 4).set(inner);
    repeatLocal(code, inner, alone);
    code.advance(source, from.stride).advance(numbers, indices.stride).advance(target, into.stride);
  });
}
