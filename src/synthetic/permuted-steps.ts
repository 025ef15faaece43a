// A fixed random order of the steps of all examples, as in permuted MNIST, where an image is read one pixel per step. Le
// et al. 2015, arXiv:1504.00941v2.
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { Example } from "../model/example.ts";

/** A random permutation of 0 to steps - 1, [steps], the same for the same seed; by the Fisher-Yates shuffle. */
export function stepOrder(steps: number, seed: number): Int32Array {
  wholeSetting("step order", "steps", steps, 1);
  const draws = drawsOf(seed, 0);
  const order = Int32Array.from({ length: steps }, (_, i) => i);
  for (let i = steps - 1; i > 0; i--) {
    const other = draws.between(0, i);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}

/**
 * The example with the steps of an input in another order: step t takes the values of step `order[t]`. Targets are
 * unchanged. Throws for an order of another length, an unknown input, and one that is not per step.
 */
export function permuteSteps(example: Example, order: Int32Array, input = "x"): Example {
  const { steps, inputs } = example;
  const values = inputs[input];
  if (!values) {
    throw new Error(
      `permuting steps: unknown input '${input}' (the inputs are ${Object.keys(inputs).join(", ")})`,
    );
  }
  if (order.length !== steps) {
    throw new Error(`permuting steps: expected an order of ${steps} steps, got ${order.length}`);
  }
  const width = values.length / steps;
  if (!Number.isInteger(width)) {
    throw new Error(
      `permuting steps: input '${input}' has ${values.length} numbers, which is not a multiple of ${steps} steps`,
    );
  }
  const permuted = Float64Array.from(
    { length: values.length },
    (_, i) => values[order[Math.floor(i / width)]! * width + (i % width)]!,
  );
  return { ...example, inputs: { ...inputs, [input]: permuted } };
}
