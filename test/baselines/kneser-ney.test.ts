// Kneser-Ney against a small text that can be counted by hand, and as a distribution.
import fc from "fast-check";
import { expect, it } from "vitest";
import { trainKneserNey } from "../../src/baselines/kneser-ney.ts";
import { randomStream } from "../../src/ir/random.ts";

const stream = randomStream(5, 1);
const ids = Array.from({ length: 400 }, (_, i) => (i % 3 === 0 ? 1 : Math.floor(stream.uniform() ** 2 * 6)));

it.each([1, 2, 3, 4, 5])("of order %i gives every history a distribution", (order) => {
  const model = trainKneserNey(ids, { order, vocabulary: 7 });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 6 }), (history) => {
      const all = Array.from({ length: 7 }, (_, symbol) => model.probability(history, symbol));
      expect(Math.min(...all)).toBeGreaterThan(0);
      expect(all.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    }),
  );
  const given = model.probabilities(ids.slice(0, 50));
  given.forEach((p, i) => expect(p).toBe(model.probability(ids.slice(0, i), ids[i] as number)));
});

it("counts what comes before, not how often: the classic example", () => {
  // "francisco" (2) comes often, but after "san" (1) alone; "glasses" (3) comes less often, after many.
  const text = [1, 2, 4, 1, 2, 5, 1, 2, 0, 1, 2, 4, 3, 0, 3, 5, 3, 0, 1, 2];
  const model = trainKneserNey(text, { order: 2, vocabulary: 7 });
  expect(text.filter((id) => id === 2).length).toBeGreaterThan(text.filter((id) => id === 3).length);
  // 6 was never seen, so only the lower order speaks.
  expect(model.probability([6], 3)).toBeGreaterThan(model.probability([6], 2));
  expect(model.probability([1], 2)).toBeGreaterThan(model.probability([1], 3));
});

it("is right by hand", () => {
  // Bigrams of 0 1 0 1 1: 01 twice, 10 once, 11 once; n1 = 2, n2 = 1, n3 = 0: Y = 2 / (2 + 2) = 1/2,
  // D1 = 1 - 2 · 1/2 · 1/2 = 1/2, and D2, which has no n3, is Y.
  // What comes before: 0 after {1}: 1; 1 after {0, 1}: 2; n1 = 1, n2 = 1: Y = 1/3, D1 = 1 - 2 · 1/3 · 1 = 1/3, D2 = Y.
  // Below: 0 has (1 - 1/3) / 3 + (1/3 + 1/3) / 3 · 1/2 = 1/3, 1 the rest.
  const model = trainKneserNey([0, 1, 0, 1, 1], { order: 2, vocabulary: 2 });
  expect(model.probability([], 0)).toBeCloseTo(1 / 3, 12);
  // After 1: 0 once, 1 once: (1 - 1/2) / 2 + (1/2 + 1/2) / 2 · 1/3.
  expect(model.probability([1], 0)).toBeCloseTo(5 / 12, 12);
  // After 0: 1 twice: (2 - 1/2) / 2 + (1/2) / 2 · 2/3.
  expect(model.probability([0], 1)).toBeCloseTo(11 / 12, 12);
});

it("says what is wrong", () => {
  expect(() => trainKneserNey([], { vocabulary: 2 })).toThrow("the text is empty");
  expect(() => trainKneserNey([0, 2], { vocabulary: 2 })).toThrow(
    "id 1 must be a whole number from 0 to 1, not 2",
  );
  expect(() => trainKneserNey([0], { order: 0, vocabulary: 2 })).toThrow(
    "order must be a whole number, 1 or more, not 0",
  );
});
