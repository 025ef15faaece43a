// Which expressions a text can keep busy for ever.
import fc from "fast-check";
import { expect, test } from "vitest";
import { backtrackingFault } from "../../src/text/backtracking.ts";

const fault = (source: string): string | undefined => backtrackingFault(new RegExp(source, "gu"));

test.each([
  "(a+)+$",
  "(a*)*b",
  "(a|a)*c",
  "(a|ab|b)*c",
  "((ab?)+c?)+d",
  "(.*)*x",
  "(\\s*x?)*y",
  "(?=(a+)+$)b",
  "(x+x+)+y",
  "([a-z]+)*=",
  "(a{1,50}){1,50}b",
  "(a?){30}b",
  "(\\p{L}|\\p{Lu})+!",
])("%s reads a text in ever more ways", (source) => {
  expect(fault(source)).toBe("a repetition can read the same text in several ways");
});

test.each(["a*a*a*b", "\\d+\\w*[0-9a-f]*z"])("%s takes the cube of the length", (source) => {
  expect(fault(source)).toContain("repetitions in a row");
});

// Those of GPT-2, Llama 3, GPT-4o and DeepSeek.
test.each([
  "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  "(?:'[sS]|'[tT]|'[rR][eE])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?:'s|'t)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n\\/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "[!\\-\\/][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "(?:\\p{L}|\\p{M})+",
  "\\d{1,3}(?=(?:\\d{3})*\\b)",
  "(?:[a-z]+ )*x",
  "\\w+|[^\\w\\s]+",
])("%s does not", (source) => {
  expect(fault(source)).toBeUndefined();
});

test("what passes reads long runs of one letter quickly", () => {
  const letter = fc.constantFrom("a", "b", "[ab]", "(?:a|b)", "a?", "ab");
  const times = fc.constantFrom("", "*", "+", "?", "{2,12}", "{20}");
  const group = fc
    .tuple(fc.array(fc.tuple(letter, times), { minLength: 1, maxLength: 3 }), times)
    .map(([parts, outer]) => `(?:${parts.map(([l, t]) => `(?:${l})${t}`).join("")})${outer}`);
  let passed = 0;
  fc.assert(
    fc.property(fc.array(group, { minLength: 1, maxLength: 2 }), (groups) => {
      const source = `${groups.join("|")}c`;
      if (fault(source) !== undefined) return;
      passed++;
      for (const text of ["a".repeat(300), "ab".repeat(150), "b".repeat(300)]) {
        const start = performance.now();
        new RegExp(source, "u").test(text);
        expect(performance.now() - start, source).toBeLessThan(2000);
      }
    }),
    { numRuns: 300, seed: 3 },
  );
  expect(passed).toBeGreaterThan(50);
});
