import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { captionTokens } from "../../../src/tasks/caption/tokens.ts";

const cut = (text: string): string => captionTokens(text).join(" | ");

describe("tokens of a caption", () => {
  it.each([
    [
      "A man riding a wave, on top of a surfboard.",
      "a | man | riding | a | wave | on | top | of | a | surfboard",
    ],
    ["A dog's close-up: don't (ever)!", "a | dog | 's | close-up | do | n't | ever"],
    [
      "I can’t, cannot, won't; they're shouldn't've",
      "i | ca | n't | can | not | wo | n't | they | 're | should | n't | 've",
    ],
    ["1,000.5 apples & 20% of $3, 2-1", "1,000.5 | apples | & | 20 | % | of | $ | 3 | 2-1"],
    ["In the U.S. Mr. Smith", "in | the | u.s. | mr | smith"],
    [
      "the dogs' bowl, rock 'n' roll -- and ``so'' on...",
      "the | dogs | bowl | rock | n | roll | and | so | on",
    ],
    ["constructor __proto__ a/b #c", "constructor | proto | a | b | c"],
  ])("cuts %j as COCO does", (text, expected) => {
    expect(cut(text)).toBe(expected);
  });

  it.each([
    ["一只猫坐在mat上。", "一 | 只 | 猫 | 坐 | 在 | mat | 上"],
    ["ガ行のネコ", "ガ | 行 | の | ネ | コ"],
    ["แมวนั่ง", "แ | ม | ว | นั่ | ง"],
    ["قطة سوداء، على السرير؟", "قطة | سوداء | على | السرير"],
    ["می\u200cخواهم", "می\u200cخواهم"],
    ["नमस्ते दुनिया।", "नमस्ते | दुनिया"],
    ["ΟΔΟΣ e\u0301te\u0301", "οδος | été"],
    ["👩‍👩‍👧‍👦❤️🇩🇪🇫🇷 👍🏽 1️⃣", "👩‍👩‍👧‍👦 | ❤️ | 🇩🇪 | 🇫🇷 | 👍🏽 | 1️⃣"],
    ["\ud800 a \u0301", "a"],
    ["?!…", ""],
    ["", ""],
  ])("cuts %j, whatever the script", (text, expected) => {
    expect(cut(text)).toBe(expected);
  });

  it("gives the same tokens again for tokens joined by spaces, never an empty one, never two cases", () => {
    const pieces = fc.constantFrom(
      "A",
      "don't",
      "'s",
      "n't",
      ".",
      "-",
      "'",
      "3",
      ",",
      "猫",
      "é",
      "👍🏽",
      " ",
      "can",
    );
    const texts = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.array(pieces).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const tokens = captionTokens(text);
        expect(tokens.every((token) => token !== "" && !/\s/u.test(token))).toBe(true);
        expect(captionTokens(text.toLowerCase())).toEqual(tokens);
        expect(captionTokens(tokens.join(" "))).toEqual(tokens);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});
