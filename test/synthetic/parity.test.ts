import { describe, expect, it } from "vitest";
import { parity, temporalXor } from "../../src/synthetic/parity.ts";
import { examplesOf } from "./constant-loss.ts";

describe("parity", () => {
  it("is the count of ones so far, modulo 2, in sequences of all lengths asked for", () => {
    const counts = new Map<number, number>();
    for (const { inputs, targets, steps } of examplesOf(parity({ shortest: 3, longest: 6 }), 4000)) {
      counts.set(steps, (counts.get(steps) ?? 0) + 1);
      const ones = Array.from(
        inputs.x,
        (_, step) =>
          Array.from(inputs.x)
            .slice(0, step + 1)
            .filter(Boolean).length,
      );
      expect(Array.from(targets)).toEqual(ones.map((count) => count % 2));
    }
    expect([...counts.keys()].sort()).toEqual([3, 4, 5, 6]);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(750));
  });

  it("refuses lengths in the wrong order", () => {
    expect(() => parity({ shortest: 41 })).toThrow(
      "parity: longest must be a whole number, 41 or more, got 40",
    );
  });
});

describe("temporal XOR", () => {
  it("repeats two bits and their XOR", () => {
    const triples = new Map<string, number>();
    for (const { inputs, targets, steps } of examplesOf(temporalXor({ length: 30 }), 400)) {
      const bits = [...Array.from(inputs.x), targets[steps - 1]!];
      expect(bits.length).toBe(30);
      for (let i = 0; i < 30; i += 3) {
        const triple = bits.slice(i, i + 3).join("");
        triples.set(triple, (triples.get(triple) ?? 0) + 1);
      }
    }
    expect([...triples.keys()].sort()).toEqual(["000", "011", "101", "110"]);
    for (const count of triples.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(750));
  });

  it("is solved by every third bit", () => {
    const problem = temporalXor({ length: 6 });
    const example = problem.example(1, 0);
    // Right at the steps before the third and the sixth bit, wrong at all others.
    const outputs = Array.from({ length: 10 }, (_, i) => {
      const [step, bit] = [Math.floor(i / 2), i % 2];
      return (bit === example.targets[step]) === (step === 1 || step === 4) ? 1 : 0;
    });
    expect(problem.isSolved(example, outputs)).toBe(true);
    expect(
      problem.isSolved(
        example,
        outputs.map((v) => 1 - v),
      ),
    ).toBe(false);
  });
});
