// Criteria of papers for right outputs. Steps that the loss ignores, with a class below 0 or a weight of 0, are ignored
// here as well.
import type { SyntheticExample } from "./problem.ts";

/** At every step, the target's logit is the largest of the `classes`, and no other equals it. */
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

/** At every step, the probability of the target is less than `limit` from 1, and those of the others from 0. */
export function probabilitiesWithin(
  limit: number,
  example: SyntheticExample,
  outputs: ArrayLike<number>,
  classes: number,
): boolean {
  return everyStep(example, outputs, classes, (logits, step) => {
    const target = example.targets[step]!;
    if (target < 0) return true;
    const maximum = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - maximum));
    const sum = powers.reduce((total, power) => total + power, 0);
    return powers.every((power, i) => Math.abs(power / sum - (i === target ? 1 : 0)) < limit);
  });
}

/** At every step, each of the `width` outputs is less than `limit` from the target without noise. */
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

/** At every step, the outputs with a logit above 0 are those with target 1. */
export function setsAgree(example: SyntheticExample, outputs: ArrayLike<number>, width: number): boolean {
  return everyStep(example, outputs, width, (row, step) =>
    row.every((logit, i) => logit > 0 === (example.targets[step * width + i] === 1)),
  );
}

/** At every step, each output in `legal` is larger than each other one. */
export function legalAreLargest(
  legal: readonly (readonly number[])[],
  example: SyntheticExample,
  outputs: ArrayLike<number>,
  width: number,
): boolean {
  return everyStep(example, outputs, width, (row, step) => {
    const ids = legal[step]!;
    const least = Math.min(...ids.map((i) => row[i]!));
    return row.every((value, i) => ids.includes(i) || value < least);
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
      `outputs: expected ${steps * width} numbers for ${steps} steps of width ${width}, got ${outputs.length}; pass the ` +
        "head's outputs at every step",
    );
  }
  for (let step = 0; step < steps; step++) {
    if (weights?.[step] === 0) continue;
    const row = Array.from({ length: width }, (_, i) => outputs[step * width + i]!);
    // Comparisons with NaN are false, and must not count as right.
    if (row.some(Number.isNaN) || !isRight(row, step)) return false;
  }
  return true;
}
