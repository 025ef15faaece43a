import { expect, test } from "vitest";
import { accessesOf, kernelsOf, loadsOf, storesOf, withAccesses } from "../../src/plan/accesses.ts";
import { access, createArena } from "../../src/plan/arena.ts";
import type { Kernel, PointwiseKernel } from "../../src/plan/plan.ts";
import { copy, loop } from "./tiny.ts";

const arena = createArena(2, 3);
const [a, b, c] = ["a", "b", "c"].map((name) => access(arena.make(name, "tokens", 4)));
const [x, y, z] = [a!, b!, c!];
const product: Kernel = {
  kind: "matmul",
  over: "tokens",
  from: x,
  into: y,
  matrices: [{ buffer: z.buffer, offset: 0, rows: 1, columns: 1 }],
  transposed: false,
};
const twoPasses: PointwiseKernel = {
  kind: "pointwise",
  over: "tokens",
  values: [
    { op: "load", access: x, width: 4 },
    { op: "number", value: 2, width: 1 },
    { op: "load", access: y, width: 1 },
  ],
  passes: [
    { width: 4, values: [0], stores: [{ value: 0, access: z }] },
    { width: 1, values: [2], stores: [{ value: 2, access: x }] },
  ],
};

test("the accesses of a kernel are its operands, without matrices", () => {
  expect(accessesOf(product)).toEqual([x, y]);
  expect(accessesOf({ kind: "guard", values: [x, y], status: z })).toEqual([x, y, z]);
  expect(accessesOf(twoPasses)).toEqual([x, y, z, x]);
});

test("loads and stores know their pass and width", () => {
  expect(loadsOf(twoPasses)).toEqual([
    { access: x, width: 4, pass: 0 },
    { access: y, width: 1, pass: 1 },
  ]);
  expect(storesOf(twoPasses)).toEqual([
    { access: z, width: 4, pass: 0 },
    { access: x, width: 1, pass: 1 },
  ]);
});

test("kernels of loops are among the others, in order", () => {
  const inner = copy(x, y, 1, "step");
  expect(kernelsOf([product, loop("forward", inner), twoPasses])).toEqual([product, inner, twoPasses]);
});

test("a change reaches every access, in loops too, and nothing else", () => {
  const work = [product, loop("forward", copy(x, y, 1, "step"))];
  const changed = withAccesses(work, (one) => (one.buffer === x.buffer ? z : one));
  expect(changed).toEqual([{ ...product, from: z }, loop("forward", copy(z, y, 1, "step"))]);
  expect(work[0]).toBe(product);
});
