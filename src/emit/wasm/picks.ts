// Elements of rows by their numbers, and their derivatives back to their places. One row at a time, element by
// element; knows addresses only.
import type { Code } from "./assembler.ts";
import { emitAddress, kernelParameters, type RunGlobals } from "./call.ts";
import type { Place } from "./layout.ts";
import { repeatLocal } from "./matmul.ts";

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
  eachNumber(code, globals, shape, { before: () => {}, visit });
  function visit(from: number, at: number, into: number, i: number): void {
    code.get(into).get(i).op("i32.add");
    code.get(from).get(at).op("i32.add").access("f32.load").access("f32.store");
  }
}

export function emitPlace(code: Code, globals: RunGlobals, shape: PickShape): void {
  eachNumber(code, globals, shape, { before: clear, visit });
  function clear(into: number): void {
    code
      .get(into)
      .i32(0)
      .i32(4 * shape.width)
      .memoryFill();
  }
  function visit(from: number, at: number, into: number, i: number): void {
    code.get(into).get(at).op("i32.add").tee(at);
    code.get(at).access("f32.load");
    code.get(from).get(i).op("i32.add").access("f32.load").op("f32.add").access("f32.store");
  }
}

interface Visitor {
  readonly before: (into: number) => void;
  /** Locals: the rows' addresses, the bytes to the numbered column, the bytes to the number's own. */
  readonly visit: (from: number, at: number, into: number, i: number) => void;
}

function eachNumber(
  code: Code,
  globals: RunGlobals,
  { from, indices, into, width, count }: PickShape,
  { before, visit }: Visitor,
): void {
  const start = (place: Place): number => {
    const local = code.local("i32");
    emitAddress(code, place, globals);
    code.set(local);
    return local;
  };
  const rows = [start(from), start(indices), start(into)] as const;
  const [left, i, at, inner] = [code.local("i32"), code.local("i32"), code.local("i32"), code.local("i32")];
  const [source, numbers, target] = rows;
  code.get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    before(target);
    code.i32(0).set(i).i32(count).set(inner);
    repeatLocal(code, inner, () => {
      code.get(numbers).get(i).op("i32.add").access("f32.load").op("i32.trunc_sat_f32_s").set(at);
      // At most the last column, at least the first.
      code
        .get(at)
        .i32(width - 1)
        .get(at)
        .i32(width)
        .op("i32.lt_s")
        .op("select")
        .set(at);
      code.get(at).i32(0).get(at).i32(0).op("i32.gt_s").op("select").i32(2).op("i32.shl").set(at);
      visit(source, at, target, i);
      code.advance(i, 4);
    });
    code.advance(source, from.stride).advance(numbers, indices.stride).advance(target, into.stride);
  });
}
