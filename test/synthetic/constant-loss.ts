// The loss of the best constant predictor on examples of a problem, with its standard error, to compare with `chance`. The
// constant is fitted to the same examples, so the arithmetic of the problem is not used.
import type { SyntheticExample, SyntheticProblem } from "../../src/synthetic/problem.ts";

export interface Measured {
  readonly loss: number;
  /** The standard error of the loss, as a ratio of sums over independent examples. */
  readonly standardError: number;
}

export function examplesOf(problem: SyntheticProblem, count: number, seed = 7): SyntheticExample[] {
  return Array.from({ length: count }, (_, index) => problem.example(seed, index));
}

export function constantLoss(problem: SyntheticProblem, examples: readonly SyntheticExample[]): Measured {
  const { head } = problem;
  const width = head.kind === "classes" ? head.classes : head.width;
  const means = new Float64Array(width); // of the targets, or shares of the classes
  let total = 0;
  for (const example of examples)
    eachStep(problem, example, (row, weight) => {
      row.forEach((value, i) => (means[i]! += weight * value));
      total += weight;
    });
  means.forEach((sum, i) => (means[i] = sum / total));
  const loss = (row: readonly number[]): number =>
    row.reduce((sum, value, i) => {
      const mean = means[i]!;
      if (head.kind === "squared-error") return sum + (value - mean) ** 2 / width;
      const yes = value === 0 ? 0 : -value * Math.log(mean);
      const no = head.kind === "classes" || value === 1 ? 0 : -(1 - value) * Math.log(1 - mean);
      return sum + yes + no;
    }, 0);
  return measured(examples.map((example) => sums(problem, example, loss)));
}

export function measured(sumsOfExamples: readonly (readonly [loss: number, weight: number])[]): Measured {
  const losses = sumsOfExamples.reduce((sum, [loss]) => sum + loss, 0);
  const weights = sumsOfExamples.reduce((sum, [, weight]) => sum + weight, 0);
  const ratio = losses / weights;
  const squares = sumsOfExamples.reduce((sum, [loss, weight]) => sum + (loss - ratio * weight) ** 2, 0);
  return { loss: ratio, standardError: Math.sqrt(squares) / weights };
}

function sums(
  problem: SyntheticProblem,
  example: SyntheticExample,
  loss: (row: readonly number[]) => number,
): readonly [number, number] {
  let [losses, weights] = [0, 0];
  eachStep(problem, example, (row, weight) => {
    losses += weight * loss(row);
    weights += weight;
  });
  return [losses, weights];
}

/** Visits the target of each step that counts; classes are one-hot. */
function eachStep(
  { head }: SyntheticProblem,
  { steps, targets, weights }: SyntheticExample,
  visit: (row: readonly number[], weight: number) => void,
): void {
  for (let step = 0; step < steps; step++) {
    const weight = weights?.[step] ?? 1;
    if (weight === 0 || (head.kind === "classes" && targets[step]! < 0)) continue;
    const row =
      head.kind === "classes"
        ? Array.from({ length: head.classes }, (_, i) => (i === targets[step] ? 1 : 0))
        : Array.from({ length: head.width }, (_, i) => targets[step * head.width + i]!);
    visit(row, weight);
  }
}
