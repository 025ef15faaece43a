import { describe, expect, it } from "vitest";
import * as tomita from "../../src/synthetic/tomita.ts";
import type { SyntheticExample, SyntheticProblem } from "../../src/synthetic/problem.ts";
import { examplesOf } from "./constant-loss.ts";

const count = (word: string, bit: string): number => word.split(bit).length - 1;

/** The languages as in their definitions, without automata. */
const recognisers: readonly ((word: string) => boolean)[] = [
  (word) => /^1*$/.test(word),
  (word) => /^(?:10)*$/.test(word),
  (word) =>
    [...word.matchAll(/(1+)(0+)/g)].every(([, ones, zeros]) => !(ones!.length % 2 && zeros!.length % 2)),
  (word) => !word.includes("000"),
  (word) => count(word, "0") % 2 === 0 && count(word, "1") % 2 === 0,
  (word) => (count(word, "0") - count(word, "1")) % 3 === 0,
  (word) => /^0*1*0*1*$/.test(word),
];

const wordOf = ({ inputs, steps }: SyntheticExample): string =>
  Array.from(inputs.x)
    .slice(0, steps - 1)
    .join("");

const makers = Object.values(tomita) as ((settings?: tomita.TomitaSettings) => SyntheticProblem)[];

describe.each(makers.map((make, i) => [i + 1, make, recognisers[i]!] as const))(
  "Tomita %i",
  (_, make, belongs) => {
    it("is what an independent recogniser says, half of each kind", () => {
      const examples = examplesOf(make({ shortest: 6, longest: 6 }), 4000);
      for (const example of examples) {
        expect(Array.from(example.inputs.x).at(-1)).toBe(2);
        expect(example.targets[6]).toBe(belongs(wordOf(example)) ? 1 : 0);
      }
      const inside = examples.filter(({ targets }) => targets[6] === 1).length;
      expect(Math.abs(inside - 2000)).toBeLessThan(4 * Math.sqrt(1000));
    });

    it("gives every string of its class as often", () => {
      const all = Array.from({ length: 32 }, (_, bits) => bits.toString(2).padStart(5, "0"));
      const seen = new Map<string, number>();
      for (const example of examplesOf(make({ shortest: 5, longest: 5 }), 8000))
        seen.set(wordOf(example), (seen.get(wordOf(example)) ?? 0) + 1);
      const [inside, outside] = [all.filter(belongs), all.filter((word) => !belongs(word))];
      for (const [own, others] of [
        [inside, outside],
        [outside, inside],
      ] as const) {
        // Half of the examples, or all where the length has no other class.
        const share = (others.length === 0 ? 1 : 0.5) / own.length;
        for (const word of own)
          expect(Math.abs((seen.get(word) ?? 0) - 8000 * share)).toBeLessThan(
            4.5 * Math.sqrt(8000 * share * (1 - share)) + 1e-9,
          );
      }
    });

    it("agrees with the recogniser at all lengths, the empty string among them", () => {
      const examples = examplesOf(make({ shortest: 0, longest: 60 }), 1000);
      const wrong = examples.filter((e) => (e.targets[e.steps - 1] === 1) !== belongs(wordOf(e)));
      expect(wrong).toEqual([]);
      expect(Math.max(...examples.map(({ steps }) => steps))).toBe(61);
      expect(Math.min(...examples.map(({ steps }) => steps))).toBe(1);
    });
  },
);

it("refuses lengths for which shares cannot be told from nothing", () => {
  expect(() => tomita.tomita1({ longest: 1001 })).toThrow(
    "tomita-1: longest must be a whole number, from 1 to 1000, got 1001",
  );
});
