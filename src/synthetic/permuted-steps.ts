// An image read one pixel a step, in scan order or in one fixed order that a seed gives: sequential and permuted MNIST
// (Le et al. 2015, arXiv:1504.00941v2). A result is repeatable with the seed. Knows no images.
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { Example } from "../batch/example.ts";

/** [steps] an order of 0 to steps - 1, each as likely, the same for the same seed: Fisher and Yates. */
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
 * The example with the values of an input in another order: step t gets what stood at `order[t]`. Targets stay. Throws
 * where the order is of another length, where there is no such input, and where it has no whole number a step.
 */
export function permuteSteps(example: Example, order: Int32Array, input = "x"): Example {
  const { steps, inputs } = example;
  const values = inputs[input];
  if (!values) {
    throw new Error(
      `permuting steps: there is no input '${input}' (there is ${Object.keys(inputs).join(", ")})`,
    );
  }
  if (order.length !== steps) {
    throw new Error(`permuting steps: the order is of ${order.length} steps, but the example has ${steps}`);
  }
  const width = values.length / steps;
  if (!Number.isInteger(width)) {
    throw new Error(
      `permuting steps: input '${input}' has ${values.length} numbers, not some for each of ${steps} steps`,
    );
  }
  const permuted = Float64Array.from(
    { length: values.length },
    (_, i) => values[order[Math.floor(i / width)]! * width + (i % width)]!,
  );
  return { ...example, inputs: { ...inputs, [input]: permuted } };
}
