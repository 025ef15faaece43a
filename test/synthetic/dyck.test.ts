import { describe, expect, it } from "vitest";
import { dyck } from "../../src/synthetic/dyck.ts";
import { examplesOf } from "./constant-loss.ts";

const brackets = "([)]";

/** What is left after taking out pairs that are next to each other: nothing of a string of the language. */
function reduced(word: string): string {
  const next = word.replace(/\(\)|\[\]/g, "");
  return next === word ? word : reduced(next);
}

describe("Dyck languages", () => {
  it("are strings that an independent recogniser accepts, with exactly the legal next symbols as targets", () => {
    for (const { inputs, targets, steps } of examplesOf(dyck({ maxPairs: 12 }), 500)) {
      expect(inputs.x[0]).toBe(4);
      const word = Array.from(inputs.x, (id) => brackets[id] ?? "").join("");
      expect(word.length).toBe(steps - 1);
      expect(reduced(word)).toBe("");
      for (let step = 0; step < steps; step++) {
        const before = reduced(word.slice(0, step));
        const closes = [")", "]"].map((bracket) =>
          reduced(before + bracket).length < before.length ? 1 : 0,
        );
        const legal = [1, 1, ...closes, before === "" ? 1 : 0];
        expect(Array.from(targets).slice(step * 5, step * 5 + 5)).toEqual(legal);
      }
    }
  });

  it("has every string of a length as often", () => {
    const counts = new Map<string, number>();
    for (const { inputs } of examplesOf(dyck({ kinds: 1, minPairs: 4, maxPairs: 4 }), 7000)) {
      const word = Array.from(inputs.x).slice(1).join("");
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    expect(counts.size).toBe(14); // Catalan's number of 4
    for (const count of counts.values())
      expect(Math.abs(count - 500)).toBeLessThan(4 * Math.sqrt((7000 * 13) / 196));
  });

  it("refuses no kinds", () => {
    expect(() => dyck({ kinds: 0 })).toThrow("dyck: kinds must be a whole number, 1 or more, got 0");
  });
});
