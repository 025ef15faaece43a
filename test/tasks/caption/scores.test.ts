import { describe, expect, it } from "vitest";
import { bleu } from "../../../src/tasks/shared/bleu.ts";
import { cider, ciderD } from "../../../src/tasks/caption/cider.ts";
import type { Comparison } from "../../../src/tasks/shared/comparison.ts";
import { alignWords, meteorExact } from "../../../src/tasks/caption/meteor.ts";
import { rougeL } from "../../../src/tasks/caption/rouge.ts";
import { expectClose, readCases } from "../shared/goldens.ts";

const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");
const compare = (candidate: string, ...references: string[]): Comparison => ({
  candidate: words(candidate),
  references: references.map(words),
});

interface Golden {
  readonly corpus: readonly Comparison[];
  readonly expected: {
    readonly bleu: ReturnType<typeof bleu>;
    readonly bleuAddOne: readonly number[];
    readonly rougeL: readonly number[];
    readonly cider: readonly number[];
    readonly ciderD: readonly number[];
    readonly meteor: readonly number[];
    readonly chunks: readonly (readonly (readonly [matches: number, chunks: number])[])[];
  };
}

const goldens = readCases<Golden>("captions");
const average = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;

describe("caption scores against the papers' definitions in Python", () => {
  it("has cases that reach every part", () => {
    expect(goldens).toHaveLength(60);
    expect(goldens.filter(({ expected }) => expected.bleu.scores[3]! > 0).length).toBeGreaterThan(20);
    expect(
      goldens.filter(({ expected }) => expected.ciderD.some((d, i) => d < expected.cider[i]!)),
    ).not.toEqual([]);
    expect(
      goldens.flatMap(({ expected }) => expected.chunks.flat()).filter(([, c]) => c > 2).length,
    ).toBeGreaterThan(99);
    expect(goldens.some(({ corpus }) => corpus.some(({ candidate }) => candidate.length === 0))).toBe(true);
  });

  it.each(goldens.map((golden, i) => [i, golden] as const))("case %i", (_, { corpus, expected }) => {
    const result = bleu(corpus);
    expectClose(result.scores, expected.bleu.scores);
    expectClose(result.precisions, expected.bleu.precisions);
    expectClose([result.brevityPenalty], [expected.bleu.brevityPenalty]);
    expect(result.candidateLength).toBe(expected.bleu.candidateLength);
    expect(result.referenceLength).toBe(expected.bleu.referenceLength);
    expectClose(bleu(corpus, { smoothing: "add-one" }).scores, expected.bleuAddOne);
    const scores = {
      rougeL: rougeL(corpus),
      cider: cider(corpus),
      ciderD: ciderD(corpus),
      meteor: meteorExact(corpus),
    };
    for (const name of ["rougeL", "cider", "ciderD", "meteor"] as const) {
      expectClose(scores[name].each, expected[name]);
      expectClose([scores[name].score], [average(expected[name])]);
    }
    corpus.forEach(({ candidate, references }, i) =>
      references.forEach((reference, k) => {
        const { matches, chunks } = alignWords(candidate, reference);
        expect([matches, chunks]).toEqual(expected.chunks[i]![k]);
      }),
    );
  });
});

describe("bleu", () => {
  it("clips repeated words: Papineni et al. 2002, example 2", () => {
    const { precisions, scores } = bleu([
      compare("the the the the the the the", "the cat is on the mat", "there is a cat on the mat"),
    ]);
    expectClose(precisions, [2 / 7, 0, 0, 0]);
    expectClose(scores, [2 / 7, 0, 0, 0]);
  });

  it("pools the corpus, and takes the closest length, the shorter of two", () => {
    // Tokens 3 + 4; 1-grams 2 + 4 of 7; 2-grams 1 + 3 of 2 + 3. Lengths closest to 3: of 2 and 4 the 2; to 4: 6.
    const corpus = [compare("a b x", "a b", "a b c d"), compare("p q r s", "p q r s t u")];
    const result = bleu(corpus);
    expect([result.candidateLength, result.referenceLength]).toEqual([7, 8]);
    expectClose(result.precisions, [6 / 7, 4 / 5, 2 / 3, 1]);
    const brevity = Math.exp(1 - 8 / 7);
    expectClose([result.brevityPenalty], [brevity]);
    expectClose(result.scores.slice(0, 2), [(brevity * 6) / 7, brevity * Math.sqrt((6 / 7) * (4 / 5))]);
  });

  it("is 1 for a candidate equal to a reference, 0 for none and for no overlap", () => {
    expectClose(bleu([compare("a b c d e", "x", "a b c d e")]).scores, [1, 1, 1, 1]);
    expectClose(bleu([compare("a", "a")]).scores, [1, 0, 0, 0]);
    expectClose(bleu([compare("", "a b")]).scores, [0, 0, 0, 0]);
    expectClose(bleu([compare("", "")]).scores, [0, 0, 0, 0]);
    expectClose(bleu([compare("x y z w", "a b c d")]).scores, [0, 0, 0, 0]);
  });

  it("smooths orders above 1 on request", () => {
    // 1-grams 2 of 3; 2-grams (1 + 1) / (2 + 1); 3-grams (0 + 1) / (1 + 1); 4-grams (0 + 1) / (0 + 1).
    const { precisions } = bleu([compare("a b x", "a b c")], { smoothing: "add-one" });
    expectClose(precisions, [2 / 3, 2 / 3, 1 / 2, 1]);
  });

  it("knows words that look like joined ones apart", () => {
    expectClose(bleu([{ candidate: ["a b", "c"], references: [["a", "b c"]] }]).precisions, [0, 0, 0, 0]);
  });
});

describe("rouge-l", () => {
  it("takes the longest common subsequence", () => {
    // "police the gunman" of 4 tokens each: P = R = 3/4, so F = 3/4 with any beta.
    expectClose(rougeL([compare("police kill the gunman", "police killed the gunman")]).each, [3 / 4]);
    expectClose(rougeL([compare("a b c d", "d c b a")]).each, [1 / 4]);
  });

  it("takes precision and recall from different references", () => {
    // P = 2/3 by the first ("a b"), R = 1/1 by the second; beta² = 1.44: 2.44 · 2/3 · 1 / (1 + 1.44 · 2/3).
    const { each, score } = rougeL([compare("a b c", "a b x y z", "c"), compare("q", "z")]);
    expectClose(each, [(2.44 * (2 / 3)) / (1 + 1.44 * (2 / 3)), 0]);
    expectClose([score], [each[0]! / 2]);
  });

  it("is 1 for the reference itself, 0 where there is nothing", () => {
    expect(rougeL([compare("a b", "a b"), compare("", "a"), compare("a", ""), compare("", "")]).each).toEqual(
      [1, 0, 0, 0],
    );
  });
});

describe("cider", () => {
  const corpus = [compare("a cat", "a cat"), compare("dog dog", "a dog")];

  it("weighs by rarity, and CIDEr-D clips", () => {
    // Both images have "a": weight 0. "cat", "dog" and "a cat" have log 2. First image: cosine 1 for n = 1 and 2, none
    // for 3 and 4: 10 (1 + 1) / 4. Second: for n = 1 weights 2 log 2 and log 2: min(2, 1) · 1 / (2 · 1) = 1/2; 10/2/4.
    expectClose(ciderD(corpus).each, [5, 1.25]);
    expectClose([ciderD(corpus).score], [3.125]);
    expectClose(cider(corpus).each, [5, 2.5]);
  });

  it("damps another length: 3 words more cost exp(-9 / 72)", () => {
    // "cat" has log 2, "is so very" log 2 each as no reference has them: candidate's norm 2 log 2, cosine 1/2.
    const longer = [compare("cat is so very", "cat"), compare("x", "x")];
    expectClose(ciderD(longer).each, [(10 * Math.exp(-9 / 72)) / 2 / 4, 2.5]);
    expectClose(cider(longer).each, [10 / 2 / 4, 2.5]);
  });

  it("divides by the number of references", () => {
    expectClose(ciderD([compare("cat", "cat", "cow"), compare("x", "x")]).each, [10 / 4 / 2, 2.5]);
  });

  it("is 10 for a reference of four words that no other image has", () => {
    expectClose(ciderD([compare("a b c d", "a b c d"), compare("", "x")]).each, [10, 0]);
  });

  it("is 0 of a single image, and where every image says the same", () => {
    expect(ciderD([compare("a b c d", "a b c d")]).score).toBe(0);
    expect(cider([compare("a b", "a b"), compare("a b", "a b")]).each).toEqual([0, 0]);
  });
});

describe("meteor with exact matches", () => {
  it("counts runs", () => {
    // All 6 words match, in the runs "on the mat", "sat", "the cat": 1 - 0.5 (3/6)³.
    expectClose(meteorExact([compare("the cat sat on the mat", "on the mat sat the cat")]).each, [
      1 - 0.5 / 8,
    ]);
  });

  it("weighs recall nine times precision", () => {
    // 2 matches in 1 run, P = 2/2, R = 2/4: 10 · 1 · 0.5 / (0.5 + 9) · (1 - 0.5 (1/2)³).
    expectClose(meteorExact([compare("a b", "a b c d")]).each, [(5 / 9.5) * (1 - 0.5 / 8)]);
  });

  it("takes the best reference, and the mean over candidates", () => {
    const { each, score } = meteorExact([
      compare("a b", "x", "a b"),
      compare("", "a"),
      compare("q", "q"),
      compare("a", "b"),
    ]);
    expectClose(each, [1 - 0.5 / 8, 0, 1 - 0.5, 0]);
    expectClose([score], [(0.9375 + 0.5) / 4]);
  });

  it("finds the fewest runs where the first match of each word does not", () => {
    expect(alignWords(words("a b a c"), words("a c a b"))).toEqual({ matches: 4, chunks: 2 });
    expect(alignWords(words("a x a b"), words("a b"))).toEqual({ matches: 2, chunks: 1 });
    expect(alignWords(words("a b"), words("a x a b"))).toEqual({ matches: 2, chunks: 1 });
  });

  it("finds one run in captions that say one word over and over", () => {
    const [many, fewer] = ["a ".repeat(30), "a ".repeat(22)].map(words) as [string[], string[]];
    expect(alignWords(many, fewer)).toEqual({ matches: 22, chunks: 1 });
    expect(alignWords(fewer, many)).toEqual({ matches: 22, chunks: 1 });
  });
});

describe("every caption score", () => {
  const scores = { bleu, "rouge-l": rougeL, cider, "cider-d": ciderD, meteor: meteorExact };

  it.each(Object.entries(scores))("%s refuses no candidates and no references", (name, score) => {
    expect(() => score([])).toThrow(`${name}: needs one candidate or more, not 0; give what the model wrote`);
    expect(() => score([compare("a", "a"), compare("a")])).toThrow(
      `${name}, candidate 1: needs one reference or more, not 0; leave it out`,
    );
  });
});
