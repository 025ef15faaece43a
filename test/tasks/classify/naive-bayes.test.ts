import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { trainNaiveBayes } from "../../../src/tasks/classify/naive-bayes.ts";
import { uniform } from "../../../src/base/random.ts";

describe("naive Bayes", () => {
  it("computes by hand with single characters", () => {
    // x: "aab", "b" (counts a 2, b 2); y: "b" (b 1). Two features, alpha 1/2.
    const pairs = [
      ["aab", "x"],
      ["b", "x"],
      ["b", "y"],
    ] as const;
    const model = trainNaiveBayes(pairs, { alpha: 0.5, longest: 1 });
    expect(model.labels).toEqual(["x", "y"]);
    expect(model.features).toBe(2);
    // x: 2/3 · 2.5/5 · 2.5/5 = 1/6; y: 1/3 · 0.5/2 · 1.5/2 = 1/16
    const [x, y] = [1 / 6, 1 / 16];
    const found = model.logProbabilities("ab?"); // the mark was never seen
    expect(found[0]).toBeCloseTo(Math.log(x / (x + y)), 14);
    expect(found[1]).toBeCloseTo(Math.log(y / (x + y)), 14);
    expect(model.logProbabilities("")[0]).toBeCloseTo(Math.log(2 / 3), 14);
  });

  it("knows beginnings and ends", () => {
    const model = trainNaiveBayes([
      ["ab", "first"],
      ["ba", "last"],
    ]);
    // Each: 2 single, 3 pairs, 2 threes; a and b in both: 2 + 6 + 4 features.
    expect(model.features).toBe(12);
    expect([model.predict("ax"), model.predict("xa"), model.predict("")]).toEqual(["first", "last", "first"]);
  });

  it("takes whole characters, and numbers that do not overflow", () => {
    const model = trainNaiveBayes(
      [
        ["😀", "a"],
        ["😁", "b"],
      ],
      { longest: 1 },
    );
    expect(model.features).toBe(2);
    const sure = model.logProbabilities("😁".repeat(5000));
    expect(sure[1]).toBeCloseTo(0, 12);
    expect(sure[0]).toBeLessThan(-1000);
  });

  it("refuses one class and settings out of range", () => {
    const pairs = [["a", "x"]] as const;
    expect(() => trainNaiveBayes(pairs)).toThrow("two classes or more are needed, not 1");
    expect(() => trainNaiveBayes(pairs, { alpha: 0 })).toThrow("alpha must be a number above 0, not 0");
    expect(() => trainNaiveBayes(pairs, { longest: 0.5 })).toThrow("longest must be a whole number");
  });

  const folder = new URL("../../../../shared/data/names-by-nationality/", import.meta.url);
  test.skipIf(!existsSync(folder))("tells where names come from (needs shared/data)", () => {
    const files = readdirSync(folder).filter((name) => name.endsWith(".txt") && name !== "SOURCE.txt");
    const pairs = files.sort().flatMap((file) => {
      const names = readFileSync(new URL(file, folder), "utf8").split("\n");
      const distinct = new Set(names.map((name) => name.trim()).filter((name) => name !== ""));
      return [...distinct].map((name) => [name, file.replace(".txt", "")] as const);
    });
    const held = pairs.filter((_, i) => uniform(1, 2, i) < 0.2);
    const model = trainNaiveBayes(pairs.filter((_, i) => uniform(1, 2, i) >= 0.2));
    const right = held.filter(([name, label]) => model.predict(name) === label);
    expect([pairs.length, held.length]).toEqual([18012, 3645]);
    expect(right.length / held.length).toBeCloseTo(0.8016, 4);
  });
});
