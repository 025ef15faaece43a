// Runs a cell step by step with the plain evaluation, for comparison with formulas.
import { expect } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { evaluateStep, outputOf, startOf, type Values } from "../../src/graph/evaluate.ts";
import type { Cell } from "../../src/language/cell.ts";

const stream = randomStream(8, 3);

/** Normal random numbers, different at every call. */
export const numbers = (count: number): Float64Array =>
  Float64Array.from({ length: count }, () => stream.normal());

/** The output of a cell after the last of these inputs, [width]. */
export function lastOutput(
  cell: Cell,
  sizes: Readonly<Record<string, number>>,
  parameters: Values,
  steps: readonly Values[],
): number[] {
  const evaluation = { cell, sizes, parameters };
  let states: Values = startOf(evaluation, steps[0]!);
  let output: number[] = [];
  for (const inputs of steps) {
    const named = evaluateStep(evaluation, inputs, states);
    states = new Map(cell.states.map(({ name }) => [name, named.get(`${name}'`)!]));
    output = [...outputOf(cell, named)];
  }
  return output;
}

/** `M v` for a row-major matrix. */
export function product(matrix: Float64Array, vector: ArrayLike<number>): number[] {
  const columns = vector.length;
  return Array.from({ length: matrix.length / columns }, (_, i) =>
    Array.from(vector).reduce((sum, value, j) => sum + value * matrix[i * columns + j]!, 0),
  );
}

export function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
}
