// The kernels `pick` and `place`: columns gathered by index, and added back to the columns they came from. Rows are
// handled one at a time, four indices together where they follow each other or are equal. Knows addresses only.
import type { Code } from "./assembler.ts";
import { addressLocal, kernelParameters, type RunGlobals } from "./call.ts";
import type { Location } from "./layout.ts";
import { repeatLocal } from "./loops.ts";
import { combineLanes } from "./math.ts";

export interface PickShape {
  readonly from: Location;
  readonly indices: Location;
  readonly into: Location;
  /** Columns of the rows that are gathered from, or scattered into. */
  readonly width: number;
  /** Indices per row. */
  readonly count: number;
}

/** `into[i] = from[indices[i]]`. */
export function emitPick(code: Code, globals: RunGlobals, shape: PickShape): void {
  const address = (row: number, bytes: number): Code => code.get(row).get(bytes).op("i32.add");
  eachIndex(code, globals, shape, {
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

/** `into = 0`, then `into[indices[i]] += from[i]`. */
export function emitPlace(code: Code, globals: RunGlobals, shape: PickShape): void {
  const bytes = 4 * shape.width;
  const four = code.local("v128");
  eachIndex(code, globals, shape, {
    before: (into) => void code.get(into).i32(0).i32(bytes).memoryFill(),
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
      combineLanes(code, "f32x4.add", four);
      code.extract(0).op("f32.add").access("f32.store");
    },
  });
}

/** Locals of a walk along the indices of a row. */
interface Walk {
  /** Addresses of the row on both sides. */
  readonly from: number;
  readonly into: number;
  /** Bytes from the row's start to the column with this index, and to the index itself in its own row. */
  readonly at: number;
  readonly i: number;
}

interface Visitor {
  /** Starts a row of the result. */
  readonly before: (into: number) => void;
  readonly one: (walk: Walk) => void;
  /** Four columns, of which this is the first. */
  readonly following: (walk: Walk) => void;
  /** Four times the same column. */
  readonly same: (walk: Walk) => void;
}

function eachIndex(code: Code, globals: RunGlobals, shape: PickShape, visitor: Visitor): void {
  const { from, indices, into, width, count } = shape;
  const [source, index, target] = [from, indices, into].map((l) => addressLocal(code, l, globals)) as [
    number,
    number,
    number,
  ];
  const [left, i, at, inner, few] = code.locals("i32", 5);
  const [four, first] = code.locals("v128", 2);
  const walk: Walk = { from: source, at, into: target, i };
  const visit = (what: (walk: Walk) => void, indicesDone: number): void => {
    loadColumn(code, { index, i, at, width });
    what(walk);
    code.advance(i, 4 * indicesDone);
  };
  const visitOne = (): void => visit(visitor.one, 1);
  const visitFour = (): void => {
    const address = (): Code => code.get(index).get(i).op("i32.add");
    address().access("v128.load").set(four);
    address().access("v128.load32_splat").set(first);
    code.get(four).get(first).op("f32x4.eq").op("i32x4.all_true");
    code.if(
      () => visit(visitor.same, 4),
      () => {
        areFollowing(code, four, first, width);
        code.if(
          () => visit(visitor.following, 4),
          () => {
            code.i32(4).set(few);
            repeatLocal(code, few, visitOne);
          },
        );
      },
    );
  };
  code.get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    visitor.before(target);
    code.i32(0).set(i);
    code.i32(Math.floor(count / 4)).set(inner);
    repeatLocal(code, inner, visitFour);
    code.i32(count % 4).set(inner);
    repeatLocal(code, inner, visitOne);
    code.advance(source, from.stride).advance(index, indices.stride).advance(target, into.stride);
  });
}

/** Puts the bytes to the column of index `i` into `at`: at most the last column, at least the first. */
function loadColumn(
  code: Code,
  { index, i, at, width }: { index: number; i: number; at: number; width: number },
): void {
  const last = width - 1;
  code.get(index).get(i).op("i32.add").access("f32.load").op("i32.trunc_sat_f32_s").set(at);
  code.get(at).i32(last).get(at).i32(width).op("i32.lt_s").op("select").set(at);
  code.get(at).i32(0).get(at).i32(0).op("i32.gt_s").op("select").i32(2).op("i32.shl").set(at);
}

/** Leaves 1 where four indices are first, first + 1, … and all of them are columns, else 0. */
function areFollowing(code: Code, four: number, first: number, width: number): void {
  const end = width - 3;
  code.get(four).get(first).lanes(0, 1, 2, 3).op("f32x4.convert_i32x4_s").op("f32x4.add").op("f32x4.eq");
  code.get(first).splat(-1e-38).op("f32x4.gt").op("v128.and");
  code.get(first).splat(end).op("f32x4.lt").op("v128.and").op("i32x4.all_true");
}
