// Evaluates one function over very many floats, in a plan with a single pointwise layer, and measures a device's
// error.
import { equations } from "../../src/language/equations.ts";
import { ops } from "../../src/graph/ops.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Device } from "../../src/run/device.ts";

export type SweptFunction = "exp" | "tanh" | "sigmoid" | "log" | "softplus";
export const sweptFunctions: readonly SweptFunction[] = ["exp", "tanh", "sigmoid", "log", "softplus"];

const width = 4099; // not a multiple of any vector length

/** f(x) of each x, as the device computes it in float32. */
export async function evaluate(device: Device, name: SweptFunction, xs: Float32Array): Promise<Float32Array> {
  const cell = equations(name)`
    y = ${name}(x)
    output y
    width y = I
  `;
  const rows = Math.ceil(xs.length / width);
  const network = {
    inputs: [{ name: "x", width, kind: "dense", per: "step" }],
    layers: [{ name: "f", cell, sizes: { I: width, H: 1 }, inputs: { x: "x" } }],
    loss: { kind: "given", of: "f" },
  } as const;
  const plan = buildPlan(network, { mode: "evaluate", rows, steps: 1 });
  const program = await device.compile(plan, device.parameters(plan.parameters));
  program.write("x", xs);
  program.run("forward", { rows, steps: 1 });
  const ys = await program.read("output.f", new Float32Array(xs.length));
  program.dispose();
  return ys;
}

/** Every `stride`-th bit pattern as a float: both signs, subnormals, infinities and NaN among them. */
export function floatsOfAllBits(stride: number): Float32Array {
  const count = Math.ceil(2 ** 32 / stride);
  const bits = Uint32Array.from({ length: count }, (_, i) => i * stride);
  return new Float32Array(bits.buffer);
}

/** Smaller results may come out as zero: the device's powers of two end a little above float32's smallest normal. */
export const smallestKept: number = 2 ** -125;

export interface Deviation {
  /** Units in the last place of a float32 of the exact value's magnitude. */
  readonly units: number;
  readonly at: number;
}

/** The largest error where the exact value is at least `smallestKept` and fits a float. */
export function largestError(name: SweptFunction, xs: Float32Array, ys: Float32Array): Deviation {
  let [units, at] = [0, 0];
  const exact = exactFunctions[name];
  for (let i = 0; i < xs.length; i++) {
    const x = xs[i] as number;
    const error = errorInUnits(ys[i] as number, exact(x));
    if (error > units) [units, at] = [error, x];
  }
  return { units, at };
}

const exactFunctions: Readonly<Record<SweptFunction, (x: number) => number>> = {
  exp: ops.exp.value,
  tanh: ops.tanh.value,
  sigmoid: ops.sigmoid.value,
  log: ops.log.value,
  softplus: ops.softplus.value,
};

const largestFloat = 2 ** 128 * (1 - 2 ** -24);

/** Infinite if only one of the two is NaN or infinite. */
function errorInUnits(actual: number, exact: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(actual) ? 0 : Infinity;
  const expected = Math.fround(exact);
  if (actual === expected) return 0;
  const size = Math.abs(exact);
  if (size < smallestKept) return Math.abs(actual) < 2 * smallestKept ? 0 : Infinity;
  // Where rounding decides between the largest float and infinity, either will do.
  const finite = (v: number): number => Math.sign(v) * Math.min(Math.abs(v), largestFloat);
  return (
    Math.abs(finite(actual) - finite(exact)) / 2 ** (Math.floor(Math.log2(Math.min(size, largestFloat))) - 23)
  );
}
