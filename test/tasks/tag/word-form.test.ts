// The form of words: affixes in letters of any script, and shapes that many words share.
import { expect, test } from "vitest";
import { allAspects, aspectOf, encodeForms, fitForms } from "../../../src/tasks/tag/word-form.ts";

test("an aspect of a word", () => {
  expect(allAspects.map((of) => aspectOf(of, "McDonald's"))).toEqual(
    "mcdonald's m mc mcd s 's d's ld's XxXxx'x".split(" "),
  );
  expect(
    ["USA", "iPhone6", "1,234.50", "#NLP", "Öl", "ab", "é", "…"].map((word) => aspectOf("shape", word)),
  ).toEqual(["XX", "xXxxd", "d,dd.dd", "#XX", "Xx", "xx", "x", "…"]);
  expect(aspectOf("suffix2", "a")).toBe("a");
  expect(aspectOf("suffix1", "x😀")).toBe("😀");
});

test("forms are learned and looked up", () => {
  const forms = fitForms(["Paris", "London", "in"], 1, false);
  expect(forms.map(({ of }) => of)).toEqual([...allAspects]);
  const { shape, suffix2, lower } = encodeForms(forms, ["London", "Berlin", "XII"]);
  const vocabulary = forms.find(({ of }) => of === "shape")?.vocabulary.symbols;
  expect(vocabulary).toEqual(["Xxx", "xx"]);
  expect([...shape!]).toEqual([2, 2, 1]);
  expect(suffix2![0]).not.toBe(1);
  expect([...lower!].slice(1)).toEqual([1, 1]);
  expect(fitForms(["paris"], 1, true).map(({ of }) => of)).not.toContain("lower");
});
