// The baseline of translators, by hand.
import { describe, expect, it } from "vitest";
import { translationMemory } from "../../../src/tasks/translate/translation-memory.ts";

const pair = (source: string, target: string) => ({ source: [...source], target: [...target] });
const memory = (...pairs: ReturnType<typeof pair>[]) => {
  const recall = translationMemory(pairs);
  return (source: string): string => recall([...source]).join("");
};

describe("a translation memory", () => {
  it("knows what it has seen, and else the most similar source", () => {
    const recall = memory(pair("may 5", "5-5"), pair("june 5", "6-5"), pair("may 7", "5-7"));
    expect(["may 5", "june 5", "may 7"].map(recall)).toEqual(["5-5", "6-5", "5-7"]);
    expect(recall("may 77")).toBe("5-7");
    expect(recall("june")).toBe("6-5");
  });

  it("weighs shared pairs by length: of equal ones the first, and the first where nothing is shared", () => {
    // Against "ab": "xab" shares ab and b$ of 3 + 4 pairs, 4/7; "ab…" ^a and ab of 3 + 7, 4/10.
    expect(memory(pair("abcdef", "long"), pair("xab", "short"))("ab")).toBe("short");
    expect(memory(pair("ab", "one"), pair("ab", "two"))("ab")).toBe("one");
    expect(memory(pair("ab", "one"), pair("cd", "two"))("z")).toBe("one");
  });

  it("counts a pair of neighbours as often as both have it", () => {
    // "aaa" against "aa": ^a, aa, a$ shared, 6/7; against "aaaaa": ^a, twice aa, a$, 8/10.
    expect(memory(pair("aaaaa", "five"), pair("aa", "two"))("aaa")).toBe("two");
  });

  it("needs a pair", () => {
    expect(() => translationMemory([])).toThrow("there are no pairs to learn from; give one or more");
  });
});
