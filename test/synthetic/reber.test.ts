import { describe, expect, it } from "vitest";
import { continualEmbeddedReber, embeddedReber, reber, reberSymbols } from "../../src/synthetic/reber.ts";
import type { SyntheticExample } from "../../src/synthetic/problem.ts";
import { examplesOf } from "./constant-loss.ts";

const spelled = (ids: ArrayLike<number>): string => Array.from(ids, (id) => reberSymbols[id]).join("");
const wordOf = ({ inputs, targets, steps }: SyntheticExample): string =>
  spelled([...Array.from(inputs.x), targets[steps - 1]!]);

/**
 * Reber's grammar as a regular expression, found by removing states. Let L3 = T*V be the loop at state 3 until 5; from
 * 5, V ends and P goes to 4; from 4, S ends and X goes to 3.
 */
const from3 = "T*V(?:PXT*V)*(?:V|PS)";
const body = `B(?:TS*X(?:S|X${from3})|P${from3})E`;
const simple = new RegExp(`^${body}$`);
const nested = `B(?:T${body}T|P${body}P)E`;

describe("Reber's grammar", () => {
  it("is what an independent recogniser accepts, branches as likely", () => {
    const words = examplesOf(reber(), 4000).map(wordOf);
    expect(words.filter((word) => !simple.test(word))).toEqual([]);
    const ofT = words.filter((word) => word[1] === "T").length;
    expect(Math.abs(ofT - 2000)).toBeLessThan(4 * Math.sqrt(1000));
    // The shortest strings, BTXSE and BPVVE, have three choices each: probability 1/8.
    for (const shortest of ["BTXSE", "BPVVE"]) {
      const count = words.filter((word) => word === shortest).length;
      expect(Math.abs(count - 500)).toBeLessThan(4 * Math.sqrt((4000 * 7) / 64));
    }
    expect(new Set(words).size).toBeGreaterThan(300);
  });

  it("is embedded between two symbols that agree", () => {
    const form = new RegExp(`^${nested}$`);
    const words = examplesOf(embeddedReber(), 4000).map(wordOf);
    expect(words.filter((word) => !form.test(word))).toEqual([]);
    expect(words.filter((word) => word.at(-2) !== word[1])).toEqual([]);
    const ofT = words.filter((word) => word[1] === "T").length;
    expect(Math.abs(ofT - 2000)).toBeLessThan(4 * Math.sqrt(1000));
  });

  it("goes on, string after string", () => {
    const form = new RegExp(`^(?:${nested}){5}$`);
    const words = examplesOf(continualEmbeddedReber({ strings: 5 }), 1000).map(wordOf);
    expect(words.filter((word) => !form.test(word))).toEqual([]);
  });
});

/** Outputs that are 1 for the symbols of each word, 0 else. */
function favouring(words: readonly string[]): Float64Array {
  const outputs = new Float64Array(7 * words.length);
  words.forEach((word, step) => {
    for (const symbol of word) outputs[7 * step + reberSymbols.indexOf(symbol)] = 1;
  });
  return outputs;
}

function exampleOf(word: string): SyntheticExample {
  const ids = Array.from(word, (symbol) => reberSymbols.indexOf(symbol));
  return { steps: ids.length - 1, inputs: { x: ids.slice(0, -1) }, targets: ids.slice(1) };
}

describe("the criterion", () => {
  it("accepts any legal symbol, not only the target", () => {
    const example = exampleOf("BTSXSE");
    expect(reber().isSolved(example, favouring(["TP", "SX", "SX", "XS", "E"]))).toBe(true);
    expect(reber().isSolved(example, favouring(["T", "S", "X", "S", "E"]))).toBe(false);
    expect(reber().isSolved(example, favouring(["TP", "SX", "SX", "XSV", "E"]))).toBe(false);
  });

  it("needs the memory of the second symbol", () => {
    const example = exampleOf("BPBPVVEPE");
    const steps = ["TP", "B", "TP", "TV", "PV", "E", "P", "E"];
    expect(embeddedReber().isSolved(example, favouring(steps))).toBe(true);
    expect(embeddedReber().isSolved(example, favouring(steps.with(6, "T")))).toBe(false);
    expect(embeddedReber().isSolved(example, favouring(steps.with(6, "TP")))).toBe(false);
  });

  it("expects a new string after the end of one", () => {
    const problem = continualEmbeddedReber({ strings: 2 });
    const steps = ["TP", "B", "TP", "TV", "PV", "E", "P", "E"];
    const example = exampleOf("BPBPVVEPEBPBPVVEPE");
    expect(problem.isSolved(example, favouring([...steps, "B", ...steps]))).toBe(true);
    expect(problem.isSolved(example, favouring([...steps, "E", ...steps]))).toBe(false);
  });

  it("refuses what is not of the grammar", () => {
    expect(() => reber().isSolved(exampleOf("BTVE"), new Float64Array(21))).toThrow(
      "reber, step 2: expected S or X, got V; pass an example of this problem",
    );
    expect(() => continualEmbeddedReber({ strings: 0 })).toThrow("strings must be a whole number, 1 or more");
  });
});
