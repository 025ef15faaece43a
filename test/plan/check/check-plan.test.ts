// Faults of a plan as a whole, each planted in a good one; and that sharing memory is allowed where it does no harm.
import { expect, test } from "vitest";
import { checkPlan } from "../../../src/plan/check/check-plan.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { bufferOf, copyOf, expectFound, goodPlan, itemsOf, loopOf } from "./planting.ts";

expectFound([
  {
    name: "a size that is not that of the shape",
    plant: (plan) => (bufferOf(plan, "tiny/0").extent = "rows"),
    message: "plan: buffer 'tiny/0': its size is 16, but rows of width 2 take 4",
  },
  {
    name: "a buffer outside the arena",
    plant: (plan) => (bufferOf(plan, "tiny/0").offset = plan.arena - 4),
    message: "plan: buffer 'tiny/0': takes elements 380 to 396 of 384 (arena)",
  },
  {
    name: "a wrong number",
    plant: (plan) => (bufferOf(plan, "x").id = 3),
    message: "plan: buffer 'x': its id is 3, but it is number 5 of the buffers",
  },
  {
    name: "a name given twice",
    plant: (plan) => (bufferOf(plan, "tiny/0").name = "x"),
    message: "plan: buffer 'x': another buffer has the same name",
  },
  {
    name: "a port that does not exist",
    plant: (plan) => (plan.ports.inputs["x"] = "inputs.x"),
    message: "plan: buffer 'inputs.x': no buffer has the name of a port",
  },
  {
    name: "a view beyond its buffer",
    plant: (plan) => (plan.views["output.tiny"]!.access.column = 1),
    message: "plan: buffer 'tiny.states.h': view 'output.tiny' takes columns 1 to 3 of 2",
  },
  {
    name: "an initial state that is elsewhere",
    plant: (plan) => (bufferOf(plan, "initial.tiny.h").offset += 16),
    message: "plan: buffer 'initial.tiny.h': is not the start of a state's buffer",
  },
  {
    name: "a loop in the direction of another phase",
    plant: (plan) => (loopOf(plan, "backward").direction = "forward"),
    message: "plan: a loop runs forward in backward",
  },
  {
    name: "a training step that leaves out its end",
    plant: (plan) => itemsOf(plan, "train").pop(),
    message: "plan: train is not forward, backward, update and carry in this order",
  },
]);

test("values whose lives do not overlap may share memory", () => {
  const plan = copyOf(goodPlan);
  // The first is read for the last time in the forward loop; the second is written in the update.
  bufferOf(plan, "status").offset = bufferOf(plan, "tiny/1").offset;
  expect(() => checkPlan(plan as Plan)).not.toThrow();
});
