import { describe, expect, it } from "vitest";
import { copyMemory, copySelective, copyVariable } from "../../src/synthetic/copy-memory.ts";
import type { SyntheticExample, SyntheticProblem } from "../../src/synthetic/problem.ts";
import { examplesOf, measured } from "./constant-loss.ts";

const inputs = (example: SyntheticExample): number[] => Array.from(example.inputs.x);
const targets = (example: SyntheticExample): number[] => Array.from(example.targets);

describe("copying", () => {
  it("says ten symbols again after T blanks and a delimiter", () => {
    const seen = new Set<number>();
    for (const example of examplesOf(copyMemory({ lag: 3 }), 200)) {
      const copied = inputs(example).slice(0, 10);
      copied.forEach((id) => seen.add(id));
      expect(inputs(example)).toEqual([...copied, 8, 8, 9, ...Array<number>(10).fill(8)]);
      expect(targets(example)).toEqual([...Array<number>(13).fill(8), ...copied]);
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(copyMemory().example(1, 0).steps).toBe(120);
  });

  it("says them at a sign that comes after 1 to T steps", () => {
    const counts = [0, 0, 0, 0];
    for (const example of examplesOf(copyVariable({ lag: 4, items: 2, symbols: 3 }), 4000)) {
      const [a, b] = inputs(example);
      const lag = example.steps - 4;
      counts[lag - 1]!++;
      expect(inputs(example)).toEqual([a, b, ...Array<number>(lag - 1).fill(3), 4, 3, 3]);
      expect(targets(example)).toEqual([...Array<number>(lag + 2).fill(3), a, b]);
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(750));
  });

  it("finds symbols among blanks, all places as likely", () => {
    const places = new Map<string, number>();
    for (const example of examplesOf(copySelective({ length: 5, items: 2, symbols: 3 }), 5000)) {
      const read = inputs(example).slice(0, 5);
      const copied = read.filter((id) => id !== 3);
      expect(inputs(example).slice(5)).toEqual([4, 4]);
      expect(targets(example)).toEqual([-1, -1, -1, -1, -1, ...copied]);
      expect(copied.every((id) => id < 3)).toBe(true);
      const place = read.map((id) => (id === 3 ? "." : "x")).join("");
      places.set(place, (places.get(place) ?? 0) + 1);
    }
    expect(places.size).toBe(10);
    for (const count of places.values()) expect(Math.abs(count - 500)).toBeLessThan(4 * Math.sqrt(450));
  });

  it("counts one wrong symbol as unsolved", () => {
    const problem = copySelective({ length: 2, items: 2, symbols: 2 });
    const example = problem.example(1, 0);
    const outputs = new Float64Array(8);
    outputs[4 + example.targets[2]!] = 1;
    expect(problem.isSolved(example, outputs)).toBe(false);
    outputs[6 + example.targets[3]!] = 1;
    expect(problem.isSolved(example, outputs)).toBe(true);
  });

  it("refuses more symbols than there are steps", () => {
    expect(() => copySelective({ length: 3, items: 4 })).toThrow(
      "items must be a whole number, from 1 to 3, got 4",
    );
    expect(() => copyMemory({ lag: 0 })).toThrow("copy-memory: lag must be a whole number, 1 or more, got 0");
  });
});

describe("the memoryless predictor", () => {
  // It sees the last input and how long ago the delimiter was, nothing else.
  const lossOf = (
    { steps, inputs: { x }, targets: wanted }: SyntheticExample,
    ids: number,
  ): readonly [number, number] => {
    const delimiter = Array.from(x).indexOf(ids + 1);
    let loss = 0;
    for (let step = 0; step < steps; step++) {
      const share = step > delimiter ? (wanted[step]! < ids ? 1 / ids : 0) : wanted[step] === ids ? 1 : 0;
      loss -= Math.log(share);
    }
    return [loss, steps];
  };

  it.each([
    ["fixed", copyMemory({ lag: 20 }), 0.52],
    ["fixed, 500", copyMemory({ lag: 500 }), 0.04],
    ["variable", copyVariable({ lag: 21 }), 20.794415 / 31],
  ] as readonly (readonly [string, SyntheticProblem, number])[])(
    "reaches 10 ln 8 / (T + 20): %s",
    (_, problem, known) => {
      expect(problem.chance.loss).toBeCloseTo(known, 3);
      const examples = examplesOf(problem, 2000);
      const { loss, standardError } = measured(examples.map((example) => lossOf(example, 8)));
      expect(Math.abs(loss - problem.chance.loss)).toBeLessThan(3 * standardError + 1e-12);
    },
  );
});
