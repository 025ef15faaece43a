// Faults of the order in which values are written and read, each planted in a good plan.
import { bufferOf, expectFound, itemsOf, kernelOf, loopOf, removeItem } from "./planting.ts";

expectFound([
  {
    name: "a value that nothing wrote",
    plant: (plan) => removeItem(plan, "forward", "matmul"),
    message:
      "plan: forward, kernel 2 (pointwise), buffer 'tiny/0': reads 'tiny/0' from column 0 on before anything wrote it",
  },
  {
    name: "kernels in the wrong order",
    plant: (plan) => loopOf(plan, "forward").body.reverse(),
    message:
      "plan: forward, kernel 1 (pointwise), buffer 'tiny/1': reads 'tiny/1' from column 0 on before anything wrote it",
  },
  {
    name: "a loop over the steps in the wrong order",
    plant(plan) {
      loopOf(plan, "backward").body.reverse();
    },
    message:
      "plan: backward, kernel 1 (pointwise), buffer 'tiny/2': reads 'tiny/2' from column 0 on before anything wrote it",
  },
  {
    name: "this step's state where the one before is meant",
    plant(plan) {
      for (const value of kernelOf(plan, "forward", "pointwise").values) {
        if (value.op === "load" && value.access.at === "lag") value.access.at = "now";
      }
    },
    message:
      "plan: forward, kernel 1 (pointwise), buffer 'tiny.states.h': reads 'tiny.states.h' from column 0 on before " +
      "anything wrote it",
  },
  {
    name: "memory that two living values share",
    plant: (plan) => (bufferOf(plan, "tiny/0").offset = bufferOf(plan, "x").offset),
    message:
      "plan: backward, kernel 4 (outer), buffer 'x': reads 'x' from column 0 on after 'tiny/0', in the same memory, " +
      "was written",
  },
  {
    name: "a state of the optimiser that a pass overwrites",
    plant: (plan) => (bufferOf(plan, "tiny/0").offset = bufferOf(plan, "optimizer.v").offset),
    message:
      "plan: update, kernel 2 (pointwise), buffer 'optimizer.v': reads 'optimizer.v' from column 0 on after 'tiny/0', " +
      "in the same memory, was written",
  },
  {
    name: "a gradient that is added to nothing",
    plant: (plan) => (kernelOf(plan, "backward", "outer").accumulate = true),
    message:
      "plan: backward, kernel 4 (outer), buffer 'gradients': reads 'gradients' from column 0 on before anything wrote it",
  },
  {
    name: "a value of one step read after the loop",
    plant(plan) {
      const { over: _, ...copied } = kernelOf(plan, "forward", "pointwise", 1);
      itemsOf(plan, "backward").unshift({ ...copied, kind: "pointwise", over: "rows" });
      const [kernel] = itemsOf(plan, "backward") as [ReturnType<typeof kernelOf<"pointwise">>];
      kernel.values = [
        { op: "load", access: { buffer: bufferOf(plan, "tiny/1"), column: 0, at: "now" }, width: 2 },
      ];
      const access = { buffer: bufferOf(plan, "tiny/2"), column: 0, at: "now" as const };
      kernel.passes = [{ width: 2, values: [0], stores: [{ value: 0, access }] }];
      plan.phases.train?.splice(itemsOf(plan, "forward").length, 0, kernel);
    },
    message:
      "plan: backward, kernel 0 (pointwise), buffer 'tiny/1': reads 'tiny/1' from column 0 on, which was written at " +
      "another step and is not carried over",
  },
  {
    name: "final states that are not collected",
    plant: (plan) => removeItem(plan, "forward", "finals"),
    message:
      "plan: after forward, buffer 'final.tiny.h': the caller reads 'final.tiny.h' from column 0 on before anything wrote it",
  },
  {
    name: "a derivative that does not start",
    plant: (plan) => removeItem(plan, "backward", "copyRows"),
    message:
      "plan: backward, kernel 0 (pointwise), buffer 'tiny.dstates.h': reads 'tiny.dstates.h' from column 0 on before " +
      "anything wrote it",
  },
  {
    name: "an input that is no port",
    plant: (plan) => delete plan.ports.weights,
    message:
      "plan: forward, kernel 5 (crossEntropy), buffer 'weights': reads 'weights' from column 0 on before anything wrote it",
  },
]);
