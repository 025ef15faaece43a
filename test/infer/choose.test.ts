import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choose, validateChoice, type ChoiceSettings } from "../../src/infer/choose.ts";
import { streams, uniform } from "../../src/base/random.ts";

const draws = 20_000;
/** 0.999 quantiles of chi-square by degrees of freedom. */
const quantiles = [0, 10.83, 13.82, 16.27, 18.47, 20.52];

const logsOf = (probabilities: readonly number[]): Float64Array =>
  Float64Array.from(probabilities, (p) => Math.log(p));

function histogram(logits: Float32Array | Float64Array, settings: ChoiceSettings, seed: number): number[] {
  const hits = Array.from(logits, () => 0);
  for (let i = 0; i < draws; i++) {
    const id = choose(logits, uniform(seed, streams.sampling, i), settings);
    hits[id] = (hits[id] ?? 0) + 1;
  }
  return hits;
}

function chiSquare(hits: readonly number[], expected: readonly number[]): number {
  const total = expected.reduce((sum, p) => sum + p, 0);
  return hits.reduce((sum, hit, id) => {
    const mean = (draws * (expected[id] ?? 0)) / total;
    if (mean === 0) return hit === 0 ? sum : Infinity;
    return sum + (hit - mean) ** 2 / mean;
  }, 0);
}

describe("the distribution of choices", () => {
  const p = [0.05, 0.4, 0.1, 0.25, 0.2];
  it.each<[string, ChoiceSettings, number[]]>([
    ["as the model has it", {}, p],
    ["sharpened", { temperature: 0.5 }, p.map((x) => x ** 2)],
    ["flattened", { temperature: 4 }, p.map((x) => x ** 0.25)],
    ["of the 3 best", { topK: 3 }, [0, 0.4, 0, 0.25, 0.2]],
    ["of a nucleus", { topP: 0.8 }, [0, 0.4, 0, 0.25, 0.2]],
    ["of a nucleus after temperature", { temperature: 0.5, topP: 0.8 }, [0, 0.16, 0, 0.0625, 0]],
    ["of a nucleus of the k best", { topK: 4, topP: 0.9 }, [0, 0.4, 0.1, 0.25, 0.2]],
    ["of more best than there are", { topK: 99 }, p],
  ])("is right %s", (_, settings, expected) => {
    const freedom = expected.filter((x) => x > 0).length - 1;
    const limit = quantiles[freedom] ?? 0;
    expect(chiSquare(histogram(logsOf(p), settings, 11), expected)).toBeLessThan(limit);
    const single = Float32Array.from(logsOf(p), (logit) => logit + 1000);
    expect(chiSquare(histogram(single, settings, 12), expected)).toBeLessThan(limit);
  });

  it("is of no symbol more where the nucleus fits exactly", () => {
    const expected = [0, 0.4, 0, 0.25, 0];
    expect(chiSquare(histogram(logsOf(p), { topP: 0.65 }, 11), expected)).toBeLessThan(quantiles[1] ?? 0);
  });

  it("is told from a wrong one", () => {
    expect(chiSquare(histogram(logsOf(p), {}, 11), [0.07, 0.38, 0.1, 0.25, 0.2])).toBeGreaterThan(
      quantiles[4] ?? 0,
    );
  });
});

describe("one choice", () => {
  it("is the best at temperature 0, of equals the lowest id", () => {
    expect(choose(Float32Array.of(1, 3, 3, 2), 0.999, { temperature: 0 })).toBe(1);
    expect(choose(Float32Array.of(-Infinity, -9), 0.5, { temperature: 0 })).toBe(1);
  });

  it("is the best with topK 1 or topP 0, of equals the lowest id", () => {
    for (const settings of [{ topK: 1 }, { topP: 0 }, { topP: 1e-300 }])
      expect(choose(Float32Array.of(1, 3, 3, 2), 0.999, settings)).toBe(1);
  });

  it("walks the symbols in the order of their ids", () => {
    const equal = Float32Array.of(0, 0, 0, 0);
    expect([0, 0.24, 0.25, 0.5, 0.99].map((u) => choose(equal, u))).toEqual([0, 0, 1, 2, 3]);
    expect([0, 0.49, 0.5].map((u) => choose(equal, u, { topK: 2 }))).toEqual([0, 0, 1]);
  });

  it("never has probability 0, at either end of the random numbers", () => {
    const logits = Float64Array.of(-Infinity, 0, -1e9, 0, -Infinity);
    expect(choose(logits, 0)).toBe(1);
    expect(choose(logits, 1 - 2 ** -53)).toBe(3);
  });

  it("stands the greatest and least numbers and temperatures", () => {
    expect(choose(Float64Array.of(-1.7e308, 1.7e308), 0.999)).toBe(1);
    expect(choose(Float64Array.of(-1.7e308, -1.6e308), 0.999)).toBe(1);
    expect(choose(Float64Array.of(1, 2), 0.5, { temperature: 5e-324 })).toBe(1);
    expect(choose(Float64Array.of(1, 2, -Infinity), 0.25, { temperature: 1e308 })).toBe(0);
    expect(choose(Float32Array.of(7), 0.5)).toBe(0);
  });

  it("is always a symbol that is allowed", () => {
    fc.assert(
      fc.property(
        fc.float64Array({ minLength: 1, maxLength: 9, noNaN: true, max: 1e300 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.record({
          temperature: fc.double({ min: 0, max: 9, noNaN: true }),
          topK: fc.nat(5),
          topP: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        (logits, u, settings) => {
          fc.pre(logits.some((logit) => logit > -Infinity));
          const before = logits.slice();
          const id = choose(logits, u, settings);
          const better = logits.filter((logit) => logit > (logits[id] ?? NaN)).length;
          expect(logits[id]).toBeGreaterThan(-Infinity);
          if (settings.topK > 0) expect(better).toBeLessThan(settings.topK);
          expect(logits).toEqual(before);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("refuses invalid logits and random numbers", () => {
    expect(() => choose(Float32Array.of(1, NaN), 0.5)).toThrow(
      "sampling: logit 1 of 2 must be a number below Infinity, not NaN; the model has diverged",
    );
    expect(() => choose(Float32Array.of(Infinity), 0.5, { temperature: 0 })).toThrow("not Infinity");
    expect(() => choose(Float32Array.of(-Infinity, -Infinity), 0.5)).toThrow("all 2 logits are -Infinity");
    expect(() => choose(new Float32Array(0), 0.5)).toThrow("there are no logits");
    for (const u of [1, -0.1, NaN])
      expect(() => choose(Float32Array.of(1), u)).toThrow(`to below 1, not ${u}`);
  });
});

describe("the settings of a choice", () => {
  it("have defaults", () => {
    expect(validateChoice({})).toEqual({ temperature: 1, topK: 0, topP: 1 });
  });

  it.each<[ChoiceSettings, string]>([
    [{ temperature: -1 }, "temperature must be 0 (always the best symbol) or more, not -1"],
    [{ temperature: NaN }, "not NaN"],
    [{ temperature: Infinity }, "not Infinity"],
    [{ topK: 1.5 }, "topK must be a whole number, 0 (all symbols) or more, not 1.5"],
    [{ topK: -2 }, "not -2"],
    [{ topP: 1.01 }, "topP must be from 0 to 1 (all symbols), not 1.01"],
    [{ topP: NaN }, "not NaN"],
  ])("are refused: %j", (settings, message) => {
    expect(() => validateChoice(settings)).toThrow(message);
    expect(() => choose(Float32Array.of(1), 0.5, settings)).toThrow(message);
  });
});
