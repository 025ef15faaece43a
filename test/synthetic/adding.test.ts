import { describe, expect, it } from "vitest";
import { adding, adding1997 } from "../../src/synthetic/adding.ts";
import { multiplication } from "../../src/synthetic/multiplication.ts";
import type { SyntheticExample } from "../../src/synthetic/problem.ts";
import { examplesOf } from "./constant-loss.ts";

const column = ({ inputs, steps }: SyntheticExample, which: number): number[] =>
  Array.from({ length: steps }, (_, step) => inputs.x[2 * step + which]!);
const marksOf = (example: SyntheticExample): number[] =>
  column(example, 1).flatMap((mark, step) => (mark === 1 ? [step] : []));
const answer = ({ targets, steps }: SyntheticExample): number => targets[steps - 1]!;

describe("adding", () => {
  it("marks one number in each half, and asks for their sum at the end", () => {
    for (const example of examplesOf(adding({ length: 13 }), 2000)) {
      const [first = -1, second = -1, ...more] = marksOf(example);
      expect(more).toEqual([]);
      expect(first).toBeLessThan(6);
      expect(second).toBeGreaterThanOrEqual(6);
      expect(column(example, 0).every((value) => value >= 0 && value < 1)).toBe(true);
      expect(answer(example)).toBe(column(example, 0)[first]! + column(example, 0)[second]!);
      expect(Array.from(example.weights ?? [])).toEqual([...Array<number>(12).fill(0), 1]);
    }
  });

  it("marks any two numbers, each pair as often", () => {
    const counts = new Map<string, number>();
    for (const example of examplesOf(adding({ length: 5, marks: "anywhere" }), 10_000)) {
      const marks = marksOf(example).join();
      counts.set(marks, (counts.get(marks) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    // 1000 each; four deviations of a binomial count are 4 √(10000 · 0.1 · 0.9) = 120.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it("counts an error below 0.04 as solved", () => {
    const problem = adding({ length: 4 });
    const example = problem.example(1, 0);
    expect(problem.isSolved(example, [9, 9, 9, answer(example) + 0.039])).toBe(true);
    expect(problem.isSolved(example, [9, 9, 9, answer(example) - 0.041])).toBe(false);
  });

  it("refuses a length that holds no two marks", () => {
    expect(() => adding({ length: 1 })).toThrow("adding: length must be a whole number, 2 or more, got 1");
    expect(() => adding1997({ length: 19 })).toThrow(
      "adding-1997: length must be a whole number, 20 or more",
    );
    expect(() => multiplication({ length: 30.5 })).toThrow("multiplication: length must be a whole number");
  });
});

describe.each([
  ["adding-1997", adding1997, -1, 0, (a: number, b: number) => 0.5 + (a + b) / 4],
  ["multiplication", multiplication, 0, 1, (a: number, b: number) => a * b],
] as const)("%s", (_, make, least, unknown, expected) => {
  const examples = examplesOf(make({ length: 40 }), 4000);

  it("has lengths from T to T + T/10, and markers of -1 at both ends", () => {
    expect([...new Set(examples.map(({ steps }) => steps))].sort()).toEqual([40, 41, 42, 43, 44]);
    for (const example of examples) {
      const markers = column(example, 1);
      expect([markers[0], markers.at(-1)]).toEqual([-1, -1]);
      expect(column(example, 0).every((value) => value >= least && value < 1)).toBe(true);
    }
    expect(Math.min(...examples.flatMap((e) => column(e, 0)).slice(0, 10_000))).toBeLessThan(least + 0.01);
  });

  it("marks one of the first ten and another of the first half, and takes a constant for the first pair", () => {
    let hidden = 0;
    for (const example of examples) {
      const marks = marksOf(example);
      const values = marks.map((step) => column(example, 0)[step]!);
      expect(marks.length === 2 || marks.length === 1).toBe(true);
      expect(marks[0]).toBeLessThan(10 + (marks.length === 1 ? 10 : 0));
      expect(marks.at(-1)).toBeLessThan(20);
      if (marks.length === 1) hidden++;
      const [a, b = unknown] = values;
      expect(answer(example)).toBeCloseTo(expected(a!, b), 14);
    }
    // The first pair is hit with 0.1 + 0.9/19 = 0.14737: 589.5 of 4000, deviation √(4000 · 0.147 · 0.853) = 22.4.
    expect(Math.abs(hidden - 589.5)).toBeLessThan(4 * 22.4);
  });
});
