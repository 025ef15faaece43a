// The microkernels of matrix products: a register tile of the left side's rows times one panel of the packed right side,
// or times several panels where there are too few rows to fill the registers. The loop over terms is not unrolled: V8
// before version 12 hoists and spills the loads of an unrolled one. Terms are added in the order of k whatever the tile.
import type { Code, Module } from "./assembler.ts";
import { createMath } from "./math.ts";

/** The shape of a microkernel: everything but the addresses and the depth. Distances are in bytes. */
export interface Micro {
  readonly rows: number;
  /** Vectors of four columns in a panel; the last may have fewer than four that count. */
  readonly vectors: number;
  readonly lastLanes: 1 | 2 | 3 | 4;
  /** Panels side by side, and the distance from one to the next; default one panel. */
  readonly panels?: { readonly count: number; readonly stride: number };
  /** The distance between rows of the left side. */
  readonly leftRow: number;
  /** The distance between terms of the left side. */
  readonly leftTerm: number;
  /** The distance between rows of the result. */
  readonly resultRow: number;
  /** Whether the product is added to the result, which else is overwritten. */
  readonly accumulate: boolean;
}

/** The microkernels of one module. */
export interface MicroLibrary {
  /** The function (left, panel, result, depth) of a shape, emitted when first asked for. */
  get(shape: Micro): number;
}

/** `relaxed`: whether the engine has relaxed SIMD's multiply-add. */
export function microLibrary(module: Module, relaxed: boolean): MicroLibrary {
  const known = new Map<string, number>();
  return {
    get(shape) {
      const key = JSON.stringify(shape);
      const index = known.get(key) ?? module.func(4, undefined, (code) => emitMicro(code, shape, relaxed));
      known.set(key, index);
      return index;
    },
  };
}

const [left, panel, result, depth] = [0, 1, 2, 3];

function emitMicro(code: Code, shape: Micro, relaxed: boolean): void {
  const { rows, vectors } = shape;
  const { count: panels, stride } = shape.panels ?? { count: 1, stride: 0 };
  const across = vectors * panels;
  const sums = Array.from({ length: rows }, () => Array.from({ length: across }, () => code.local("v128")));
  const math = createMath(code, relaxed);
  const loadTerm = (row: number, into: number): void => {
    code.get(left).access("v128.load32_splat", row * shape.leftRow);
    code.set(into);
  };
  const loadRight = (v: number, into: number): void => {
    code.get(panel).access("v128.load", Math.floor(v / vectors) * stride + 16 * (v % vectors));
    code.set(into);
  };
  const add = (sum: number, term: number, right: number): void => {
    code.get(term).get(right).get(sum);
    math.madd();
    code.set(sum);
  };
  if (shape.accumulate) loadSums(code, shape, sums);
  // The side with fewer vectors stays in registers, the other is loaded where it is used.
  const isWide = rows < across;
  const terms = Array.from({ length: isWide ? rows : 1 }, () => code.local("v128"));
  const rights = Array.from({ length: isWide ? 1 : across }, () => code.local("v128"));
  code.loop(() => {
    if (isWide) {
      terms.forEach((term, row) => loadTerm(row, term));
      for (let v = 0; v < across; v++) {
        loadRight(v, rights[0] as number);
        sums.forEach((row, r) => add(row[v] as number, terms[r] as number, rights[0] as number));
      }
    } else {
      rights.forEach((right, v) => loadRight(v, right));
      sums.forEach((row, r) => {
        loadTerm(r, terms[0] as number);
        row.forEach((sum, v) => add(sum, terms[0] as number, rights[v] as number));
      });
    }
    code.advance(left, shape.leftTerm);
    code.advance(panel, 16 * vectors);
    code.get(depth).i32(1).op("i32.sub").tee(depth).branchIf(0);
  });
  storeSums(code, shape, sums);
}

type Sums = readonly (readonly number[])[];

function loadSums(code: Code, shape: Micro, sums: Sums): void {
  sums.forEach((row, r) =>
    row.forEach((sum, v) => {
      code.get(result).access("v128.load", r * shape.resultRow + 16 * v);
      code.set(sum);
    }),
  );
}

function storeSums(code: Code, shape: Micro, sums: Sums): void {
  sums.forEach((row, r) =>
    row.forEach((sum, v) => {
      const offset = r * shape.resultRow + 16 * v;
      if (v < row.length - 1 || shape.lastLanes === 4) {
        code.get(result).get(sum).access("v128.store", offset);
      } else {
        for (let lane = 0; lane < shape.lastLanes; lane++) {
          code.get(result).get(sum);
          code.storeLane(lane, offset + 4 * lane);
        }
      }
    }),
  );
}
