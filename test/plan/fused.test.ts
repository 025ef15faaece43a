// All cells and transforms stay fused: between two products of a time loop all elementwise work is one kernel, products
// that read one vector are one, and a transform adds only the products and kernels that its equations need.
import { expect, test } from "vitest";
import { zoo } from "../../src/check/zoo.ts";
import { cellNamed, cells } from "../../src/cells/index.ts";
import { transforms } from "../../src/cells/transforms/index.ts";
import type { Cell } from "../../src/language/cell.ts";
import { cellNetwork, sizesFor } from "../../src/model/single-cell.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Kernel, Plan } from "../../src/plan/plan.ts";
import { proofCells } from "../proof/cells.ts";

const planOf = (cell: Cell): Plan =>
  buildPlan(cellNetwork(cell, sizesFor(cell, { H: 8, I: 8, other: 8 })), {
    mode: "train",
    rows: 4,
    steps: 5,
  });

/** The kernels of each time loop of a phase. */
const loops = (plan: Plan, phase: "forward" | "backward"): (readonly Kernel[])[] =>
  (plan.phases[phase] ?? []).flatMap((item) => (item.kind === "loop" ? [item.body] : []));

const kinds = (plan: Plan, phase: "forward" | "backward"): string[][] =>
  loops(plan, phase).map((body) => body.map((kernel) => kernel.kind));

/** Violations of fusion in a plan. */
function faults(plan: Plan): string[] {
  return (["forward", "backward"] as const).flatMap((phase) =>
    loops(plan, phase).flatMap((body) => {
      const twice = body.some((k, i) => k.kind === "pointwise" && body[i + 1]?.kind === "pointwise");
      const vectors = body.flatMap((k) =>
        k.kind === "matmul" && !k.transposed ? [`${k.from.buffer.id}:${k.from.column}:${k.from.at}`] : [],
      );
      const isDense = new Set(vectors).size === vectors.length;
      return [
        ...(twice ? [`${phase}: two pointwise kernels in a row`] : []),
        ...(isDense ? [] : [`${phase}: two products of one vector`]),
      ];
    }),
  );
}

test.each(cells.map((cell) => ({ cell, name: cell.name })))("$name is fused", ({ cell, name }) => {
  const found = faults(planOf(cell));
  // Each block of a block-diagonal matrix is a product of its own, with a part of the vector.
  expect(found.filter((f) => name !== "s-lstm" || !f.includes("two products"))).toEqual([]);
});

const losses = zoo().filter(({ kind }) => kind === "loss");

test.each(losses)("the loss $name is fused", ({ name, ...subject }) => {
  const network = "network" in subject ? subject.network : undefined;
  const plan = buildPlan(network!, { mode: "train", rows: 4, steps: 5 });
  expect(faults(plan), name).toEqual([]);
});

/** Kernels of the loops, forward and backward, of the plain cells. */
const plain = {
  lstm: planOf(cellNamed("lstm")),
  gru: planOf(cellNamed("gru")),
};

const cases = transforms
  .filter((t) => t.name !== "init" && t.name !== "deep-transition")
  .flatMap(({ name }) => (["lstm", "gru"] as const).map((base) => ({ name, base })));

test.each(cases)("$base+$name has the loops of $base", ({ name, base }) => {
  const plan = planOf(cellNamed(`${base}+${name}`));
  for (const phase of ["forward", "backward"] as const) {
    expect(kinds(plan, phase), phase).toEqual(kinds(plain[base], phase));
  }
  expect(faults(plan)).toEqual([]);
});

test("a deep transition adds a product and a kernel for each further transition", () => {
  for (const [depth, products] of [
    [2, 2],
    [3, 3],
  ] as const) {
    const plan = planOf(cellNamed(`lstm+deep-transition:${depth}`));
    const more = Array.from({ length: products }, () => ["matmul", "pointwise"]).flat();
    expect(kinds(plan, "forward")).toEqual([["pointwise", ...more]]);
    expect(kinds(plan, "backward")).toEqual([["pointwise", ...more]]);
    expect(faults(plan)).toEqual([]);
  }
});

test("a cell that is not fused is noticed", () => {
  // Two block-diagonal matrices read one vector.
  const blocked = proofCells.find((cell) => cell.name === "blocked")!;
  expect(faults(planOf(blocked))).toContain("forward: two products of one vector");
});
