// When a network's outputs count as right, in the ways that papers use. Steps that the loss leaves out are left out
// here too: classes below 0, weights of 0. Knows no task.
import type { SyntheticExample } from "./problem.ts";

/** At every step that counts, the greatest of the `classes` logits is the target's, and no other equals it. */
export function choosesTargets(
  example: SyntheticExample,
  outputs: ArrayLike<number>,
  classes: number,
): boolean {
  return everyStep(example, outputs, classes, (logits, step) => {
    const target = example.targets[step]!;
    return target < 0 || logits.every((logit, i) => i === target || logit < logits[target]!);
  });
}

/** At every step that counts, the softmax of each class is less than `limit` from 1 for the target, else from 0. */
export function probabilitiesWithin(
  limit: number,
  example: SyntheticExample,
  outputs: ArrayLike<number>,
  classes: number,
): boolean {
  return everyStep(example, outputs, classes, (logits, step) => {
    const target = example.targets[step]!;
    if (target < 0) return true;
    const greatest = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - greatest));
    const sum = powers.reduce((total, power) => total + power, 0);
    return powers.every((power, i) => Math.abs(power / sum - (i === target ? 1 : 0)) < limit);
  });
}

/** At every step that counts, each of the `width` outputs is less than `limit` from the target before noise. */
export function numbersWithin(
  limit: number,
  example: SyntheticExample,
  outputs: ArrayLike<number>,
  width: number,
): boolean {
  const wanted = example.noiseless ?? example.targets;
  return everyStep(example, outputs, width, (row, step) =>
    row.every((value, i) => Math.abs(value - wanted[step * width + i]!) < limit),
  );
}

/** At every step that counts, the outputs that are more likely than not (a logit above 0) are those with target 1. */
export function setsAgree(example: SyntheticExample, outputs: ArrayLike<number>, width: number): boolean {
  return everyStep(example, outputs, width, (row, step) =>
    row.every((logit, i) => logit > 0 === (example.targets[step * width + i] === 1)),
  );
}

/** At every step, each output that `legal` names is greater than each that it does not. */
export function legalAreGreatest(
  legal: readonly (readonly number[])[],
  example: SyntheticExample,
  outputs: ArrayLike<number>,
  width: number,
): boolean {
  return everyStep(example, outputs, width, (row, step) => {
    const named = legal[step]!;
    const least = Math.min(...named.map((i) => row[i]!));
    return row.every((value, i) => named.includes(i) || value < least);
  });
}

function everyStep(
  { steps, weights }: SyntheticExample,
  outputs: ArrayLike<number>,
  width: number,
  isRight: (row: readonly number[], step: number) => boolean,
): boolean {
  if (outputs.length !== steps * width) {
    throw new Error(
      `outputs: ${steps} steps of width ${width} need ${steps * width} numbers, not ${outputs.length}; give the head's ` +
        "outputs at every step",
    );
  }
  for (let step = 0; step < steps; step++) {
    if (weights?.[step] === 0) continue;
    const row = Array.from({ length: width }, (_, i) => outputs[step * width + i]!);
    // A NaN is neither above nor below, and must not pass for right.
    if (row.some(Number.isNaN) || !isRight(row, step)) return false;
  }
  return true;
}
