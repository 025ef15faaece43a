/** Reads what the Python scripts in test/goldens/measure wrote. Knows nothing of the code under test. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";

/** Of scores in float64 against independent statements of them, relative, or absolute below 1. */
const tolerance = 1e-9;

/** The cases of test/goldens/measure/<name>.json. */
export function readCases<Case>(name: string): readonly Case[] {
  const url = new URL(`../../goldens/measure/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, "utf8")) as { readonly cases: readonly Case[] }).cases;
}

export function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    const gap = Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    expect(gap, `number ${i}: ${value}, expected ${expected[i]}`).toBeLessThan(tolerance);
  });
}
