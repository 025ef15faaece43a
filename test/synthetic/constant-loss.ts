// What the best constant predictor reaches on examples of a task, with its standard error: the numerical twin of
// `chance`. The constant is found from the same examples, so nothing of the task's own arithmetic is used.
import type { SyntheticExample, SyntheticTask } from "../../src/synthetic/problem.ts";

export interface Measured {
  readonly loss: number;
  /** Of the loss, as a ratio of sums over independent examples. */
  readonly standardError: number;
}

export function examplesOf(task: SyntheticTask, count: number, seed = 7): SyntheticExample[] {
  return Array.from({ length: count }, (_, index) => task.example(seed, index));
}

export function constantLoss(task: SyntheticTask, examples: readonly SyntheticExample[]): Measured {
  const { head } = task;
  const width = head.kind === "classes" ? head.classes : head.width;
  const means = new Float64Array(width); // of the targets, or shares of the classes
  let total = 0;
  for (const example of examples)
    eachStep(task, example, (row, weight) => {
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
  return measured(examples.map((example) => sums(task, example, loss)));
}

export function measured(sumsOfExamples: readonly (readonly [loss: number, weight: number])[]): Measured {
  const losses = sumsOfExamples.reduce((sum, [loss]) => sum + loss, 0);
  const weights = sumsOfExamples.reduce((sum, [, weight]) => sum + weight, 0);
  const ratio = losses / weights;
  const squares = sumsOfExamples.reduce((sum, [loss, weight]) => sum + (loss - ratio * weight) ** 2, 0);
  return { loss: ratio, standardError: Math.sqrt(squares) / weights };
}

function sums(
  task: SyntheticTask,
  example: SyntheticExample,
  loss: (row: readonly number[]) => number,
): readonly [number, number] {
  let [losses, weights] = [0, 0];
  eachStep(task, example, (row, weight) => {
    losses += weight * loss(row);
    weights += weight;
  });
  return [losses, weights];
}

/** Calls with the target of each step that counts: one-hot of classes. */
function eachStep(
  { head }: SyntheticTask,
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
