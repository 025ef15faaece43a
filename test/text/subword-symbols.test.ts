// Sub-words of a tokenizer.json as a language model's symbols: there and back, piece by piece, and as a model file keeps
// them.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encodeSubwords, openCodec, subwordCodec, subwordsOf, symbolTexts } from "../../src/text/subwords.ts";
import { readTokenizer } from "../../src/text/tokenizer.ts";
import { taskSchema } from "../../src/checkpoint/task-schema.ts";

const json = readFileSync(new URL("../goldens/tokenizer/tokenizer.json", import.meta.url), "utf8");
const tokenizer = readTokenizer(json);
const codec = subwordCodec(tokenizer);
const text = "the rain in Spain – naïve 😀 falls\n mainly";

describe("sub-words", () => {
  it("come out as they went in, one at a time, with characters whole", () => {
    const ids = encodeSubwords(tokenizer, text);
    const decoder = codec.decoder("");
    const pieces = Array.from(ids, (id) => decoder.push([id]));
    expect(pieces.join("") + decoder.end()).toBe(tokenizer.decode(ids));
    expect(pieces.join("")).toContain("😀");
    expect(pieces.join("")).not.toContain("\ufffd");
    const cut = codec.decoder("");
    const [first = 0] = tokenizer.encode("😀");
    expect([cut.push([first]), cut.end()]).toEqual(["", "\ufffd"]);
  });

  it("go on after a text as they would within it", () => {
    const ids = tokenizer.encode(text);
    for (let at = 1; at < ids.length; at++) {
      const before = tokenizer.decode(ids.subarray(0, at));
      if (before.endsWith("\ufffd")) continue;
      const decoder = codec.decoder(before.slice(-1));
      expect(before + decoder.push(ids.subarray(at)) + decoder.end()).toBe(tokenizer.decode(ids));
    }
  });

  it("begin after the token that ends texts", () => {
    expect(codec.start).toBe(tokenizer.special.get("<|end|>"));
  });

  it("stand for the texts that they add", () => {
    const texts = symbolTexts(subwordsOf(tokenizer));
    expect(texts.length).toBe(tokenizer.size);
    const ids = tokenizer.encode("the rain in");
    expect(Array.from(ids, (id) => texts[id]).join("")).toBe("the rain in");
    expect(texts[codec.start]).toBeUndefined();
  });

  it("are kept by a model file, and checked when it is read", () => {
    const task = { kind: "language", text: subwordsOf(tokenizer) } as const;
    expect(taskSchema.parse(JSON.parse(JSON.stringify(task)))).toEqual(task);
    expect(openCodec(task.text).encode(text)).toEqual(tokenizer.encode(text));
    const wrong = { kind: "language", text: { ...task.text, size: 7 } };
    expect(() => taskSchema.parse(wrong)).toThrow(`the tokenizer has ${tokenizer.size} tokens, not 7`);
  });
});
