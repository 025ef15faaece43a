import { describe, expect, it } from "vitest";
import { fromAutomaton, stateAfter, type Automaton } from "../../src/infer/constraint.ts";
import { acceptsText } from "./automata.ts";

const [a, b, smile] = [97, 98, 0x1f600];
/** a(ba)*, or a smile and then only b forever, without an end. */
const automaton: Automaton = {
  start: 0,
  accepting: [false, true, false, false],
  transitions: [
    [
      { from: a, to: a, next: 1 },
      { from: smile, to: smile + 5, next: 3 },
    ],
    [{ from: b, to: b, next: 2 }],
    [{ from: a, to: a, next: 1 }],
    [{ from: b, to: b, next: 3 }],
  ],
};

describe("an automaton over characters", () => {
  it.each([
    ["a", true],
    ["aba", true],
    ["ab", false],
    ["", false],
    ["😀b", false],
    ["c", false],
  ])("of %j says %s", (text, accepted) => {
    expect(acceptsText(automaton, text)).toBe(accepted);
  });

  it("reads whole code points", () => {
    expect(stateAfter(automaton, 0, "😀bb")).toBe(3);
    expect(stateAfter(automaton, 0, "\ud83d")).toBeUndefined();
  });
});

describe("a constraint over tokens", () => {
  const tokens = [undefined, "", "a", "b", "ba", "ab", "😀", "aba", "abc"];
  const constraint = fromAutomaton(automaton, tokens);
  const allowed = (state: number): string[] =>
    tokens.filter((_, id) => constraint.next(state, id) !== undefined) as string[];

  it("takes tokens that lead to an end, and no others", () => {
    expect(allowed(constraint.start)).toEqual(["a", "ab", "aba"]); // after a smile there is no end
    const after = constraint.next(constraint.start, 7)!;
    expect(constraint.accepts(after)).toBe(true);
    expect(allowed(after)).toEqual(["b", "ba"]);
    expect(constraint.accepts(constraint.next(after, 3)!)).toBe(false);
    expect(constraint.next(after, 99)).toBeUndefined();
  });

  it("leaves out what these tokens cannot bring to an end", () => {
    // a(bc)*: after "ab" only "c" could follow, and no token has it.
    const chain: Automaton = {
      start: 0,
      accepting: [false, true, false],
      transitions: [
        [{ from: a, to: a, next: 1 }],
        [{ from: b, to: b, next: 2 }],
        [{ from: b + 1, to: b + 1, next: 1 }],
      ],
    };
    const poor = fromAutomaton(chain, ["a", "b", "ab"]);
    expect([0, 1, 2].map((id) => poor.next(poor.start, id))).toEqual([1, undefined, undefined]);
    expect(poor.next(1, 1)).toBeUndefined();
    expect(() => fromAutomaton(chain, ["ab", "b"])).toThrow(
      "no sequence of the 2 tokens is accepted; the pattern needs characters that the model's alphabet lacks",
    );
  });

  it("says how many tokens an end is away", () => {
    const after = constraint.next(constraint.start, 7)!;
    expect([constraint.start, after, constraint.next(after, 3)!].map(constraint.tokensToEnd)).toEqual([
      1, 0, 1,
    ]);
    expect(fromAutomaton(automaton, ["a", "b"]).tokensToEnd(3)).toBe(Infinity);
  });
});
