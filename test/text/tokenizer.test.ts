import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readTokenizer } from "../../src/text/tokenizer.ts";

const file = (name: string): string =>
  readFileSync(new URL(`../goldens/tokenizer/${name}`, import.meta.url), "utf8");
const golden = JSON.parse(file("tokenizer-ids.json")) as {
  readonly size: number;
  readonly cases: readonly { readonly text: string; readonly ids: number[]; readonly decoded: string }[];
};

describe("a tokenizer.json", () => {
  const tokenizer = readTokenizer(file("tokenizer.json"));

  it.each(golden.cases)("cuts $text as Python does", ({ text, ids, decoded }) => {
    expect([...tokenizer.encode(text)]).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(decoded);
  });

  it("says its size and special tokens, and keeps its text", () => {
    expect(tokenizer.size).toBe(golden.size);
    expect([...tokenizer.special]).toEqual([["<|end|>", 0]]);
    expect(readTokenizer(tokenizer.json).encode("the rain")).toEqual(tokenizer.encode("the rain"));
    expect(() => tokenizer.decode([golden.size])).toThrow(`and have a token, not ${golden.size}`);
  });

  it.each([
    ["{", "t.json: it is not JSON; the file is damaged"],
    ["7", "it must be a JSON object, not 7"],
    ["{}", "it has no model with a vocabulary"],
    ['{"model":{"type":"Magic","vocab":{}}}', 'one of BPE, WordPiece, Unigram, not "Magic"'],
    [
      '{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"added_tokens":[],"decoder":null,"normalizer":null,"post_processor":null,"pre_tokenizer":{"type":"Magic"}}',
      "t.json: the tokenizer cannot be made (Unknown PreTokenizer type: Magic); save it again",
    ],
  ])("refuses %s", (json, message) => {
    expect(() => readTokenizer(json, "t.json")).toThrow(message);
  });
});
