// Faults of a kernel by itself, each planted in a good plan.
import { bufferOf, expectFound, itemsOf, kernelOf, loopOf } from "./planting.ts";

expectFound([
  {
    name: "a column out of range",
    plant: (plan) => (kernelOf(plan, "forward", "matmul").into.column = 1),
    message: "plan: forward, kernel 0 (matmul), buffer 'tiny/0': into takes columns 1 to 3 of 2",
  },
  {
    name: "swapped operands",
    plant(plan) {
      const kernel = kernelOf(plan, "forward", "matmul");
      [kernel.from, kernel.into] = [kernel.into, kernel.from];
    },
    message: "plan: forward, kernel 0 (matmul), buffer 'tiny/0': from takes columns 0 to 3 of 2",
  },
  {
    name: "a wrong buffer extent",
    plant(plan) {
      const buffer = bufferOf(plan, "tiny/0");
      [buffer.extent, buffer.size] = ["rows", 4];
    },
    message:
      "plan: forward, kernel 0 (matmul), buffer 'tiny/0': into runs over tokens, which rows (now) do not have",
  },
  {
    name: "rows of the step before where there are none",
    plant(plan) {
      const kernel = kernelOf(plan, "forward", "matmul", 1);
      kernel.from = { ...kernel.from, at: "lag" };
    },
    message:
      "plan: forward, kernel 2 (matmul), buffer 'tiny/3(h)': from runs over step, which tokens (lag) do not have",
  },
  {
    name: "a kernel of one step outside the loop",
    plant: (plan) => itemsOf(plan, "forward").unshift(loopOf(plan, "forward").body[1]!),
    message: "plan: forward, kernel 0 (matmul): runs over one step, but is outside a loop",
  },
  {
    name: "a kernel of all tokens in the loop",
    plant: (plan) => loopOf(plan, "backward").body.push(kernelOf(plan, "forward", "matmul")),
    message: "plan: backward, kernel 4 (matmul): runs over tokens, but is in a loop",
  },
  {
    name: "a kernel in the wrong phase",
    plant: (plan) => itemsOf(plan, "forward").push(kernelOf(plan, "update", "norm")),
    message: "plan: forward, kernel 6 (norm): is in forward, but belongs in update",
  },
  {
    name: "a kernel over rows that its kind does not have",
    plant: (plan) => (kernelOf(plan, "backward", "outer").over = "once" as "rows"),
    message: "plan: backward, kernel 4 (outer): runs over once, but may run over tokens or rows",
  },
  {
    name: "a buffer of another plan",
    plant(plan) {
      const kernel = kernelOf(plan, "forward", "matmul");
      kernel.from.buffer = { ...kernel.from.buffer };
    },
    message: "plan: forward, kernel 0 (matmul), buffer 'x': from is not in a buffer of the plan",
  },
  {
    name: "integers where floats are read",
    plant: (plan) => (bufferOf(plan, "x").type = "integer"),
    message: "plan: forward, kernel 0 (matmul), buffer 'x': from must be float, but the buffer is integer",
  },
  {
    name: "parameters written by the forward pass",
    plant: (plan) => (kernelOf(plan, "forward", "matmul").into.buffer = bufferOf(plan, "parameters")),
    message:
      "plan: forward, kernel 0 (matmul), buffer 'parameters': into is in the parameters, which only the update may write",
  },
  {
    name: "a product over what it reads",
    plant: (plan) => (kernelOf(plan, "forward", "matmul", 1).into.buffer = bufferOf(plan, "tiny/3(h)")),
    message: "plan: forward, kernel 2 (matmul), buffer 'tiny/3(h)': overwrites columns that it reads as from",
  },
  {
    name: "elements overwritten beside those that are read",
    plant(plan) {
      const update = kernelOf(plan, "update", "pointwise");
      const store = update.passes[1]!.stores[0]!;
      for (const value of update.values) {
        if (value.op !== "load" || value.access.buffer !== store.access.buffer) continue;
        [value.width, value.access.column] = [1, 3];
      }
    },
    message:
      "plan: update, kernel 2 (pointwise), buffer 'optimizer.v': overwrites columns that it reads as a load",
  },
  {
    name: "columns written twice",
    plant(plan) {
      const { passes } = kernelOf(plan, "update", "pointwise");
      passes[1]!.stores.push({ ...passes[1]!.stores[0]! });
    },
    message: "plan: update, kernel 2 (pointwise), buffer 'optimizer.v': writes the same columns twice",
  },
  {
    name: "the rows of many in a single one",
    plant: (plan) => (kernelOf(plan, "forward", "matmul").into.buffer = bufferOf(plan, "gradients")),
    message: "plan: forward, kernel 0 (matmul), buffer 'gradients': writes tokens into a single row",
  },
  {
    name: "a matrix across two parameters",
    plant: (plan) => (kernelOf(plan, "forward", "matmul").matrices[0]!.offset = 3),
    message:
      "plan: forward, kernel 0 (matmul), buffer 'parameters': a matrix [2, 3] at 3 is not part of one parameter",
  },
  {
    name: "a matrix beyond the parameters",
    plant: (plan) => (kernelOf(plan, "forward", "matmul").matrices[0]!.offset = 9),
    message: "plan: forward, kernel 0 (matmul), buffer 'parameters': a matrix takes elements 9 to 15 of 12",
  },
  {
    name: "a value used before it is computed",
    plant(plan) {
      const [pass] = kernelOf(plan, "forward", "pointwise", 1).passes;
      pass!.values.reverse();
    },
    message: "plan: forward, kernel 3 (pointwise): value 5 uses value 4 before it is computed",
  },
  {
    name: "a value stored before it is computed",
    plant: (plan) => kernelOf(plan, "forward", "pointwise", 1).passes[0]!.values.pop(),
    message:
      "plan: forward, kernel 3 (pointwise), buffer 'tiny.states.h': stores value 5 before it is computed",
  },
  {
    name: "a value of another width than its pass",
    plant(plan) {
      const value = kernelOf(plan, "forward", "pointwise", 1).values.at(-1)!;
      value.width = 3;
    },
    message: "plan: forward, kernel 3 (pointwise): value 5 has width 3 in a pass of width 2",
  },
  {
    name: "noise without a seed",
    plant(plan) {
      kernelOf(plan, "forward", "pointwise", 1).values[0] = {
        op: "mask",
        rate: 0.5,
        per: "step",
        salt: 0,
        width: 2,
      };
      delete plan.ports.seed;
    },
    message: "plan: forward, kernel 3 (pointwise): draws noise, but the plan has no seed",
  },
]);
