import { expect, test } from "vitest";
import type { Node } from "../../src/graph/graph.ts";
import { equations } from "../../src/language/equations.ts";
import { access, createArena } from "../../src/plan/arena.ts";
import { lower } from "../../src/graph/lower.ts";
import type { Step } from "../../src/graph/step.ts";
import type { Access, PointwiseKernel } from "../../src/plan/plan.ts";
import { fuse, isCheap } from "../../src/plan/pointwise.ts";
import { nodeOf, valueOf } from "./tiny.ts";

const arena = createArena(2, 3);
const [x, y, z, extra] = ["x", "y", "z", "extra"].map((name) => access(arena.make(name, "tokens", 4)));

/** One kernel that stores quantities of the equations; inputs are loaded, temporaries numbered. */
function fused(
  step: Step,
  stores: Readonly<Record<string, Access>>,
  loads: (node: Node) => readonly Access[] | undefined = loadInput,
): { kernel: PointwiseKernel; temporaries: number } {
  let temporaries = 0;
  const kernel = fuse(
    "tokens",
    Object.entries(stores).map(([name, where]) => ({ node: valueOf(step, name), access: where })),
    {
      load: loads,
      temporary: (width) => access(arena.make(`temporary${temporaries++}/${Math.random()}`, "once", width)),
      salt: 100,
    },
  );
  return { kernel, temporaries };
}

const loadInput = (node: Node): readonly Access[] | undefined => (node.op === "input" ? [x!] : undefined);

const stateless = (text: TemplateStringsArray): Step => lower(equations("tiny")(text), { I: 4, H: 4 });

test("elementwise work is one pass: loads, operations, one store", () => {
  const step = stateless`
    y = tanh(2 ⊙ x)
    output y
  `;
  expect(fused(step, { y: y! }).kernel).toEqual({
    kind: "pointwise",
    over: "tokens",
    values: [
      { op: "number", value: 2, width: 1 },
      { op: "load", access: x, width: 4 },
      { op: "mul", arguments: [0, 1], width: 4 },
      { op: "tanh", arguments: [2], width: 4 },
    ],
    passes: [{ width: 4, values: [1, 2, 3], stores: [{ value: 3, access: y }] }],
  });
});

test("a value that is stored twice is computed once", () => {
  const step = stateless`
    a = tanh(x)
    y = a + 1
    output y
  `;
  const { kernel } = fused(step, { a: z!, y: y! });
  expect(kernel.values.filter((v) => v.op === "tanh")).toHaveLength(1);
  expect(kernel.passes).toHaveLength(1);
  expect(kernel.passes[0]?.stores.map((s) => s.access)).toEqual([z, y]);
});

test("a reduction ends a pass; what is cheap is recomputed in the next", () => {
  const step = stateless`
    y = x - sum(x)
    output y
  `;
  const { kernel, temporaries } = fused(step, { y: y! });
  expect(kernel.passes.map((p) => [p.width, p.stores.length])).toEqual([
    [4, 0],
    [4, 1],
  ]);
  expect(kernel.values.filter((v) => v.op === "load")).toHaveLength(2);
  expect(temporaries).toBe(0);
});

test("what is expensive is handed to a later pass in memory", () => {
  const step = stateless`
    e = exp(x)
    y = e / sum(e)
    output y
  `;
  const { kernel, temporaries } = fused(step, { y: y! });
  expect(temporaries).toBe(1);
  expect(kernel.values.filter((v) => v.op === "exp")).toHaveLength(1);
  const [first, last] = [kernel.passes[0]!, kernel.passes.at(-1)!];
  const reloaded = kernel.values.findIndex(
    (v, id) => v.op === "load" && last.values.includes(id) && v.access === first.stores[0]?.access,
  );
  expect(reloaded).toBeGreaterThan(0);
});

test("scalars have a pass of their own, before those that read them", () => {
  const step = stateless`
    s = exp(sum(x))
    y = s ⊙ x
    output y
    width s = 1
  `;
  const { kernel } = fused(step, { y: y! });
  expect(kernel.passes.map((p) => p.width)).toEqual([4, 1, 4]);
});

test("a value in several parts is their sum, one in none is 0", () => {
  const step = stateless`
    y = tanh(x)
    output y
  `;
  const sum = fused(step, { y: y! }, (node) => (node.op === "input" ? [x!, extra!] : undefined)).kernel;
  expect(sum.values.map((v) => v.op)).toEqual(["load", "load", "add", "tanh"]);
  const zero = fused(step, { y: y! }, (node) => (node.op === "input" ? [] : undefined)).kernel;
  expect(zero.values[0]).toEqual({ op: "number", value: 0, width: 1 });
});

test("masks get the layer's salt", () => {
  const step = stateless`
    y = mask(0.5, per step) ⊙ x
    output y
  `;
  const { kernel } = fused(step, { y: y! });
  expect(kernel.values.find((v) => v.op === "mask")).toMatchObject({ rate: 0.5, per: "step", salt: 100 });
});

test("a matrix product cannot be fused", () => {
  const step = stateless`
    y = tanh(W x)
    output y
  `;
  expect(() => fused(step, { y: y! })).toThrow("a pointwise kernel cannot compute 'slice'");
});

test("sums and functions with a table are expensive, arithmetic is cheap", () => {
  const step = stateless`
    y = tanh(x + x) + sum(x)
    output y
  `;
  expect([isCheap(nodeOf(step, "add")), isCheap(nodeOf(step, "tanh")), isCheap(nodeOf(step, "sum"))]).toEqual(
    [true, false, false],
  );
});
