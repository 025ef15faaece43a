// The symbols a model reads and writes, as plain data that fits in JSON: whole Unicode characters, or bytes.
// A symbol's id is its rank by code point or byte value, so it does not depend on the order of reading.

/** `char`: whole Unicode code points, not normalised. `byte`: the bytes of a file, whatever they mean. */
export type AlphabetUnit = "char" | "byte";

/** Characters or bytes as symbols: an id is a symbol's rank by code point or byte value. */
export type Alphabet =
  | { readonly unit: "char"; readonly symbols: readonly string[] }
  | { readonly unit: "byte"; readonly symbols: readonly number[] };

/** Symbol ids in the narrowest type that holds the alphabet: up to 256, 65,536 and 4,294,967,296 symbols. */
export type Ids = Uint8Array | Uint16Array | Uint32Array;

/** The alphabet of these distinct codes (code points or byte values), in any order. */
export function alphabetFromCodes(unit: AlphabetUnit, codes: Iterable<number>): Alphabet {
  const sorted = [...codes].sort((a, b) => a - b);
  return unit === "byte"
    ? { unit, symbols: sorted }
    : { unit, symbols: sorted.map((code) => String.fromCodePoint(code)) };
}

/** The code points or byte values of the symbols, by id; ascending. */
export function alphabetCodes(alphabet: Alphabet): number[] {
  return alphabet.unit === "byte"
    ? [...alphabet.symbols]
    : alphabet.symbols.map((symbol) => symbol.codePointAt(0) ?? 0);
}

/** A code's id plus one, 0 for codes outside the alphabet; long enough for the largest code. */
export function idTable(alphabet: Alphabet): Uint32Array {
  const codes = alphabetCodes(alphabet);
  const table = new Uint32Array((codes.at(-1) ?? -1) + 1);
  codes.forEach((code, id) => {
    table[code] = id + 1;
  });
  return table;
}

/** Room for `capacity` ids below `symbolCount`, zeroed. */
export function allocateIds(symbolCount: number, capacity: number): Ids {
  if (symbolCount <= 0x100) return new Uint8Array(capacity);
  return symbolCount <= 0x10000 ? new Uint16Array(capacity) : new Uint32Array(capacity);
}

/** A code for a message: `'é' U+00E9`, `'\n' U+000A`, `byte 0xff`. */
export function showCode(unit: AlphabetUnit, code: number): string {
  const hex = code.toString(16);
  if (unit === "byte") return `byte 0x${hex.padStart(2, "0")}`;
  const name = `U+${hex.toUpperCase().padStart(4, "0")}`;
  const text = String.fromCodePoint(code);
  if (/[\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{M}\p{Zl}\p{Zp}]/u.test(text)) return name;
  return `'${JSON.stringify(text).slice(1, -1).replace('\\"', '"')}' ${name}`;
}

/** "1 character", "12 bytes". */
export function countOf(unit: AlphabetUnit, count: number): string {
  const word = unit === "byte" ? "byte" : "character";
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/**
 * An alphabet read from a file, checked: the right unit, at least two symbols, each one code, ascending.
 * Throws an error that starts with `where`.
 */
export function checkAlphabet(value: unknown, where = "alphabet"): Alphabet {
  const { unit, symbols } = (value ?? {}) as { unit?: unknown; symbols?: unknown };
  if (unit !== "char" && unit !== "byte")
    throw new Error(`${where}: the unit must be "char" or "byte", not ${JSON.stringify(unit)}`);
  if (!Array.isArray(symbols) || symbols.length < 2)
    throw new Error(`${where}: it must list two symbols or more; the file is damaged, save the model again`);
  const codes = symbols.map((symbol: unknown, id) => {
    const code = codeOf(unit, symbol);
    if (code === undefined)
      throw new Error(
        `${where}: symbol ${id} must be one ${unit === "byte" ? "byte from 0 to 255" : "character"}, ` +
          `not ${JSON.stringify(symbol)}`,
      );
    return code;
  });
  codes.forEach((code, id) => {
    const before = codes[id - 1];
    if (before !== undefined && before >= code)
      throw new Error(
        `${where}: symbols must ascend without repeating, but ${showCode(unit, before)} is followed by ` +
          `${showCode(unit, code)}; sort them`,
      );
  });
  return alphabetFromCodes(unit, codes);
}

function codeOf(unit: AlphabetUnit, symbol: unknown): number | undefined {
  if (unit === "byte")
    return typeof symbol === "number" && Number.isInteger(symbol) && symbol >= 0 && symbol <= 255
      ? symbol
      : undefined;
  if (typeof symbol !== "string") return undefined;
  const code = symbol.codePointAt(0);
  return code !== undefined && String.fromCodePoint(code) === symbol && !/\p{Cs}/u.test(symbol)
    ? code
    : undefined;
}
