import { expect, test } from "vitest";
import { equations } from "../../src/language/equations.ts";
import { createArena, type Arena } from "../../src/plan/arena.ts";
import { numbersOf, planUpdate, type PlannedUpdate, type UpdateRule } from "../../src/plan/update.ts";
import { namesOf, show } from "./tiny.ts";

const momentum: UpdateRule = {
  cell: equations("momentum")`
    g  = d / max(dnorm, 1)
    m' = 0.9 ⊙ m + g
    w' = w - rate ⊙ m'
    output w
    input d per step
    input dnorm per step
    input rate per step
    width d = H
    width dnorm = 1
    width rate = 1
  `,
};

function plan(rule: UpdateRule, count = 6): { arena: Arena; update: PlannedUpdate } {
  const arena = createArena(2, 3);
  const [parameters, gradients, loss] = [
    arena.parameters(count),
    arena.make("gradients", "once", count),
    arena.make("loss", "once", 1),
  ];
  return { arena, update: planUpdate(rule, { arena, parameters, gradients, loss, count }) };
}

test("the norm, then a guard, then one kernel over all parameters", () => {
  const { update } = plan(momentum);
  expect(show(update.kernels)).toEqual([
    "norm norm ← gradients [6]",
    "guard ends the phase unless loss and norm are finite",
    "pointwise optimizer.m, parameters [6] ← norm, rate, optimizer.m, gradients, parameters",
  ]);
});

test("a rule has buffers for its states and its numbers", () => {
  const { arena, update } = plan(momentum);
  expect(namesOf(arena.buffers).slice(3)).toEqual(["norm", "status", "optimizer.m", "rate"]);
  expect([...update.states].map(([name, buffer]) => [name, buffer.name, buffer.width])).toEqual([
    ["m", "optimizer.m", 6],
  ]);
  expect([...update.numbers.keys()]).toEqual(["rate"]);
  expect(numbersOf(momentum)).toEqual(["rate"]);
});

test("with nothing to train only the check remains", () => {
  const { arena, update } = plan(momentum, 0);
  expect(update.kernels.map((k) => k.kind)).toEqual(["norm", "guard"]);
  expect(namesOf(arena.buffers)).not.toContain("rate");
});

test("a rule that sums over parameters is refused", () => {
  const cell = equations("summing")`
    e  = exp(d)
    w' = w - e / sum(e)
    output w
    input d per step
    width d = H
  `;
  expect(() => plan({ cell })).toThrow(
    "summing: an update rule works on each parameter alone; it cannot sum over them",
  );
});
