// One function over very many floats, through a plan with a single pointwise layer, and how far a device is from the
// exact value. Knows no device by name.
import { equations } from "../../src/language/equations.ts";
import { ops } from "../../src/graph/ops.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Device } from "../../src/run/device.ts";

export type SweptFunction = "exp" | "tanh" | "sigmoid" | "log" | "softplus";
export const sweptFunctions: readonly SweptFunction[] = ["exp", "tanh", "sigmoid", "log", "softplus"];

const width = 4099; // no multiple of any vector's length

/** f(x) for each x, as the device computes it in float32. */
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
  const came = await program.read("output.f", new Float32Array(xs.length));
  program.dispose();
  return came;
}

/** Every `stride`-th float from the least bit pattern on: both signs, subnormals, infinities and NaN among them. */
export function floatsOfAllBits(stride: number): Float32Array {
  const count = Math.ceil(2 ** 32 / stride);
  const bits = Uint32Array.from({ length: count }, (_, i) => i * stride);
  return new Float32Array(bits.buffer);
}

/** What is smaller may be taken for zero: the device's powers of two end a little before float32's normal numbers. */
export const leastKept: number = 2 ** -125;

export interface Distance {
  /** Units in the last place of a float32 of the exact value's size. */
  readonly units: number;
  readonly at: number;
}

/** The greatest distance from the exact values where those are at least `leastKept` and floats can hold them. */
export function greatestDistance(name: SweptFunction, xs: Float32Array, came: Float32Array): Distance {
  let [units, at] = [0, 0];
  const exact = exactly[name];
  for (let i = 0; i < xs.length; i++) {
    const x = xs[i] as number;
    const [y, own] = [exact(x), came[i] as number];
    const apart = distance(own, y);
    if (apart > units) [units, at] = [apart, x];
  }
  return { units, at };
}

const exactly: Readonly<Record<SweptFunction, (x: number) => number>> = {
  exp: ops.exp.value,
  tanh: ops.tanh.value,
  sigmoid: ops.sigmoid.value,
  log: ops.log.value,
  softplus: ops.softplus.value,
};

const greatestFloat = 2 ** 128 * (1 - 2 ** -24);

/** Infinite where one of the two is no number or infinite and the other is not. */
function distance(came: number, exact: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(came) ? 0 : Infinity;
  const expected = Math.fround(exact);
  if (came === expected) return 0;
  const size = Math.abs(exact);
  if (size < leastKept) return Math.abs(came) < 2 * leastKept ? 0 : Infinity;
  // Where rounding decides between the greatest float and infinity, either will do.
  const [own, other] = [came, exact].map((v) => Math.sign(v) * Math.min(Math.abs(v), greatestFloat)) as [
    number,
    number,
  ];
  return Math.abs(own - other) / 2 ** (Math.floor(Math.log2(Math.min(size, greatestFloat))) - 23);
}
