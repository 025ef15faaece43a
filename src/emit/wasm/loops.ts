// Counted loops, as kernels use them.
import type { Code } from "./assembler.ts";

/** Runs the body as many times as the local `count` says, which counts down to 0. The body must leave no value. */
export function repeatLocal(code: Code, count: number, body: () => void): void {
  code.block(() => {
    code.get(count).op("i32.eqz").branchIf(0);
    code.loop(() => {
      body();
      code.get(count).i32(1).op("i32.sub").tee(count).branchIf(0);
    });
  });
}

/** Divides `count` rows (a local) into tiles: whole ones in a loop, the remaining rows in one smaller tile. */
export function tileRows(
  code: Code,
  tile: number,
  count: number,
  call: (rows: number) => void,
  advance: (rows: number) => void,
): void {
  code.block(() => {
    code.get(count).i32(tile).op("i32.lt_s").branchIf(0);
    code.loop(() => {
      call(tile);
      advance(tile);
      code.get(count).i32(tile).op("i32.sub").tee(count).i32(tile).op("i32.ge_s").branchIf(0);
    });
  });
  for (let rows = tile - 1; rows > 0; rows--) {
    code.get(count).i32(rows).op("i32.eq");
    code.if(() => call(rows));
  }
}
