// A module that does nothing but multiply and add, to find out how fast an engine can: in registers, and in matrix
// products as programs make them. Knows no plan.
import { createModule, type Code } from "./assembler.ts";
import { kernelParameterCount, runGlobals } from "./call.ts";
import type { Tile } from "./layout.ts";
import { createMath } from "./math.ts";
import { emitMatmul, microLibrary } from "./matmul.ts";

/** A product [rows, k] · [k, n]. */
export interface ProductShape {
  readonly rows: number;
  readonly k: number;
  readonly n: number;
}

export interface RooflineTarget {
  readonly tile: Tile;
  readonly relaxed: boolean;
  readonly shared: boolean;
  readonly threads: number;
  readonly products: readonly ProductShape[];
  /** Where `rooflineBytes` bytes are free. */
  readonly address: number;
}

/** Independent sums: enough to hide the latency of a multiply-add, few enough to stay in registers. */
const chains = 12;
const roundsOfCall = 2000;
/** Floating-point operations of one round of `registers`. */
export const registerFlops: number = roundsOfCall * chains * 4 * 2;

/** Each thread has left sides and results of its own; the right sides are shared. */
export function rooflineBytes(products: readonly ProductShape[], threads: number): number {
  const bytes = products.map(({ rows, k, n }) => 4 * (n * k + threads * rows * (k + n)));
  return 64 + 64 * threads + Math.max(...bytes);
}

/** Functions (rounds, thread, threads): `registers`, and `product0` and on, one for each shape. */
export function emitRoofline(target: RooflineTarget): Uint8Array<ArrayBuffer> {
  const { tile, relaxed, shared, threads, products, address } = target;
  const module = createModule({ shared });
  const [rounds, thread] = [0, 1];
  const globals = runGlobals(module);
  const micros = microLibrary(module, relaxed);
  const repeat = (code: Code, body: () => void): void =>
    void code.loop(() => {
      body();
      code.get(rounds).i32(1).op("i32.sub").tee(rounds).branchIf(0);
    });
  // In calls of some microseconds: engines compile a function better once it has been called a few times.
  const registers = module.func(2, undefined, (code) => {
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
    // Stored, so that no compiler finds them useless.
    code.get(thread).i32(64).op("i32.mul").i32(address).op("i32.add");
    sums.forEach((sum, i) => void (i === 0 ? code.get(sum) : code.get(sum).op("f32x4.add")));
    code.access("v128.store");
  });
  module.export(
    "registers",
    module.func(3, undefined, (code) => {
      repeat(code, () => void code.i32(roundsOfCall).get(thread).call(registers));
    }),
  );
  const free = address + 64 * threads;
  products.forEach(({ rows, k, n }, i) => {
    const right = free;
    const left = right + 4 * n * k;
    const result = left + 4 * threads * rows * k;
    const from = { address: left, stride: 4 * k, origin: "base" } as const;
    const into = { address: result, stride: 4 * n, origin: "base" } as const;
    const product = module.func(kernelParameterCount, undefined, (code) =>
      emitMatmul(code, { from, into, n, k, packed: right }, micros, tile, globals),
    );
    module.export(
      `product${i}`,
      module.func(3, undefined, (code) =>
        repeat(code, () => {
          code.get(thread).i32(rows).op("i32.mul").i32(0).i32(0).i32(rows).i32(0).i32(1).call(product);
        }),
      ),
    );
  });
  return module.bytes();
}
