import { describe, expect, it } from "vitest";
import {
  temporalOrder6a,
  temporalOrder6b,
  temporalOrderPascanu,
  temporalOrderSymbols,
} from "../../src/synthetic/temporal-order.ts";
import { examplesOf } from "./constant-loss.ts";

describe.each([
  ["6a", temporalOrder6a(), /^E([a-d]{9,19})[XY][a-d]{29,49}[XY][a-d]{38,58}B$/],
  ["6b", temporalOrder6b(), /^E([a-d]{9,19})[XY][a-d]{12,32}[XY][a-d]{22,42}[XY][a-d]{22,42}B$/],
  [
    "Pascanu's, of 25 steps",
    temporalOrderPascanu({ length: 25 }),
    /^([a-d]{3,5})[XY][a-d]{4,8}[XY][a-d]{12,14}$/,
  ],
] as const)("temporal order %s", (_, problem, form) => {
  const examples = examplesOf(problem, 4000);
  const words = examples.map(({ inputs }) => Array.from(inputs.x, (id) => temporalOrderSymbols[id]).join(""));

  it("has two or three marks among distractors, in their ranges", () => {
    expect(words.filter((word) => !form.test(word))).toEqual([]);
    const before = words.map((word) => form.exec(word)?.[1]?.length ?? NaN);
    const [, least, most] = /\{(\d+),(\d+)\}/.exec(form.source) ?? [];
    expect([Math.min(...before), Math.max(...before)]).toEqual([Number(least), Number(most)]);
  });

  it("asks at the last step which order it was, each as often", () => {
    const classes = problem.head.kind === "classes" ? problem.head.classes : 0;
    const counts = Array.from({ length: classes }, () => 0);
    examples.forEach(({ targets, steps }, i) => {
      const order = words[i]!.replace(/[^XY]/g, "").replace(/X/g, "0").replace(/Y/g, "1");
      expect(targets[steps - 1]).toBe(parseInt(order, 2));
      expect(
        Array.from(targets)
          .slice(0, -1)
          .every((target) => target === -1),
      ).toBe(true);
      counts[targets[steps - 1]!]!++;
    });
    const share = 1 / classes;
    const bound = 4 * Math.sqrt(4000 * share * (1 - share));
    for (const count of counts) expect(Math.abs(count - 4000 * share)).toBeLessThan(bound);
  });
});

it("takes lengths from 100 to 110, each as often", () => {
  const counts = new Map<number, number>();
  for (const { steps } of examplesOf(temporalOrder6a(), 4400))
    counts.set(steps, (counts.get(steps) ?? 0) + 1);
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual([
    100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110,
  ]);
  // 400 each; four deviations are 4 √(4400 · 1/11 · 10/11) = 76.3.
  for (const count of counts.values()) expect(Math.abs(count - 400)).toBeLessThan(76.3);
});

it("counts probabilities within 0.3 as solved", () => {
  const problem = temporalOrderPascanu({ length: 10 });
  const example = problem.example(1, 0);
  const answer = example.targets[9]!;
  // Softmax of (log 9, 0, 0, 0) is 9/12 = 0.75 of the target; of (log 6, 0, 0, 0) 6/9 = 0.67.
  const outputs = (odds: number): Float64Array => {
    const all = new Float64Array(40).fill(0);
    all[36 + answer] = Math.log(odds);
    return all;
  };
  expect(problem.isSolved(example, outputs(9))).toBe(true);
  expect(problem.isSolved(example, outputs(6))).toBe(false);
  expect(() => temporalOrderPascanu({ length: 9 })).toThrow(
    "length must be a whole number, 10 or more, got 9",
  );
});
