// The pointwise rows of the op table: values, and derivatives against central differences, at ordinary points and at
// difficult ones: saturated, near a kink, near a pole.
import { describe, expect, test } from "vitest";
import { createGraph } from "../../src/graph/builder.ts";
import type { Node } from "../../src/graph/graph.ts";
import { derivatives, ops, type Derivative, type PointwiseOp } from "../../src/graph/ops.ts";
import { relativeError, slope } from "../../src/check/directions.ts";
import { evaluate, input } from "../proof/interpret.ts";
import { tolerances } from "../tolerances.ts";

/** Arguments, and the value for them. */
const values: Readonly<Record<PointwiseOp, readonly (readonly [args: number[], value: number])[]>> = {
  add: [[[2, 3], 5]],
  sub: [[[2, 3], -1]],
  mul: [[[2, -3], -6]],
  div: [[[3, -2], -1.5]],
  neg: [[[2], -2]],
  sigmoid: [
    [[0], 0.5],
    [[Math.log(3)], 0.75],
    [[1000], 1],
    [[-1000], 0],
    [[-40], 4.248354255291589e-18],
  ],
  tanh: [
    [[Math.log(3)], 0.8],
    [[-1000], -1],
  ],
  relu: [
    [[2], 2],
    [[-2], 0],
    [[0], 0],
  ],
  exp: [
    [[1], Math.E],
    [[-1000], 0],
  ],
  log: [
    [[Math.E], 1],
    [[0], -Infinity],
  ],
  softplus: [
    [[0], Math.LN2],
    [[1000], 1000],
    [[-1000], 0],
    [[-40], 4.248354255291589e-18],
  ],
  abs: [[[-2], 2]],
  min: [
    [[2, 3], 2],
    [[3, 2], 2],
  ],
  max: [
    [[2, 3], 3],
    [[3, 2], 3],
  ],
  sqrt: [[[9], 3]],
  square: [[[-3], 9]],
  hardsigmoid: [
    [[1], 0.7],
    [[2.5], 1],
    [[3], 1],
    [[-3], 0],
  ],
  hardtanh: [
    [[0.3], 0.3],
    [[2], 1],
    [[-2], -1],
  ],
  greater: [
    [[2, 1], 1],
    [[1, 1], 0],
    [[1, 2], 0],
  ],
  where: [
    [[1, 5, 6], 5],
    [[0, 5, 6], 6],
  ],
  detach: [[[2], 2]],
};

test.each(Object.entries(values))("%s has its values", (op, rows) => {
  for (const [args, value] of rows) expect(ops[op as PointwiseOp].value(...args)).toBeCloseTo(value, 15);
});

/** The arguments for which derivatives are compared. */
const points: Readonly<Record<PointwiseOp, readonly (readonly number[])[]>> = {
  add: [[0.3, -1.2]],
  sub: [[0.3, -1.2]],
  mul: [
    [0.3, -1.2],
    [1e-6, 5],
  ],
  div: [
    [0.3, -1.2],
    [0.3, 1e-4],
    [1e-6, 50],
  ],
  neg: [[0.3]],
  sigmoid: [[0.3], [-7], [40], [-800]],
  tanh: [[0.3], [-4], [20], [-800]],
  relu: [[0.3], [-0.3], [1e-4], [-1e-4]],
  exp: [[0.3], [-20], [10]],
  log: [[0.3], [1e-6], [1e6]],
  softplus: [[0.3], [-7], [40], [-800]],
  abs: [[0.3], [-0.3], [1e-4]],
  min: [
    [0.3, 1.2],
    [1.2, 0.3],
    [1, 1.0001],
  ],
  max: [
    [0.3, 1.2],
    [1.2, 0.3],
    [1, 1.0001],
  ],
  sqrt: [[0.3], [1e-6], [1e6]],
  square: [[0.3], [-1e-6], [1e3]],
  hardsigmoid: [[0.3], [2.499], [2.501], [-2.499], [-2.501]],
  hardtanh: [[0.3], [0.999], [1.001], [-0.999], [-1.001]],
  greater: [[0.3, 1.2]],
  where: [
    [1, 0.3, 1.2],
    [0, 0.3, 1.2],
  ],
  detach: [[0.3]],
};

/** Arguments that are treated as constants: they have no derivative. */
const constant: Readonly<Partial<Record<PointwiseOp, readonly number[]>>> = {
  greater: [0, 1],
  where: [0],
  detach: [0],
};

describe.each(Object.entries(points))("%s has its derivative", (name, rows) => {
  const op = name as PointwiseOp;
  test.each(rows.map((at) => ({ at })))("at $at", async ({ at }) => {
    for (const [i, actual] of derivativesAt(op, at).entries()) {
      if (constant[op]?.includes(i)) {
        expect(actual).toBeNull();
        continue;
      }
      // Small relative to the point, so that a step crosses neither a pole nor a kink.
      const step = Math.min(Math.max(1e-3 * Math.abs(at[i] as number), 1e-9), 0.1 * toKink(op, at));
      const value = (distance: number): Promise<number> =>
        Promise.resolve(1.7 * ops[op].value(...at.map((a, j) => (j === i ? a + distance : a))));
      const expected = await slope(value, step);
      expect(relativeError(actual as number, expected ?? NaN), `argument ${i}`).toBeLessThanOrEqual(
        tolerances.op,
      );
    }
  });
});

/** The distance of the arguments from the nearest jump of the derivative. */
function toKink(op: PointwiseOp, [a = 0, b = 0]: readonly number[]): number {
  if (op === "relu" || op === "abs") return Math.abs(a);
  if (op === "min" || op === "max") return Math.abs(a - b);
  if (op === "hardsigmoid") return Math.abs(Math.abs(a) - 2.5);
  if (op === "hardtanh") return Math.abs(Math.abs(a) - 1);
  return Infinity;
}

/** The derivatives of a pointwise operation if that by its value is 1.7. */
function derivativesAt(op: PointwiseOp, at: readonly number[], table = derivatives): (number | null)[] {
  const g = createGraph();
  const args = at.map((_, i) => input(g, `a${i}`, 1));
  const node = g.apply(op, ...args);
  const dy = input(g, "dy", 1);
  const given = new Map<Node, Float64Array>([[dy, Float64Array.of(1.7)]]);
  at.forEach((a, i) => given.set(args[i] as Node, Float64Array.of(a)));
  return table[op](g, args, node, dy, [dy]).map(
    (result) => result && (evaluate(result, given, new Map())[0] as number),
  );
}

test("an error of 1 % in a row is detected", () => {
  const wrong = { ...derivatives, tanh: scaled("tanh") };
  const [right, actual] = [derivativesAt("tanh", [0.3]), derivativesAt("tanh", [0.3], wrong)];
  expect(relativeError(actual[0] as number, right[0] as number)).toBeGreaterThan(tolerances.op);
});

function scaled(op: "tanh"): Derivative {
  return (g, ...rest) => derivatives[op](g, ...rest).map((d) => d && g.apply("mul", d, g.number(1.01)));
}
