// A check of the gradient check: right cells pass, and an error of 1 % in any derivative that a cell uses makes its check
// fail. The proof cells use every row of the table.
import { describe, expect, test } from "vitest";
import { cells } from "../../src/cells/index.ts";
import { derivatives } from "../../src/graph/ops.ts";
import { checkCell } from "../../src/check/check.ts";
import { tolerances } from "../tolerances.ts";
import { proofCells } from "./cells.ts";
import { planted, plantsOf } from "./planting.ts";

const all = [...cells, ...proofCells].map((cell) => ({ cell, name: cell.name }));

// The cells of the package are checked by `unrolled check --all`, in test/cli/show.test.ts.
test.each(proofCells.map((cell) => ({ cell, name: cell.name })))(
  "the gradients of $name agree with differences",
  async ({ cell }) => {
    const { error, worst } = await checkCell(cell);
    expect(error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerances.cellGradient);
  },
);

describe.each(all)("a planted error fails $name", ({ cell }) => {
  test.each(plantsOf(cell))("in the derivative of $op, result $position", async (plant) => {
    const options = { derivatives: planted(plant), stopAtFailure: true, steps: [2, 7] };
    expect(await checkCell(cell, options)).toMatchObject({ pass: false });
  });
});

test("the cells use every derivative that there is", () => {
  const used = new Set(all.flatMap(({ cell }) => plantsOf(cell).map(({ op }) => op)));
  const without = Object.keys(derivatives).filter((op) => !(used as Set<string>).has(op));
  // Comparisons and constants have no derivative.
  expect(without).toEqual(["greater", "detach"]);
});
