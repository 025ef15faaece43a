import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patternAutomaton, patternConstraint } from "../../src/infer/pattern-constraint.ts";
import { acceptsText } from "./automata.ts";

/** Two levels of groups, repetitions and alternatives over letters that texts below have too. */
const letter = fc.constantFrom("a", "b", "é", "😀", ".", "[ab]", "[^a]", "\\d", "[a-cA-C]", "\\n", "");
const times = fc.constantFrom("", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?");
const grouped = (atom: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  const sequence = fc.array(atom, { maxLength: 3 }).map((parts) => parts.join(""));
  const alternatives = fc.array(sequence, { minLength: 1, maxLength: 2 }).map((parts) => parts.join("|"));
  return fc.tuple(alternatives, times).map(([inner, repeated]) => `(?:${inner})${repeated}`);
};
const pattern = grouped(fc.oneof(letter, grouped(letter)));
const texts = fc.array(
  fc.string({ unit: fc.constantFrom("a", "b", "A", "é", "😀", "1", "\n", "_"), maxLength: 7 }),
  { minLength: 10, maxLength: 20 },
);

describe("a pattern", () => {
  it("accepts exactly what JavaScript matches as a whole", () => {
    let matches = 0;
    fc.assert(
      fc.property(pattern, texts, fc.constantFrom("", "i", "s", "is"), (source, all, flags) => {
        const expected = new RegExp(`^(?:${source})$`, `u${flags}`);
        const automaton = patternAutomaton(source, { flags });
        for (const text of all) {
          if (expected.test(text)) matches++;
          expect(acceptsText(automaton, text)).toBe(expected.test(text));
        }
      }),
      { numRuns: 200, seed: 1 },
    );
    expect(matches).toBeGreaterThan(300); // else it would say little
  });

  it.each([
    ["\\d{4}-\\d\\d-\\d\\d", "2024-01-31", "2024-1-31"],
    ["^(yes|no)$", "no", "nono"],
    ["^a|b$", "b", "ab"],
    ["[A-Z][a-z]*( [A-Z][a-z]*)*[.!?]", "Hello There.", "Hello there."],
    ["", "", "a"],
    ["\\p{Lu}\\w*", "Éa1_", "éa"],
    ["(?<name>x)+", "xxx", "y"],
  ])("%s", (source, good, bad) => {
    const automaton = patternAutomaton(source);
    expect([acceptsText(automaton, good), acceptsText(automaton, bad)]).toEqual([true, false]);
  });

  it("has as few states as possible", () => {
    expect(patternAutomaton("(a|b)*abb|(b|a)*abb").accepting).toHaveLength(4);
    expect(patternAutomaton("a[]|b")).toEqual({
      start: 0,
      accepting: [false, true],
      transitions: [[{ from: 98, to: 98, next: 1 }], []],
    });
  });

  it("becomes a constraint on tokens", () => {
    const tokens = [..."0123456789-", "20", "24-", "x"];
    const constraint = patternConstraint("\\d{4}-\\d\\d", tokens);
    const ids = ["20", "24-", "1", "2"].map((token) => tokens.indexOf(token));
    let state: number | undefined = constraint.start;
    for (const id of ids) state = state === undefined ? state : constraint.next(state, id);
    expect(state !== undefined && constraint.accepts(state)).toBe(true);
    expect(constraint.next(constraint.start, tokens.indexOf("24-"))).toBeUndefined();
  });

  it.each([
    ["(\\p{L}{1,20}\\p{N}{0,20}){1,20}"],
    ["([a-z]?){200}([a-z0-9]?){200}([a-z_]?){200}"],
    ["[a-z]{1,50}[a-z0-9]{1,50}[a-z_]{1,50}".repeat(3)],
    ["(.{0,60}a){8}"],
    ["\\w{3000}\\d{0,3000}"],
    ["[a-z]{0,5000}"],
    ["[^a][^b]".repeat(4000)],
    ["\\p{L}{5000}"],
    ["(?:a|b|c){0,3000}(?:b|c|d){0,3000}"],
    ["(".repeat(50_000)],
    ["((((a{0,9}){0,9}){0,9}){0,9}){0,9}"],
  ])("takes %s or refuses it, and soon", (source) => {
    const before = process.cpuUsage();
    try {
      patternAutomaton(source);
    } catch (error) {
      expect((error as Error).message).toMatch(/^pattern "[^]*(?:shorten its repetitions|write it flatter)/);
    }
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(4);
  });

  it.each([
    ["a(?=b)", {}, 'the lookahead "(?=b)" at index 1 is not possible in a constraint'],
    ["(?<!x)a", {}, 'the lookbehind "(?<!x)" at index 0'],
    ["a\\b", {}, 'the word boundary "\\\\b" at index 1'],
    ["(a)\\1", {}, 'the backreference "\\\\1" at index 3'],
    ["a^b", {}, 'the inner beginning of the text "^" at index 1'],
    ["(a$|b)", {}, 'the inner end of the text "$" at index 2'],
    ["(a", {}, 'pattern "(a": it is not a regular expression (Invalid regular expression'],
    ["a[]", {}, "it matches no text"],
    ["a", { flags: "g" }, 'flags must be "i", "s" or "is", not "g"'],
    ["a", { maxStates: 0 }, "maxStates must be a whole number, 1 or more, not 0"],
    [
      "(a|b)*a(a|b){12}",
      { maxStates: 500 },
      "it takes more than 500 states, or too many steps between them; shorten its repetitions",
    ],
    ["a{20000}", {}, "it takes more than 10000 states"],
  ])("refuses %s", (source, settings, message) => {
    expect(() => patternAutomaton(source, settings)).toThrow(message);
  });
});
