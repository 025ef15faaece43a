// Naive Bayes on texts whose letters tell their class, and by hand.
import { expect, it } from "vitest";
import { trainNaiveBayes } from "../../src/baselines/naive-bayes.ts";

it("goes by the letters, and by how frequent a class is where they say nothing", () => {
  const items = [
    { text: "abba", label: "a" },
    { text: "baab", label: "a" },
    { text: "ab", label: "a" },
    { text: "xyyx", label: "x" },
    { text: "yx", label: "x" },
  ];
  const model = trainNaiveBayes(items);
  expect(["aab", "yxxy", "", "qqq"].map((text) => model.predict(text))).toEqual(["a", "x", "a", "a"]);
});

it("is right by hand where single letters and alpha decide", () => {
  // Of letters alone, with the two marks: label p has {^ a $} of 3, label q {^ b b b $} of 5; four grams are known.
  // For "ab", priors equal: p: (1 + α)(0 + α) / (3 + 4α)², q: (0 + α)(3 + α) / (5 + 4α)², times what the marks give,
  // (1 + α)² over the same. α = 1: p: 2·1·4 / 7⁴ = 0.00333, q: 1·4·4 / 9⁴ = 0.00244, so p; α = 0.01:
  // p: 1.01·0.01·1.0201 / 3.04⁴ = 1.206e-4, q: 0.01·3.01·1.0201 / 5.04⁴ = 4.76e-5, so p; of "bb" q wins by far.
  const items = [
    { text: "a", label: "p" },
    { text: "bbb", label: "q" },
  ];
  expect(trainNaiveBayes(items, { longest: 1, alpha: 1 }).predict("ab")).toBe("p");
  expect(trainNaiveBayes(items, { longest: 1, alpha: 0.01 }).predict("bb")).toBe("q");
});

it("needs texts", () => {
  expect(() => trainNaiveBayes([])).toThrow("there are no texts to learn from");
});
