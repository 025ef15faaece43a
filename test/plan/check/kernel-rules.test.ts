import { expect, test } from "vitest";
import { cells } from "../../../src/cells/index.ts";
import { cellNetwork, sizesFor } from "../../../src/model/single-cell.ts";
import { accessesOf, kernelsOf } from "../../../src/plan/accesses.ts";
import { buildPlan } from "../../../src/plan/build.ts";
import { overOf, rowsAllowed, ruleOf } from "../../../src/plan/check/kernel-rules.ts";
import type { Kernel } from "../../../src/plan/plan.ts";
import { networks } from "../../proof/networks.ts";
import { copyOf, goodPlan, kernelOf } from "./planting.ts";

test("a product reads as many columns as its matrices have, and writes as many as they have rows", () => {
  const kernel = kernelOf(copyOf(goodPlan), "forward", "matmul") as Kernel;
  expect(
    ruleOf(kernel)
      .operands(kernel)
      .map(({ role, width, use, rows }) => [role, use, width, rows]),
  ).toEqual([
    ["from", "reads", 3, "tokens"],
    ["into", "writes", 2, "tokens"],
  ]);
});

test("a weight gradient is one row of a matrix's elements, added to where it is there already", () => {
  const kernel = kernelOf(copyOf(goodPlan), "backward", "outer");
  const uses = [false, true].map((accumulate) => {
    const changed = { ...kernel, accumulate } as Kernel;
    const { use, width, rows } = ruleOf(changed).operands(changed).at(-1)!;
    return [use, width, rows];
  });
  expect(uses).toEqual([
    ["writes", 6, "once"],
    ["adds to", 6, "once"],
  ]);
});

test("a kernel without rows of its own has those of its kind", () => {
  const plan = copyOf(goodPlan);
  const kernels = [
    kernelOf(plan, "update", "norm"),
    kernelOf(plan, "carry", "finals"),
    kernelOf(plan, "forward", "crossEntropy"),
  ];
  expect(kernels.map((k) => overOf(k as Kernel))).toEqual(["once", "rows", "tokens"]);
});

test("only a loop knows a step before", () => {
  const lag = Object.entries(rowsAllowed).filter(([, rows]) => rows.includes("states, lag"));
  expect(lag.map(([over]) => over)).toEqual(["step"]);
});

test("the table lists every operand of every kernel that networks lead to", () => {
  const plans = [
    ...networks.map(({ network }) => network),
    ...cells.slice(0, 8).map((cell) => cellNetwork(cell, sizesFor(cell, { H: 4, I: 4, other: 3 }))),
  ].map((network) => buildPlan(network, { mode: "train", rows: 2, steps: 3 }));
  const kernels = [goodPlan, ...plans].flatMap(({ phases }) => kernelsOf(Object.values(phases).flat()));
  for (const kernel of kernels) {
    const listed = ruleOf(kernel)
      .operands(kernel)
      .map((o) => o.access);
    expect(new Set(listed), kernel.kind).toEqual(new Set(accessesOf(kernel)));
  }
  expect(new Set(kernels.map((k) => k.kind)).size).toBeGreaterThanOrEqual(13);
});
