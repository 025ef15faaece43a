// Words of texts in several scripts, and texts of words.
import { expect, it } from "vitest";
import { joiner, joinWords, splitWords } from "../../src/text/words.ts";

it.each([
  ["A dog's 3.14 red-blue co.", ["A", "dog's", "3.14", "red-blue", "co", "."], "A dog's 3.14 red-blue co."],
  ["一只黑狗 running", ["一", "只", "黑", "狗", "running"], "一只黑狗 running"],
  ["犬がいる。", ["犬", "が", "い", "る", "。"], "犬がいる。"],
  ["كلب أسود يجري", ["كلب", "أسود", "يجري"], "كلب أسود يجري"],
  ["หมาดำ", ["ห", "ม", "า", "ดำ"], undefined],
  ["👩‍👩‍👧 dog 🐕‍🦺 👍🏽", ["👩‍👩‍👧", "dog", "🐕‍🦺", "👍🏽"], "👩‍👩‍👧 dog 🐕‍🦺 👍🏽"],
  ["naïve cafe\u0301", ["naïve", "cafe\u0301"], "naïve cafe\u0301"],
])("of %j", (text, words, joined) => {
  const found = splitWords(text, { marks: "apart" });
  if (joined !== undefined) {
    expect(found).toEqual(words);
    expect(joinWords(found)).toBe(joined);
  }
  expect(splitWords(joinWords(found), { marks: "apart" })).toEqual(found);
});

it("go on after a text in the same way", () => {
  expect(joiner("一")("只")).toBe("只");
  expect(joiner("one")("只")).toBe(" 只");
});
