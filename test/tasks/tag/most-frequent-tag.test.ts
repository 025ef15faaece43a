import { describe, expect, it } from "vitest";
import { trainMostFrequentTag } from "../../../src/tasks/tag/most-frequent-tag.ts";

describe("the most frequent tag", () => {
  const baseline = trainMostFrequentTag([
    { tokens: ["a", "b", "a", "c"], tags: ["X", "Y", "Z", "Y"] },
    { tokens: ["a", "b", "constructor"], tags: ["Z", "X", "Y"] },
  ]);

  it("is each token's own, of equally frequent ones the first", () => {
    expect(baseline.predict(["a", "b", "c", "constructor"])).toEqual(["Z", "X", "Y", "Y"]);
  });

  it("is that of all tokens for one that was not seen", () => {
    expect(baseline.predict(["new", "toString"])).toEqual(["Y", "Y"]);
    expect(baseline.predict([])).toEqual([]);
  });

  it("needs tokens, each with a tag", () => {
    expect(() => trainMostFrequentTag([])).toThrow("there is no token to learn from");
    expect(() => trainMostFrequentTag([{ tokens: ["a", "b"], tags: ["X"] }])).toThrow(
      "expected 2 tags, one per token, got 1; tag every token",
    );
  });
});
