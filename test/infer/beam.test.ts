// Beam search against every sequence there is, on small models of random numbers; and against greedy choice.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beamSearch, type BeamScorer } from "../../src/infer/beam.ts";
import type { Constraint } from "../../src/infer/constraint.ts";
import { choose } from "../../src/infer/choose.ts";
import { uniform } from "../../src/base/random.ts";

const vocabulary = 4;
const end = 0;

/** Logits of what follows a history: any function of it. */
function logitsAfter(seed: number, history: readonly number[]): Float64Array {
  const at = history.reduce((code, symbol) => code * 5 + symbol + 1, 7);
  return Float64Array.from({ length: vocabulary }, (_, i) => 4 * uniform(seed, 11, at * vocabulary + i) - 2);
}

/** Rows keep what they were given; each prompt has its own numbers. */
function scorer(seed: number, prompts: number, width: number): BeamScorer {
  let rows: number[][] = Array.from({ length: prompts * width }, () => []);
  let isFirst = true;
  return {
    width: vocabulary,
    async step(symbols, parents) {
      const before = rows;
      rows = rows.map((_, row) => (isFirst ? [] : [...(before[parents[row]!] as number[]), symbols[row]!]));
      isFirst = false;
      return Float64Array.from(
        rows.flatMap((own, row) => [...logitsAfter(seed + Math.floor(row / width), own)]),
      );
    },
  };
}

function logProbabilityOf(seed: number, symbols: readonly number[]): number {
  return [...symbols, end].reduce((sum, symbol, i) => {
    const logits = logitsAfter(seed, symbols.slice(0, i));
    const total = logits.reduce((all, logit) => all + Math.exp(logit), 0);
    return sum + logits[symbol]! - Math.log(total);
  }, 0);
}

function everySequence(longest: number): number[][] {
  const found: number[][] = [[]];
  for (let at = 0; at < found.length; at++) {
    const own = found[at] as number[];
    if (own.length < longest) for (let s = 1; s < vocabulary; s++) found.push([...own, s]);
  }
  return found;
}

const settings = { start: end, end };
const seeds = fc.integer({ min: 0, max: 10_000 });

describe("beam search", () => {
  it("finds the best of all sequences where it is wide enough, with any penalty of length", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.constantFrom(0, 0.6, 1), async (seed, lengthPenalty) => {
        const width = 40; // all sequences of up to three symbols
        const [found] = await beamSearch(scorer(seed, 1, width), 1, {
          ...settings,
          width,
          longest: 3,
          lengthPenalty,
        });
        const score = (symbols: number[]): number =>
          logProbabilityOf(seed, symbols) / ((6 + symbols.length) / 6) ** lengthPenalty;
        const all = everySequence(3).sort((a, b) => score(b) - score(a));
        expect(found?.map((beam) => beam.symbols)).toEqual(all);
        found?.forEach((beam) => {
          expect(beam.logProbability).toBeCloseTo(logProbabilityOf(seed, [...beam.symbols]), 10);
          expect(beam.score).toBeCloseTo(score([...beam.symbols]), 10);
        });
      }),
      { numRuns: 30 },
    );
  });

  it("of width 1 is greedy, for several prompts at once", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const found = await beamSearch(scorer(seed, 3, 1), 3, { ...settings, width: 1, longest: 6 });
        found.forEach(([beam], prompt) => {
          const greedy: number[] = [];
          while (greedy.length < 6) {
            const symbol = choose(logitsAfter(seed + prompt, greedy), 0, { temperature: 0 });
            if (symbol === end) break;
            greedy.push(symbol);
          }
          expect(beam?.symbols).toEqual(greedy);
        });
      }),
      { numRuns: 50 },
    );
  });

  it("gives each prompt what it would have alone, best first, with the model's own log-probability", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 5 }), async (seed, width) => {
        const own = { ...settings, width, longest: 5, lengthPenalty: 0.7 };
        const together = await beamSearch(scorer(seed, 3, width), 3, own);
        for (const [prompt, beams] of together.entries()) {
          expect([beams]).toEqual(await beamSearch(scorer(seed + prompt, 1, width), 1, own));
          expect(beams.map((b) => b.score)).toEqual(beams.map((b) => b.score).sort((a, b) => b - a));
          for (const { symbols, logProbability } of beams) {
            expect(logProbability).toBeCloseTo(logProbabilityOf(seed + prompt, symbols), 10);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it("takes the lower symbol of two that are as good", async () => {
    const level: BeamScorer = { width: 3, step: async (symbols) => new Float64Array(3 * symbols.length) };
    const [found] = await beamSearch(level, 1, { start: 2, end: 2, width: 2, longest: 1 });
    expect(found?.map((beam) => beam.symbols)).toEqual([[0], [1]]);
  });

  it("keeps to a constraint, and says when none can be kept", async () => {
    /** Pairs: an even number of symbols, each pair of two alike. */
    const pairs: Constraint = {
      start: 0,
      next: (state, symbol) => (state === 0 ? symbol : state === symbol ? 0 : undefined),
      accepts: (state) => state === 0,
      tokensToEnd: (state) => (state === 0 ? 0 : 1),
    };
    const width = 3;
    const [found = []] = await beamSearch(scorer(3, 1, width), 1, {
      ...settings,
      width,
      longest: 4,
      constraint: pairs,
    });
    expect(found.length).toBe(3);
    for (const { symbols } of found) {
      expect(symbols.length % 2).toBe(0);
      symbols.forEach((symbol, i) => expect(symbol).toBe(symbols[i - (i % 2)]));
    }
    const own = { ...settings, width: 1, longest: 2 };
    const odd: Constraint = { ...pairs, accepts: () => false };
    await expect(beamSearch(scorer(3, 1, 1), 1, { ...own, constraint: odd })).rejects.toThrow(
      "no continuation is allowed after 2 symbols",
    );
    const long: Constraint = { ...pairs, tokensToEnd: () => 3 };
    await expect(beamSearch(scorer(3, 1, 1), 1, { ...own, constraint: long })).rejects.toThrow(
      "the constraint asks for 3 symbols or more; make longest at least that, not 2",
    );
  });

  it("ends at the maximum length where no symbol ends, or where the constraint lets it", async () => {
    const { start } = settings;
    const [all = []] = await beamSearch(scorer(5, 1, 3), 1, { start, width: 3, longest: 4 });
    expect(all.map((beam) => beam.symbols.length)).toEqual([4, 4, 4]);
    const [best] = all;
    expect(best?.score).toBe(best?.logProbability);
    /** Two symbols, or four. */
    const even: Constraint = {
      start: 0,
      next: (state) => (state < 4 ? state + 1 : undefined),
      accepts: (state) => state === 2 || state === 4,
      tokensToEnd: (state) => (state % 2 === 1 || state === 0 ? 2 - (state % 2) : 0),
    };
    const [held = []] = await beamSearch(scorer(5, 1, 3), 1, {
      start,
      width: 3,
      longest: 4,
      constraint: even,
    });
    for (const { symbols } of held) expect([2, 4]).toContain(symbols.length);
    const [short = []] = await beamSearch(scorer(5, 1, 3), 1, {
      start,
      width: 3,
      longest: 3,
      constraint: even,
    });
    for (const { symbols } of short) expect(symbols.length).toBe(2);
  });

  it.each([
    [{ width: 0 }, "width must be a whole number, 1 or more, not 0"],
    [{ longest: -1 }, "longest must be a whole number, 0 or more, not -1"],
    [{ lengthPenalty: NaN }, "lengthPenalty must be 0 or more, not NaN"],
  ])("refuses %o", async (wrong, message) => {
    await expect(beamSearch(scorer(1, 1, 4), 1, { ...settings, longest: 3, ...wrong })).rejects.toThrow(
      message,
    );
  });
});
