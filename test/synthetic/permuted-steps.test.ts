import { expect, it } from "vitest";
import { permuteSteps, stepOrder } from "../../src/synthetic/permuted-steps.ts";

it("gives one order for a seed, with every step once", () => {
  const order = stepOrder(784, 92916);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 784 }, (_, i) => i));
  expect(stepOrder(784, 92916)).toEqual(order);
  expect(stepOrder(784, 92917)).not.toEqual(order);
  // A random order has one fixed point on average, with a variance of one.
  expect(order.filter((from, to) => from === to).length).toBeLessThan(6);
});

it("gives every order as often", () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const order = stepOrder(3, seed).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values())
    expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt((6000 * 5) / 36));
});

it("moves the values of each step together, and leaves the rest", () => {
  const example = { steps: 3, inputs: { x: [1, 2, 3, 4, 5, 6], y: [7] }, targets: [-1, -1, 4] };
  const permuted = permuteSteps(example, Int32Array.of(2, 0, 1));
  expect(Array.from(permuted.inputs["x"]!)).toEqual([5, 6, 1, 2, 3, 4]);
  expect([permuted.inputs["y"], permuted.targets, permuted.steps]).toEqual([[7], [-1, -1, 4], 3]);
});

it("refuses what does not fit", () => {
  const example = { steps: 3, inputs: { x: [1, 2, 3, 4] } };
  expect(() => permuteSteps(example, stepOrder(2, 1))).toThrow("expected an order of 3 steps, got 2");
  expect(() => permuteSteps(example, stepOrder(3, 1))).toThrow(
    "input 'x' has 4 numbers, which is not a multiple of 3 steps",
  );
  expect(() => permuteSteps(example, stepOrder(3, 1), "z")).toThrow("unknown input 'z' (the inputs are x)");
  expect(() => stepOrder(0, 1)).toThrow("step order: steps must be a whole number, 1 or more, got 0");
});
