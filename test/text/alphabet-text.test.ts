import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkAlphabet, type Alphabet, type AlphabetUnit } from "../../src/text/alphabet.ts";
import { decodeIds } from "../../src/text/alphabet-symbols.ts";
import { encodeString, encodeWith, readAlphabet, readAlphabetText } from "../../src/text/alphabet-text.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
  return chunks;
}

async function* later(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

const variedText = fc
  .string({ unit: "binary", minLength: 2, maxLength: 40 })
  .filter((text) => new Set(text).size > 1 && !text.startsWith("\ufeff"));

describe("reading a text", () => {
  it("numbers characters by code point, whole ones beyond 16 bits too", () => {
    const { alphabet, ids } = encodeString("b😀aé~b");
    expect(alphabet).toEqual({ unit: "char", symbols: ["a", "b", "~", "é", "😀"] });
    expect([...ids]).toEqual([1, 4, 0, 3, 2, 1]);
  });

  it("numbers bytes by value", () => {
    const { alphabet, ids } = encodeString("é a", { unit: "byte" });
    expect(alphabet).toEqual({ unit: "byte", symbols: [0x20, 0x61, 0xa9, 0xc3] });
    expect([...ids]).toEqual([3, 2, 0, 1]);
  });

  it("does not normalise", () => {
    expect(encodeString("e\u0301\u00e9").alphabet.symbols).toEqual(["e", "\u00e9", "\u0301"]);
  });

  it("drops a byte order mark at the very start only, and only from characters", () => {
    expect(encodeString("\ufeffab\ufeff").alphabet.symbols).toEqual(["a", "b", "\ufeff"]);
    expect(encodeString("\ufeffab").ids.length).toBe(2);
    expect(encodeString("\ufeffab", { unit: "byte" }).ids.length).toBe(5);
  });

  it("gives back the text whatever the cuts, the unit and the hint, like one string in memory", async () => {
    await fc.assert(
      fc.asyncProperty(
        variedText,
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom<AlphabetUnit>("char", "byte"),
        fc.nat(50),
        async (text, size, unit, sizeHint) => {
          const chunks = cut(bytesOf(text), size);
          const whole = encodeString(text, { unit });
          const read = await readAlphabetText(later(chunks), { unit, sizeHint });
          expect(read).toEqual(whole);
          expect(decodeIds(read.alphabet, read.ids)).toBe(text);
          expect(await readAlphabet(chunks, { unit })).toEqual(whole.alphabet);
          expect(await encodeWith(whole.alphabet, chunks, { sizeHint })).toEqual(whole.ids);
          expect(checkAlphabet(JSON.parse(JSON.stringify(whole.alphabet)))).toEqual(whole.alphabet);
        },
      ),
    );
  });

  it("widens the ids when the alphabet outgrows them", () => {
    const symbols = (count: number): string =>
      Array.from({ length: count }, (_, i) => String.fromCodePoint(0x10000 + count - i)).join("");
    for (const [count, type] of [
      [256, Uint8Array],
      [257, Uint16Array],
      [65536, Uint16Array],
      [65537, Uint32Array],
    ] as const) {
      const { alphabet, ids } = encodeString(symbols(count));
      expect(alphabet.symbols.length).toBe(count);
      expect(ids).toBeInstanceOf(type);
      expect(ids.every((id, i) => id === count - 1 - i)).toBe(true);
    }
  });

  it("reads chunks longer than its own pieces", () => {
    const text = "añ€😀\n".repeat(40_000);
    const { alphabet, ids } = encodeString(text);
    expect(ids.length).toBe(200_000);
    expect(decodeIds(alphabet, ids)).toBe(text);
  });

  it("accepts and refuses the same bytes as TextDecoder, at any cut", async () => {
    const byte = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0x9f, 0xa0),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(byte, { maxLength: 6 }),
        fc.integer({ min: 1, max: 6 }),
        async (raw, size) => {
          const bytes = Uint8Array.from([0x61, 0x62, ...raw]);
          const ids = readAlphabetText(cut(bytes, size)).then(({ alphabet, ids: own }) =>
            decodeIds(alphabet, own),
          );
          if (isUtf8(bytes)) expect(await ids).toBe(new TextDecoder().decode(bytes));
          else await expect(ids).rejects.toThrow(/^text: not valid UTF-8 at byte offset \d+; .*unit "byte"/);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    ["a stray byte", [0x61, 0x62, 0xff, 0x63], 2],
    ["a character cut by the end", [0x61, 0x62, 0x63, 0xe2, 0x82], 3],
    ["half a surrogate pair", [0x61, 0xed, 0xa0, 0x80], 1],
    ["an overlong form", [0xe0, 0x80, 0x80], 0],
  ])("names the byte offset of %s", async (_, bytes, offset) => {
    for (const size of [1, 2, 9])
      await expect(readAlphabetText(cut(Uint8Array.from(bytes), size))).rejects.toThrow(
        `not valid UTF-8 at byte offset ${offset}; read it as bytes: unit "byte" (--unit byte)`,
      );
    expect((await readAlphabetText([Uint8Array.from(bytes)], { unit: "byte" })).ids.length).toBe(
      bytes.length,
    );
  });

  it("refuses texts with nothing to learn", async () => {
    expect(() => encodeString("")).toThrow("text: it is empty; give a text");
    expect(() => encodeString("\ufeff")).toThrow("text: it is empty");
    expect(() => encodeString("aaa")).toThrow(
      "text: nothing to predict, its 3 characters show one symbol, 'a' U+0061; give",
    );
    await expect(readAlphabet([bytesOf("\n")], { unit: "byte" })).rejects.toThrow(
      "its 1 byte show one symbol, byte 0x0a",
    );
  });

  it("refuses half a surrogate pair in a string", () => {
    expect(() => encodeString("ab\ud83d")).toThrow("half a surrogate pair at string index 2");
  });
});

describe("encoding another text with a given alphabet", () => {
  const { alphabet } = encodeString("abc");

  it("allows an empty one", async () => {
    expect((await encodeWith(alphabet, [])).length).toBe(0);
  });

  it("counts what it does not know, and names the first few with their positions", async () => {
    const chunks = cut(bytesOf("aéb\nxyzéQ"), 2);
    await expect(encodeWith(alphabet, chunks)).rejects.toThrow(
      "text: 7 of 9 characters are not among the model's 3 symbols: 'é' U+00E9 at 1, '\\n' U+000A at 3, " +
        "'x' U+0078 at 4, 'y' U+0079 at 5, 'z' U+007A at 6 and 1 other kinds; remove them",
    );
    const bytes: Alphabet = { unit: "byte", symbols: [0x61, 0x62] };
    await expect(encodeWith(bytes, [Uint8Array.of(0x61, 0x00)])).rejects.toThrow(
      "text: 1 of 2 bytes is not among the model's 2 symbols: byte 0x00 at 1",
    );
  });
});

describe("checking an alphabet", () => {
  it.each([
    [undefined, 'the unit must be "char" or "byte", not undefined'],
    [{ unit: "word", symbols: ["a", "b"] }, 'not "word"'],
    [{ unit: "char", symbols: ["a"] }, "two symbols or more"],
    [{ unit: "char", symbols: ["a", "bc"] }, 'symbol 1 must be one character, not "bc"'],
    [{ unit: "char", symbols: ["a", 7] }, "symbol 1 must be one character, not 7"],
    [{ unit: "byte", symbols: [1, 256] }, "symbol 1 must be one byte from 0 to 255, not 256"],
    [{ unit: "char", symbols: ["b", "a"] }, "'b' U+0062 is followed by 'a' U+0061; sort them"],
    [{ unit: "byte", symbols: [4, 4] }, "byte 0x04 is followed by byte 0x04"],
  ])("refuses %j", (value, message) => {
    expect(() => checkAlphabet(value, "model.json")).toThrow(message);
    expect(() => checkAlphabet(value, "model.json")).toThrow(/^model\.json: /);
  });
});
