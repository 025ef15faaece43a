import { describe, expect, it } from "vitest";
import { aNbN, aNbNcN } from "../../src/synthetic/counting.ts";
import { examplesOf } from "./constant-loss.ts";

/** Whether a word begins one of the language, by trying all of those up to n = 40; written without the generator. */
function beginsOne(word: string, letters: string): boolean {
  for (let n = 1; n <= 40; n++)
    if (
      [...letters]
        .map((letter) => letter.repeat(n))
        .join("")
        .concat("T")
        .startsWith(word)
    )
      return true;
  return false;
}

describe.each([
  ["ab", aNbN],
  ["abc", aNbNcN],
])("the language of %s", (letters, make) => {
  const symbols = `S${letters}`;

  it("has all n as often, and exactly the legal next symbols as targets", () => {
    const counts = new Map<number, number>();
    const problem = make({ minCount: 2, maxCount: 5 });
    for (const [number, { inputs, targets, steps }] of examplesOf(problem, 2000).entries()) {
      const word = Array.from(inputs.x, (id) => symbols[id])
        .join("")
        .slice(1);
      const n = (steps - 1) / letters.length;
      expect(word).toBe([...letters].map((letter) => letter.repeat(n)).join(""));
      counts.set(n, (counts.get(n) ?? 0) + 1);
      if (number > 50) continue;
      for (let step = 0; step < steps; step++) {
        const legal = [...letters, "T"].map((next) =>
          beginsOne(word.slice(0, step) + next, letters) ? 1 : 0,
        );
        expect(Array.from(targets).slice(step * legal.length, (step + 1) * legal.length)).toEqual(legal);
      }
    }
    expect([...counts.keys()].sort()).toEqual([2, 3, 4, 5]);
    for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(4 * Math.sqrt(375));
  });
});

it("accepts a string only where every output of every step is on its side of 1/2", () => {
  const problem = aNbN({ minCount: 1, maxCount: 1 });
  // S: a; a: a or b; b: T.
  const outputs = [1, -1, -1, 1, 1, -1, -1, -1, 1];
  const example = problem.example(1, 0);
  expect(problem.isSolved(example, outputs)).toBe(true);
  outputs.forEach((_, i) => expect(problem.isSolved(example, outputs.with(i, -outputs[i]!))).toBe(false));
  expect(() => aNbNcN({ maxCount: 0 })).toThrow(
    "an-bn-cn: maxCount must be a whole number, 1 or more, got 0",
  );
});
