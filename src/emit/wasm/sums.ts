// Sums over a whole block whose order does not depend on the number of threads, and the guard against values that are
// not finite. Threads add up chunks of a fixed size; one of them adds up the chunks in order, in float64.
import type { Code } from "./assembler.ts";
import { columnShare, kernelParameters } from "./call.ts";
import { normChunk, type ProgramLayout } from "./layout.ts";
import { repeatLocal } from "./loops.ts";
import { combineLanes } from "./math.ts";

/** Leaves the sum of `count` float64 numbers from address `from` on, added in order; the local `count` is used up. */
export function sumParts(code: Code, from: number, count: number): Code {
  const [at, sum] = [code.local("i32"), code.local("f64")];
  code.i32(from).set(at);
  repeatLocal(code, count, () => {
    code.get(sum).get(at).access("f64.load").op("f64.add").set(sum);
    code.advance(at, 8);
  });
  return code.get(sum);
}

/** Locals of a sum of squares: the current address, the end of the chunk, and four vectors of partial sums. */
interface Squares {
  readonly code: Code;
  readonly at: number;
  readonly end: number;
  readonly sums: readonly [number, number, number, number];
  readonly value: number;
}

/** Writes the sum of squares of each chunk of `width` floats to `layout.partials`; `from` is an address. */
export function emitSquares(code: Code, from: number, width: number, { partials }: ProgramLayout): void {
  const [at, end, last, column, chunk] = code.locals("i32", 5);
  const sums = code.locals("v128", 4);
  const value = code.local("v128");
  const [a, b, c, d] = sums;
  const squares = { code, at, end, sums, value };
  const [chunkBytes, limit] = [4 * normChunk, from + 4 * width];
  const share = columnShare(code, width, normChunk);
  code.get(share.from).set(column);
  code.block(() => {
    code.get(column).get(share.to).op("i32.ge_s").branchIf(0);
    code.loop(() => {
      code.get(column).i32(normChunk).op("i32.div_u").set(chunk);
      code.get(column).i32(2).op("i32.shl").i32(from).op("i32.add").tee(at);
      code.i32(chunkBytes).op("i32.add").tee(end).i32(limit).tee(last);
      code.get(end).get(last).op("i32.lt_s").op("select").set(end);
      for (const sum of sums) code.splat(0).set(sum);
      addSquares(squares, 4, 4);
      addSquares(squares, 1, 4);
      addSquares(squares, 1, 1);
      code.get(a).get(b).op("f32x4.add").get(c).get(d).op("f32x4.add").op("f32x4.add").set(value);
      code.get(chunk).i32(3).op("i32.shl");
      combineLanes(code, "f32x4.add", value);
      code.extract(0).op("f64.promote_f32").access("f64.store", partials);
      code.advance(column, normChunk).get(column).get(share.to).op("i32.lt_s").branchIf(0);
    });
  });
}

/** Adds squares to the first `vectors` partial sums while that many whole vectors, or single floats, are left. */
function addSquares({ code, at, end, sums, value }: Squares, vectors: number, lanes: 1 | 4): void {
  const bytes = lanes === 4 ? 16 * vectors : 4;
  const load = lanes === 4 ? "v128.load" : "v128.load32_splat";
  code.loop(() => {
    code.get(at).i32(bytes).op("i32.add").get(end).op("i32.gt_s").op("i32.eqz");
    code.if(() => {
      for (const [v, sum] of sums.slice(0, vectors).entries()) {
        code.get(at).access(load, 16 * v);
        code.set(value);
        // A single float fills all lanes, but counts in the first one only.
        if (lanes === 1) code.get(value).lanes(-1, 0, 0, 0).op("v128.and").set(value);
        code.get(sum).get(value).get(value).op("f32x4.mul").op("f32x4.add").set(sum);
      }
      code.advance(at, bytes).branch(1);
    });
  });
}

/** Writes the norm to address `into`, from the chunks' sums of squares. */
export function emitNorm(code: Code, width: number, into: number, { partials }: ProgramLayout): void {
  const count = code.local("i32");
  code.i32(Math.ceil(width / normChunk)).set(count);
  code.i32(into);
  sumParts(code, partials, count).op("f64.sqrt").op("f32.demote_f64").access("f32.store");
}

/** Leaves 1 where the floats at all addresses are finite, else 0; the first part writes the opposite to `status`. */
export function emitGuard(code: Code, addresses: readonly number[], status: number): void {
  const finite = code.local("i32");
  code.i32(1).set(finite);
  for (const address of addresses) {
    const value = (): Code => code.i32(address).access("f32.load");
    // x - x is 0 for finite x only.
    value();
    value().op("f32.sub").f32(0).op("f32.eq").get(finite).op("i32.mul").set(finite);
  }
  code.get(kernelParameters.part).op("i32.eqz");
  code.if(() => void code.i32(status).f32(0).f32(1).get(finite).op("select").access("f32.store"));
  code.get(finite);
}
