// Text to symbol ids, in one pass over chunks of bytes, so that a file of hundreds of megabytes costs about
// a byte a character and never becomes a JavaScript string. Opens no files: see `formats/files.ts`.
import {
  alphabetCodes,
  alphabetFromCodes,
  allocateIds,
  countOf,
  idTable,
  showCode,
  type Alphabet,
  type Ids,
  type AlphabetUnit,
} from "./alphabet.ts";
import type { Chunks } from "./symbols.ts";
import { decodeUtf8Piece, endUtf8, utf8State } from "./utf8.ts";

export interface AlphabetText {
  readonly alphabet: Alphabet;
  /** `[N]`; may view the front of a larger buffer. */
  readonly ids: Ids;
}

export interface AlphabetTextSettings {
  /** What a symbol is; default `"char"`. */
  readonly unit?: AlphabetUnit;
  /** The text's length in bytes where it is known (a file's size): spares the copies of growth. Default 0. */
  readonly sizeHint?: number;
}

/**
 * Reads a text and finds its alphabet, in one pass.
 * Throws where the bytes are not UTF-8 (unit `char`), and where the text has fewer than two distinct symbols.
 */
export async function readAlphabetText(
  chunks: Chunks,
  settings: AlphabetTextSettings = {},
): Promise<AlphabetText> {
  const learner = textLearner(settings);
  for await (const chunk of chunks) learner.push(chunk);
  return learner.end();
}

/** `readAlphabetText` of a string in memory. A string with half a surrogate pair is an error. */
export function encodeString(text: string, settings: AlphabetTextSettings = {}): AlphabetText {
  const broken = text.search(/\p{Cs}/u);
  if (broken >= 0)
    throw new Error(`text: half a surrogate pair at string index ${broken}; cut strings between characters`);
  const bytes = new TextEncoder().encode(text);
  const learner = textLearner({ sizeHint: bytes.length, ...settings });
  learner.push(bytes);
  return learner.end();
}

/** The alphabet alone, in one pass that keeps no ids. Throws like `readAlphabetText`. */
export async function readAlphabet(
  chunks: Chunks,
  settings: Pick<AlphabetTextSettings, "unit"> = {},
): Promise<Alphabet> {
  const unit = settings.unit ?? "char";
  const seen = new Uint8Array(unit === "byte" ? 0x100 : 0x110000); // by code
  let count = 0;
  const reader = codeReader(unit, (codes, length) => {
    for (let i = 0; i < length; i++) seen[codes[i]!] = 1;
    count += length;
  });
  for await (const chunk of chunks) reader.push(chunk);
  reader.end();
  const codes: number[] = [];
  for (let code = 0; code < seen.length; code++) if (seen[code]) codes.push(code);
  checkVariety(unit, codes, count);
  return alphabetFromCodes(unit, codes);
}

/**
 * The ids of another text in an alphabet that is given, as for evaluating a trained model.
 * Symbols outside the alphabet are an error that counts them and names the first few. An empty text is allowed.
 */
export async function encodeWith(
  alphabet: Alphabet,
  chunks: Chunks,
  settings: Pick<AlphabetTextSettings, "sizeHint"> = {},
): Promise<Ids> {
  const { unit, symbols } = alphabet;
  const table = idTable(alphabet);
  const store: Store = { ids: allocateIds(symbols.length, settings.sizeHint ?? 0), count: 0 };
  const unknown = new Map<number, number>(); // code → the position where it came first
  let unknownCount = 0;
  const reader = codeReader(unit, (codes, length) => {
    reserve(store, symbols.length, length);
    const { ids, count } = store;
    for (let i = 0; i < length; i++) {
      const id = table[codes[i]!] ?? 0;
      if (id === 0) {
        unknownCount++;
        if (!unknown.has(codes[i]!)) unknown.set(codes[i]!, count + i);
      }
      ids[count + i] = id - 1;
    }
    store.count += length;
  });
  for await (const chunk of chunks) reader.push(chunk);
  reader.end();
  if (unknownCount > 0) {
    const first = [...unknown].slice(0, 5).map(([code, at]) => `${showCode(unit, code)} at ${at}`);
    const hasMarks =
      unit === "char" && [...unknown.keys()].some((code) => /\p{M}/u.test(String.fromCodePoint(code)));
    const more = unknown.size > first.length ? ` and ${unknown.size - first.length} other kinds` : "";
    throw new Error(
      `text: ${unknownCount} of ${countOf(unit, store.count)} ${unknownCount === 1 ? "is" : "are"} not among ` +
        `the model's ${symbols.length} symbols: ${first.join(", ")}${more}; ` +
        `${hasMarks ? "convert the text to the Unicode form of the training's (NFC), " : ""}remove them, or train on a text that has them`,
    );
  }
  return store.ids.subarray(0, store.count);
}

interface Store {
  ids: Ids; // [capacity], of which `count` are set
  count: number;
}

/** Makes room for `more` ids, in a type wide enough for `symbolCount` symbols. */
function reserve(store: Store, symbolCount: number, more: number): void {
  const needed = store.count + more;
  const wide = symbolCount <= 2 ** (8 * store.ids.BYTES_PER_ELEMENT);
  if (wide && needed <= store.ids.length) return;
  const capacity =
    needed <= store.ids.length ? store.ids.length : Math.max(needed, 2 * store.ids.length, 4096);
  const grown = allocateIds(symbolCount, capacity);
  grown.set(store.ids.subarray(0, store.count));
  store.ids = grown;
}

/** Gives ids in the order in which symbols come, then renames them to the order of the alphabet. */
function textLearner(settings: AlphabetTextSettings): { push(chunk: Uint8Array): void; end(): AlphabetText } {
  const unit = settings.unit ?? "char";
  let known: Uint32Array = new Uint32Array(0x800); // a code's provisional id plus one, 0 where it has none; grows
  const codesSeen: number[] = []; // by provisional id
  const store: Store = { ids: allocateIds(1, settings.sizeHint ?? 0), count: 0 };

  const reader = codeReader(unit, (codes, length) => {
    reserve(store, codesSeen.length, length);
    let { ids, count } = store;
    for (let i = 0; i < length; i++) {
      let id = known[codes[i]!] ?? 0;
      if (id === 0) {
        id = codesSeen.push(codes[i]!);
        known = withEntry(known, codes[i]!, id);
        store.count = count;
        reserve(store, id, length - i);
        ids = store.ids;
      }
      ids[count++] = id - 1;
    }
    store.count = count;
  });

  return {
    push: reader.push,
    end() {
      reader.end();
      checkVariety(unit, codesSeen, store.count);
      const alphabet = alphabetFromCodes(unit, codesSeen);
      const rank = new Uint32Array(codesSeen.length); // [symbols], provisional id → id
      alphabetCodes(alphabet).forEach((code, id) => {
        rank[known[code]! - 1] = id;
      });
      const ids = store.ids.subarray(0, store.count);
      for (let i = 0; i < ids.length; i++) ids[i] = rank[ids[i]!]!;
      return { alphabet, ids };
    },
  };
}

/** Sets `table[index]`, in a table twice as long or more where this one ends before. */
function withEntry(table: Uint32Array, index: number, value: number): Uint32Array {
  let long = table;
  if (index >= table.length) {
    long = new Uint32Array(Math.max(index + 1, 2 * table.length));
    long.set(table);
  }
  long[index] = value;
  return long;
}

function checkVariety(unit: AlphabetUnit, codes: readonly number[], count: number): void {
  const only = codes[0];
  if (only === undefined)
    throw new Error("text: it is empty; give a text with two different symbols or more");
  if (codes.length === 1)
    throw new Error(
      `text: nothing to predict, its ${countOf(unit, count)} show one symbol, ${showCode(unit, only)}; ` +
        `give a text with two different symbols or more`,
    );
}

const pieceBytes = 1 << 14;

/** Turns chunks to runs of codes; `sink` reads the first `length` of `codes` at once and keeps no hold of it. */
function codeReader(
  unit: AlphabetUnit,
  sink: (codes: Uint8Array | Uint32Array, length: number) => void,
): { push(chunk: Uint8Array): void; end(): void } {
  if (unit === "byte") return { push: (chunk) => sink(chunk, chunk.length), end: () => {} };
  const state = utf8State();
  const points = new Uint32Array(pieceBytes);
  return {
    push(chunk) {
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        const piece = chunk.subarray(at, at + pieceBytes);
        sink(points, decodeUtf8Piece(state, piece, points));
      }
    },
    end: () => endUtf8(state),
  };
}
