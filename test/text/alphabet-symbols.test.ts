import { describe, expect, it } from "vitest";
import { alphabetFromCodes } from "../../src/text/alphabet.ts";
import { decodeIds, encodePrompt, idDecoder } from "../../src/text/alphabet-symbols.ts";
import { encodeString } from "../../src/text/alphabet-text.ts";

const { alphabet } = encodeString("abcde 'AB-\n");
const bytes = encodeString("aé€😀", { unit: "byte" }).alphabet;

describe("encoding a prompt", () => {
  it("shows a letter and its mark in the form that the alphabet has", () => {
    const composed = alphabetFromCodes(
      "char",
      Array.from("café là", (c) => c.codePointAt(0) as number),
    );
    const apart = alphabetFromCodes(
      "char",
      Array.from("cafe\u0301 la\u0300", (c) => c.codePointAt(0) as number),
    );
    expect(() => encodePrompt(composed, "cafe\u0301")).toThrow(
      "'e' U+0065 (try 'é' U+00E9, in the form NFC), U+0301 after 'e' (try 'é' U+00E9, in the form NFC); leave them out",
    );
    expect(() => encodePrompt(composed, "la\u0300 a\u0301")).toThrow(
      "U+0300 after 'a' (try 'à' U+00E0, in the form NFC), U+0301; leave",
    );
    expect(() => encodePrompt(apart, "café")).toThrow(
      "'é' U+00E9 (try 'e\u0301' U+0065 U+0301, in the form NFD); leave it out",
    );
    expect([...encodePrompt(composed, "é")]).toEqual([composed.symbols.indexOf("é" as never)]);
  });

  it("is the inverse of decoding", () => {
    expect(decodeIds(alphabet, encodePrompt(alphabet, "bad'Ace\n".replace("A", "B")))).toBe("bad'Bce\n");
    expect(decodeIds(bytes, encodePrompt(bytes, "😀é€a"))).toBe("😀é€a");
    expect(encodePrompt(alphabet, "").length).toBe(0);
  });

  it("lists every character outside the alphabet once, with what to try", () => {
    expect(() => encodePrompt(alphabet, "é’É—Eze\u0301z😀\t")).toThrow(
      "prompt: outside the model's alphabet of 11 symbols: 'é' U+00E9 (try 'e'), '’' U+2019 (try '''), " +
        "'É' U+00C9 (try 'e'), '—' U+2014 (try '-'), 'E' U+0045 (try 'e'), 'z' U+007A, U+0301, " +
        "'😀' U+1F600, '\\t' U+0009 (try ' '); leave them out or write otherwise",
    );
    expect(() => encodePrompt(alphabet, "z")).toThrow("'z' U+007A; leave it out");
    expect(() => encodePrompt(alphabet, "\ud800")).toThrow("symbols: U+D800;");
  });

  it("lists whole characters for a byte alphabet", () => {
    expect(() => encodePrompt(bytes, "aêb")).toThrow("of 10 symbols: 'ê' U+00EA, 'b' U+0062; leave");
  });
});

describe("decoding ids as they come", () => {
  it("prints a character of bytes when its last byte comes", () => {
    const decoder = idDecoder(bytes);
    const ids = encodePrompt(bytes, "a€😀");
    expect([...ids].map((id) => decoder.push([id]))).toEqual(["a", "", "", "€", "", "", "", "😀"]);
    expect(decoder.end()).toBe("");
  });

  it("shows U+FFFD for bytes that are no character, and for one cut short", () => {
    expect(decodeIds(bytes, encodePrompt(bytes, "€a").subarray(1))).toBe("\ufffd\ufffda");
    const decoder = idDecoder(bytes);
    expect(decoder.push(encodePrompt(bytes, "€").subarray(0, 2))).toBe("");
    expect(decoder.end()).toBe("\ufffd");
  });

  it("refuses an id outside the alphabet", () => {
    expect(() => decodeIds(alphabet, [0, 11])).toThrow("decoding: an id must be from 0 to 10, not 11; use");
    expect(() => decodeIds(bytes, [-1])).toThrow("not -1");
  });
});
