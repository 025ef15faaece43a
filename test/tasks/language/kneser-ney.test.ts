import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { trainKneserNey } from "../../../src/tasks/language/kneser-ney.ts";
import { vocabularySize } from "../../../src/text/vocabulary.ts";
import { encodeWords, readWords } from "../../../src/text/word-symbols.ts";
import { uniform } from "../../../src/base/random.ts";

interface Golden {
  readonly vocabulary: number;
  readonly cases: readonly {
    readonly order: number;
    readonly kind: "modified" | "one";
    readonly train: readonly number[];
    readonly test: readonly number[];
    readonly discounts: readonly (readonly number[])[];
    readonly probabilities: readonly number[];
  }[];
}
const golden = JSON.parse(
  readFileSync(new URL("../../goldens/kneser-ney/kneser-ney.json", import.meta.url), "utf8"),
) as Golden;

const perplexity = (probabilities: Float64Array): number =>
  Math.exp(-probabilities.reduce((sum, p) => sum + Math.log(p), 0) / probabilities.length);

describe("Kneser-Ney", () => {
  it.each(golden.cases)("agrees with a slow statement: order $order, $kind", (example) => {
    const { order, kind, train, test: text, discounts, probabilities } = example;
    const model = trainKneserNey(train, { order, vocabulary: golden.vocabulary, discounts: kind });
    model.discounts.forEach((own, k) => {
      own.forEach((discount, i) => expect(discount).toBeCloseTo(discounts[k]![i]!, 12));
    });
    const found = model.probabilities(text);
    expect(found).toHaveLength(probabilities.length);
    found.forEach((p, t) => expect(p / probabilities[t]!).toBeCloseTo(1, 12));
  });

  it("counts by hand", () => {
    // Boundary 0, then 1 2 1 2 1: bigrams 01 once, 12 twice, 21 twice. n1 = 1, n2 = 2: D = 1/5.
    // Different symbols before: 1 has {0, 2}, 2 has {1}. n1 = 1, n2 = 1: D = 1/3.
    const model = trainKneserNey([1, 2, 1, 2, 1], { order: 2, vocabulary: 3, discounts: "one" });
    expect(model.discounts[0]![0]).toBeCloseTo(1 / 3, 15);
    expect(model.discounts[1]![0]).toBeCloseTo(1 / 5, 15);
    expect(model.counts).toEqual([2, 3]);
    // P(2) = (1 - 1/3 + 2/3 · 1/3) / 3 = 8/27; P(2 | 1) = (2 - 1/5 + 1/5 · 8/27) / 2
    expect(model.distribution([1])[2]).toBeCloseTo((1.8 + 0.2 * (8 / 27)) / 2, 15);
  });

  it("gives all symbols after any history a probability, and 1 together", () => {
    const V = 6;
    const ids = Array.from({ length: 200 }, (_, i) => Math.floor(uniform(1, 1, i) ** 2 * (V - 1)));
    const model = trainKneserNey(ids, { order: 3, vocabulary: V }); // V - 1 never occurs
    for (let a = 0; a < V; a++)
      for (let b = 0; b < V; b++) {
        const all = model.distribution([a, b]);
        expect(all.every((p) => p > 0)).toBe(true);
        expect(all.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 13);
        for (let c = 0; c < V; c++) expect(model.probabilities([a, b, c])[2]).toBe(all[c]);
      }
  });

  it.each([
    [{ order: 6, vocabulary: 3 }, [1], "order must be a whole number from 1 to 5, not 6"],
    [{ order: 2, vocabulary: 0 }, [1], "vocabulary must be a whole number, 1 or more, not 0"],
    [{ order: 2, vocabulary: 3, boundary: 3 }, [1], "boundary must be an id from 0 to 2, not 3"],
    [{ order: 2, vocabulary: 3 }, [], "there is no text to count"],
    [{ order: 2, vocabulary: 3 }, [1, 3], "id 1 of the text must be from 0 to 2, not 3; encode"],
  ])("refuses %j", (settings, ids, message) => {
    expect(() => trainKneserNey(ids, settings)).toThrow(message);
  });

  it("refuses to score other ids", () => {
    const model = trainKneserNey([1, 2], { order: 2, vocabulary: 3 });
    expect(() => model.probabilities([0, -1])).toThrow("id 1 of the text must be from 0 to 2, not -1");
    expect(() => model.distribution([7])).toThrow("not 7");
  });

  const folder = new URL("../../../../shared/data/wikitext-2-small/", import.meta.url);
  test.skipIf(!existsSync(folder))("predicts WikiText's test part (needs shared/data)", () => {
    const [train, heldOut] = ["valid.txt", "test.txt"].map((name) =>
      readFileSync(new URL(name, folder), "utf8"),
    );
    const { vocabulary: words, ids } = readWords(train!, { minCount: 2 });
    const model = trainKneserNey(ids, { order: 3, vocabulary: vocabularySize(words) });
    expect(vocabularySize(words)).toBe(9211);
    expect(perplexity(model.probabilities(encodeWords(words, heldOut!)))).toBeCloseTo(169.96, 2);
  });
});
