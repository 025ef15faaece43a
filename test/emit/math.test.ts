// The wasm spelling of every pointwise operation against the op table, over the whole range of floats.
import { expect, test } from "vitest";
import { createModule } from "../../src/emit/wasm/assembler.ts";
import { createMath, spelling } from "../../src/emit/wasm/math.ts";
import { ops, type PointwiseOp } from "../../src/graph/ops.ts";
import { hasRelaxedSimd } from "../../src/run/wasm/engine.ts";
import { tolerances } from "../tolerances.ts";

type Evaluate = (...args: number[]) => number;

/** The operation as a function of single numbers. */
function compile(op: PointwiseOp, relaxed: boolean): Evaluate {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = createModule();
  const index = module.func(0, undefined, (code) => {
    const math = createMath(code, relaxed);
    const args = [0, 1, 2].map((i) => {
      const local = code.local("v128");
      code
        .i32(0)
        .access("v128.load32_splat", 4 * i)
        .set(local);
      return local;
    });
    const result = code.local("v128");
    spelling[op](math, args.slice(0, ops[op].arity));
    code.set(result).i32(0).get(result).access("v128.store", 16);
  });
  module.export("run", index);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
  const run = instance.exports["run"] as () => void;
  return (...args) => {
    const floats = new Float32Array(memory.buffer);
    floats.set(args);
    run();
    return floats[4] as number;
  };
}

const magnitudes = [
  0, 1e-30, 1e-8, 1e-4, 0.01, 0.1, 0.3, 0.4999, 0.5, 0.6, 1, 1.5, 2, 2.5, 4, 7, 9.5, 20, 50, 86, 87.5, 88.3,
  88.4, 88.5, 88.7, 89, 1000, 1e10,
];
const points = magnitudes.flatMap((m) => (m === 0 ? [0] : [m, -m])).map(Math.fround);
const grid = Array.from({ length: 4001 }, (_, i) => Math.fround(-20 + i / 100));

/** Where a subtraction inside an operation cancels: the size of its operands, which errors are relative to. */
const cancellation: Partial<Record<PointwiseOp, number>> = { hardsigmoid: 0.5, log: 0.01 };

/** The relative difference; results that float32 cannot hold must be rounded in the same way. */
function difference(actual: number, expected: number, size: number): number {
  if (Number.isNaN(expected)) return Number.isNaN(actual) ? 0 : Infinity;
  const rounded = Math.fround(expected);
  if (actual === rounded) return 0;
  if (!Number.isFinite(rounded) || !Number.isFinite(actual)) return Infinity;
  // Results below 2^-126 may be flushed to 0.
  return Math.abs(actual - expected) / Math.max(Math.abs(expected), size);
}

const variants = hasRelaxedSimd() ? [false, true] : [false];
const names = Object.keys(ops) as PointwiseOp[];

test.each(names.flatMap((op) => variants.map((relaxed) => ({ op, relaxed }))))(
  "$op, relaxed $relaxed",
  ({ op, relaxed }) => {
    const run = compile(op, relaxed);
    const { arity, value } = ops[op];
    const compare = (...args: number[]): void => {
      const error = difference(run(...args), value(...args), cancellation[op] ?? 2 ** -100);
      expect(error, `${op}(${args.join(", ")}) is ${run(...args)}, not ${value(...args)}`).toBeLessThan(
        tolerances.wasmOp,
      );
    };
    if (arity === 1) for (const a of [...points, ...grid]) compare(a);
    else for (const a of points) for (const b of points) compare(a, b, 3);
  },
);

test.each(names.filter((op) => op !== "where"))("%s hands a NaN on, in the table and here", (op) => {
  const { arity, value } = ops[op];
  const run = compile(op, false);
  for (const position of Array.from({ length: arity }, (_, i) => i)) {
    for (const other of [0, -1, 2, Infinity, -Infinity]) {
      const args = Array.from({ length: arity }, (_, i) => (i === position ? NaN : other));
      expect(value(...args), `${op}(${args.join(", ")})`).toBeNaN();
      expect(run(...args), `${op}(${args.join(", ")})`).toBeNaN();
    }
  }
});

test("the ends of the range", () => {
  expect(compile("log", false)(0)).toBe(-Infinity);
  expect(compile("log", false)(-1)).toBeNaN();
  // Numbers below 2^-126 have fewer digits, but their logarithm has all.
  for (const x of [1e-40, 1.2e-38, 2 ** -149, 2 ** -126].map(Math.fround)) {
    expect(Math.abs(compile("log", false)(x) / Math.log(x) - 1), `${x}`).toBeLessThan(1e-7);
  }
  expect(compile("log", false)(Infinity)).toBe(Infinity);
  expect(compile("exp", false)(200)).toBe(Infinity);
  expect(compile("sigmoid", false)(-Infinity)).toBeLessThan(1e-30);
  expect(compile("tanh", false)(Infinity)).toBe(1);
});
