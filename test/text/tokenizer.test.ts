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

  const withParts = (parts: object, vocabulary: object = { a: 0, b: 1 }): string =>
    JSON.stringify({
      model: { type: "BPE", vocab: vocabulary, merges: [] },
      added_tokens: [],
      decoder: null,
      normalizer: null,
      post_processor: null,
      pre_tokenizer: null,
      ...parts,
    });
  const splitBy = (pattern: string): object => ({
    type: "Split",
    pattern: { Regex: pattern },
    behavior: "Isolated",
    invert: false,
  });

  it.each([1e9, 5009, 2 ** 40, -1, 0.5, 1e300])("refuses the id %d in a vocabulary of two tokens", (id) => {
    expect(() => readTokenizer(withParts({}, { a: 0, b: id }), "t.json")).toThrow(
      "t.json: its 2 tokens must have whole numbers as ids, from 0 and nearly all of them in use, but one is ",
    );
  });

  it("reads a vocabulary with some ids that are not in use", () => {
    expect(readTokenizer(withParts({}, { a: 0, b: 900 })).size).toBe(901);
  });

  it.each([["(a+)+$"], ["(a|a)*b"], ["(a?){30}b"], ["(\\w|\\d)+x"], ["\\s*\\s*\\s*x"]])(
    "refuses the pattern %s, which some texts would keep busy for ever",
    (pattern) => {
      for (const part of [
        { pre_tokenizer: splitBy(pattern) },
        { pre_tokenizer: { type: "Sequence", pretokenizers: [splitBy("a"), splitBy(pattern)] } },
        { normalizer: { type: "Replace", pattern: { Regex: pattern }, content: "" } },
      ]) {
        expect(() => readTokenizer(withParts(part), "t.json")).toThrow(/^t.json: its pattern .* for ever: /);
      }
    },
  );

  const sequence = (steps: readonly object[]): object => ({
    pre_tokenizer: { type: "Sequence", pretokenizers: steps },
  });
  const bytes = { type: "ByteLevel", add_prefix_space: false, use_regex: false };
  const doubling = (pattern: object): object => ({ type: "Replace", pattern, content: "aa" });

  it.each([
    ["65 splits", sequence(Array(65).fill(splitBy("a"))), "it has 65 steps, and at most 64 can be used"],
    ["bytes of bytes", sequence(Array(40).fill(bytes)), "make a text more than 100 times as long"],
    [
      "sequences of sequences",
      sequence([{ type: "Sequence", pretokenizers: Array(10).fill(bytes) }]),
      "times as long",
    ],
    [
      "a letter as two, again and again",
      { normalizer: { type: "Sequence", normalizers: Array(30).fill(doubling({ String: "a" })) } },
      "times as long",
    ],
    [
      "letters from nothing",
      { normalizer: { type: "Sequence", normalizers: Array(6).fill(doubling({ Regex: "x*" })) } },
      "times as long",
    ],
    [
      "a pattern of 11,000 letters",
      { pre_tokenizer: splitBy("a".repeat(11_000)) },
      "it is too large to be checked",
    ],
  ])("refuses %s", (_, parts, message) => {
    expect(() => readTokenizer(withParts(parts), "t.json")).toThrow(/^t.json: /u);
    expect(() => readTokenizer(withParts(parts), "t.json")).toThrow(message);
  });

  it("reads a chain of a few steps", () => {
    const few = { normalizer: doubling({ Regex: "x+" }), ...sequence([splitBy("b"), bytes]) };
    expect([...readTokenizer(withParts(few)).encode("xb")]).toEqual([0, 0, 1]);
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
