// A module that only multiplies and adds, to measure how fast an engine can: in registers, and in matrix products as
// programs make them.
import { createModule, type Code, type Module } from "./assembler.ts";
import { kernelParameterCount, runGlobals, type RunGlobals } from "./call.ts";
import type { Tile } from "./layout.ts";
import { createMath } from "./math.ts";
import { emitMatmul } from "./matmul.ts";
import { microLibrary, type MicroLibrary } from "./micro.ts";

/** A product [rows, k] · [k, n]. */
export interface ProductShape {
  readonly rows: number;
  readonly k: number;
  readonly n: number;
}

export interface RooflineTarget {
  readonly tile: Tile;
  /** Whether the engine has relaxed SIMD's multiply-add. */
  readonly relaxed: boolean;
  /** Whether threads share the memory. */
  readonly shared: boolean;
  readonly threads: number;
  readonly products: readonly ProductShape[];
  /** The address of `rooflineBytes` free bytes. */
  readonly address: number;
}

/** Independent sums: enough to hide the latency of a multiply-add, few enough to stay in registers. */
const chains = 12;
const roundsPerCall = 2000;
/** Floating-point operations of one round of `registers`. */
export const registerFlops: number = roundsPerCall * chains * 4 * 2;

/** The memory needed: each thread has left sides and results of its own; the right sides are shared. */
export function rooflineBytes(products: readonly ProductShape[], threads: number): number {
  const bytes = products.map(({ rows, k, n }) => 4 * (n * k + threads * rows * (k + n)));
  return 64 + 64 * threads + Math.max(...bytes);
}

/** The parameters of the exported functions. */
const [rounds, thread] = [0, 1];

/** A module of functions (rounds, thread, threads): `registers`, and `product0` and on, one for each shape. */
export function emitRoofline(target: RooflineTarget): Uint8Array<ArrayBuffer> {
  const { relaxed, shared, threads, products, address } = target;
  const module = createModule({ shared });
  const globals = runGlobals(module);
  const micros = microLibrary(module, relaxed);
  const registers = emitRegisters(module, relaxed, address);
  module.export(
    "registers",
    module.func(3, undefined, (code) => {
      repeat(code, () => void code.i32(roundsPerCall).get(thread).call(registers));
    }),
  );
  products.forEach((shape, i) => {
    const product = emitProduct(module, shape, target, address + 64 * threads, micros, globals);
    const body = (code: Code): void =>
      repeat(code, () => {
        code.get(thread).i32(shape.rows).op("i32.mul").i32(0).i32(0).i32(shape.rows).i32(0).i32(1);
        code.call(product);
      });
    module.export(`product${i}`, module.func(3, undefined, body));
  });
  return module.bytes();
}

function repeat(code: Code, body: () => void): void {
  code.loop(() => {
    body();
    code.get(rounds).i32(1).op("i32.sub").tee(rounds).branchIf(0);
  });
}

/**
 * A function (rounds, thread) of multiply-adds in registers. A call takes microseconds: engines compile a function better
 * once it has been called a few times.
 */
function emitRegisters(module: Module, relaxed: boolean, address: number): number {
  return module.func(2, undefined, (code) => {
    const math = createMath(code, relaxed);
    const sums = Array.from({ length: chains }, () => code.local("v128"));
    const factor = code.local("v128");
    code.splat(0.5).set(factor);
    repeat(code, () => {
      for (const sum of sums) {
        code.get(sum).get(factor).get(factor);
        math.madd();
        code.set(sum);
      }
    });
    // The result is stored, so that no compiler leaves the work out.
    code.get(thread).i32(64).op("i32.mul").i32(address).op("i32.add");
    sums.forEach((sum, i) => void (i === 0 ? code.get(sum) : code.get(sum).op("f32x4.add")));
    code.access("v128.store");
  });
}

/** A product's kernel function, with its right side and then every thread's left side and result from `address` on. */
function emitProduct(
  module: Module,
  { rows, k, n }: ProductShape,
  { tile, threads }: RooflineTarget,
  address: number,
  micros: MicroLibrary,
  globals: RunGlobals,
): number {
  const left = address + 4 * n * k;
  const result = left + 4 * threads * rows * k;
  const from = { address: left, stride: 4 * k, origin: "base" } as const;
  const into = { address: result, stride: 4 * n, origin: "base" } as const;
  return module.func(kernelParameterCount, undefined, (code) =>
    emitMatmul(code, { from, into, n, k, packed: address }, micros, tile, globals),
  );
}
