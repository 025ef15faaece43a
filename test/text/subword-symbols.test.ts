// Sub-words of a tokenizer.json as a language model's symbols: there and back, piece by piece, and as a model file keeps
// them.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openSymbols } from "../../src/text/open-symbols.ts";
import { encodeSubwords, subwordSymbols } from "../../src/text/subword-symbols.ts";
import type { SubwordData } from "../../src/text/symbols.ts";
import { readTokenizer } from "../../src/text/tokenizer.ts";

const json = readFileSync(new URL("../goldens/tokenizer/tokenizer.json", import.meta.url), "utf8");
const tokenizer = readTokenizer(json);
const symbols = subwordSymbols(tokenizer);
const text = "the rain in Spain – naïve 😀 falls\n mainly";

describe("sub-words", () => {
  it("come out as they went in, one at a time, with characters whole", () => {
    const ids = encodeSubwords(tokenizer, text);
    const decoder = symbols.decoder("");
    const pieces = Array.from(ids, (id) => decoder.push([id]));
    expect(pieces.join("") + decoder.end()).toBe(tokenizer.decode(ids));
    expect(pieces.join("")).toContain("😀");
    expect(pieces.join("")).not.toContain("\ufffd");
    const cut = symbols.decoder("");
    const [first = 0] = tokenizer.encode("😀");
    expect([cut.push([first]), cut.end()]).toEqual(["", "\ufffd"]);
  });

  it("go on after a text as they would within it", () => {
    const ids = tokenizer.encode(text);
    for (let at = 1; at < ids.length; at++) {
      const before = tokenizer.decode(ids.subarray(0, at));
      if (before.endsWith("\ufffd")) continue;
      const decoder = symbols.decoder(before.slice(-1));
      expect(before + decoder.push(ids.subarray(at)) + decoder.end()).toBe(tokenizer.decode(ids));
    }
  });

  it("begin after the token that ends texts", () => {
    expect(symbols.start).toBe(tokenizer.special.get("<|end|>"));
  });

  it("stand for the texts that they add", () => {
    const texts = Array.from({ length: symbols.size }, (_, id) => symbols.textOf(id));
    const ids = tokenizer.encode("the rain in");
    expect(Array.from(ids, (id) => texts[id]).join("")).toBe("the rain in");
    expect(texts[symbols.start]).toBeUndefined();
  });

  it("are kept as plain data, and checked when they are opened", async () => {
    const data = JSON.parse(JSON.stringify(symbols.data)) as SubwordData;
    const opened = await openSymbols(data);
    expect(Array.from(opened.encode(text))).toEqual(Array.from(tokenizer.encode(text)));
    await expect(openSymbols({ ...data, size: 7 })).rejects.toThrow(
      `the tokenizer has ${tokenizer.size} tokens, not 7`,
    );
  });
});
