// Characters or bytes as symbols: prompts in, generated text out, one symbol at a time where need be.
import { alphabetCodes, allocateIds, idTable, showCode, type Alphabet, type Ids } from "./alphabet.ts";
import { encodeWith } from "./alphabet-text.ts";
import type { SymbolDecoder, Symbols } from "./symbols.ts";

/** The symbols of an alphabet. A text without a beginning follows a line end, if the alphabet has one. */
export function alphabetSymbols(alphabet: Alphabet): Symbols {
  const { unit, symbols } = alphabet;
  return {
    unit,
    noun: unit === "char" ? "character" : "byte",
    measure: "bits",
    size: symbols.length,
    start: Math.max(0, alphabetCodes(alphabet).indexOf(0x0a)),
    encode: (text) => encodePrompt(alphabet, text),
    read: (chunks, sizeHint = 0) => encodeWith(alphabet, chunks, { sizeHint }),
    decoder: () => idDecoder(alphabet),
    textOf(id) {
      const symbol = symbols[id];
      if (typeof symbol !== "number") return symbol;
      return symbol < 0x80 ? String.fromCharCode(symbol) : undefined;
    },
    data: alphabet,
  };
}

/**
 * The ids of a prompt. Characters outside the alphabet are an error that lists them all, with what the alphabet has
 * instead: a letter and its mark as one character or as two, the plain letter, the other case, the straight quote.
 */
export function encodePrompt(alphabet: Alphabet, prompt: string): Ids {
  const table = idTable(alphabet);
  const codesOf = (text: string): number[] =>
    alphabet.unit === "byte"
      ? [...new TextEncoder().encode(text)]
      : Array.from(text, (character) => character.codePointAt(0)!);
  const isKnown = (text: string): boolean => codesOf(text).every((code) => table[code]);
  const codes: number[] = [];
  const unknown = new Map<string, string>(); // character → how the message shows it
  // A letter with its marks.
  for (const [cluster] of prompt.matchAll(/.\p{M}*/gsu)) {
    for (const character of cluster) {
      codes.push(...codesOf(character));
      if (!isKnown(character) && !unknown.has(character))
        unknown.set(character, showUnknown(character, cluster, isKnown));
    }
  }
  if (unknown.size > 0)
    throw new Error(
      `prompt: outside the model's alphabet of ${alphabet.symbols.length} symbols: ` +
        `${[...unknown.values()].join(", ")}; leave ${unknown.size === 1 ? "it" : "them"} out or write otherwise`,
    );
  const ids = allocateIds(alphabet.symbols.length, codes.length);
  codes.forEach((code, i) => {
    ids[i] = (table[code] ?? 0) - 1;
  });
  return ids;
}

/** An unknown character, with what to write instead of it or of its `cluster`, a letter with its marks. */
function showUnknown(character: string, cluster: string, isKnown: (text: string) => boolean): string {
  const shown = showCode("char", character.codePointAt(0)!);
  const composed = cluster.normalize("NFC");
  if (composed !== cluster && isKnown(composed)) {
    const [letter = ""] = cluster;
    const place = letter === character ? shown : `${shown} after '${letter}'`;
    return `${place} (try '${composed}' ${codePoints(composed)}, in the form NFC)`;
  }
  const apart = character.normalize("NFD");
  if (apart !== character && isKnown(apart))
    return `${shown} (try '${apart}' ${codePoints(apart)}, in the form NFD)`;
  const near = relatives(character).find(isKnown);
  return near === undefined ? shown : `${shown} (try '${near}')`;
}

const codePoints = (text: string): string =>
  Array.from(
    text,
    (character) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`,
  ).join(" ");

const plainForms: Readonly<Record<string, string>> = {
  "\u2018": "'",
  "\u2019": "'",
  "\u201c": '"',
  "\u201d": '"',
  "«": '"',
  "»": '"',
  '"': "'",
  "\u2010": "-",
  "\u2011": "-",
  "\u2013": "-",
  "\u2014": "-",
  "…": "...",
  "\u00a0": " ",
  "\t": " ",
  "\r": "\n",
  ß: "ss",
  æ: "ae",
  ø: "o",
  ł: "l",
};

/** What one might write instead, best first. */
function relatives(character: string): string[] {
  const bare = character.normalize("NFKD").replace(/\p{M}/gu, "");
  const close = [plainForms[character], bare, character.toLowerCase(), character.toUpperCase()];
  const far = [bare.toLowerCase(), bare.toUpperCase(), plainForms[character.toLowerCase()]];
  return [...close, ...far].filter((text): text is string => text !== undefined && text !== "");
}

/** The text of ids; bytes that are not UTF-8 show as U+FFFD. Throws at an id outside the alphabet. */
export function decodeIds(alphabet: Alphabet, ids: ArrayLike<number>): string {
  const decoder = idDecoder(alphabet);
  return decoder.push(ids) + decoder.end();
}

/** Decodes ids as they come, as for printing while generating. */
export function idDecoder(alphabet: Alphabet): SymbolDecoder {
  const codes = alphabetCodes(alphabet);
  const codeAt = (id: number): number => {
    const code = codes[id];
    if (code === undefined)
      throw new Error(
        `decoding: an id must be from 0 to ${codes.length - 1}, not ${id}; use the alphabet the ids were made with`,
      );
    return code;
  };
  if (alphabet.unit === "char")
    return {
      push: (ids) => Array.from(ids, (id) => String.fromCodePoint(codeAt(id))).join(""),
      end: () => "",
    };
  const text = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    push: (ids) => text.decode(Uint8Array.from(ids, codeAt), { stream: true }),
    end: () => text.decode(),
  };
}
