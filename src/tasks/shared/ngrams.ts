// Counts of n-grams, runs of n tokens.
import type { Tokens } from "./comparison.ts";

/** Stands in no text that a person wrote, so that no two runs share a key. */
const between = "\u0000";

/** How often each run of `n` tokens occurs; empty where there are fewer than `n`. */
export function ngramCounts(tokens: Tokens, n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + n <= tokens.length; start++) {
    const key = tokens.slice(start, start + n).join(between);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
