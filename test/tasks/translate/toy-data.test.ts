// Toy data of translation: the same on every machine, and right.
import { expect, test } from "vitest";
import { datePair } from "../../../src/tasks/translate/dates.ts";
import { reversalPair } from "../../../src/tasks/translate/reversal.ts";

test("dates in words and in ISO 8601", () => {
  const pairs = Array.from({ length: 500 }, (_, i) => datePair(1, i));
  expect(pairs.slice(0, 3)).toEqual([0, 1, 2].map((i) => datePair(1, i)));
  expect(pairs[0]).not.toEqual(datePair(2, 0));
  for (const { source, target } of pairs) {
    expect(new Date(`${target}T00:00:00Z`).toISOString().slice(0, 10)).toBe(target);
    expect(source).toMatch(/^[\p{L}\d ,.-]+$/u);
    const [year = "", , day = ""] = target.split("-");
    if (/\d{4}/u.test(source)) expect(source).toContain(year);
    if (/^\d{1,2} /u.test(source)) expect(Number.parseInt(source, 10)).toBe(Number(day));
  }
});

test("words backwards", () => {
  const pairs = Array.from({ length: 200 }, (_, i) => reversalPair(3, i, 7));
  for (const { source, target } of pairs) {
    expect([...source].reverse().join("")).toBe(target);
    expect(source.length).toBeLessThanOrEqual(7);
  }
  expect(new Set(pairs.map(({ source }) => source.length)).size).toBe(7);
  expect(() => reversalPair(1, 1, 0)).toThrow("longest must be a whole number from 1 to 1023, not 0");
});
