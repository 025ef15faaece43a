// The symbols that a model of words, or of texts that it has not seen all letters of, reads and writes: plain data that
// fits in JSON. Two ids stand for themselves, the others for symbols. How a text is cut into symbols is not its concern.

/**
 * Symbols in order of frequency, equally frequent ones by code point; their ids begin after two that are reserved: 0 the
 * boundary, which is start and end, and 1 whatever is unknown.
 */
export interface Vocabulary {
  readonly unit: "word" | "char";
  /** By id, from the first id that is not reserved. */
  readonly symbols: readonly string[];
}

export const boundaryId = 0;
export const unknownId = 1;
export const reserved = 2;
/** How an unknown symbol is written; read, it is one too. */
export const unknownSymbol = "<unk>";

export interface VocabularySettings {
  readonly unit: Vocabulary["unit"];
  /** Symbols seen fewer times become unknown. Default 1. */
  readonly minCount?: number;
  /** The largest number of symbols, the most frequent ones. Default all. */
  readonly most?: number;
}

/** Throws where no symbol is left. */
export function buildVocabulary(tokens: Iterable<string>, settings: VocabularySettings): Vocabulary {
  const { unit, minCount = 1, most = Infinity } = settings;
  if (!Number.isSafeInteger(minCount) || minCount < 1)
    throw new Error(`vocabulary: minCount must be a whole number, 1 or more, not ${minCount}`);
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  counts.delete(unknownSymbol);
  const kept = [...counts].filter(([, count]) => count >= minCount);
  kept.sort(([a, m], [b, n]) => n - m || compare(a, b));
  if (kept.length === 0) {
    throw new Error(
      `vocabulary: none of ${counts.size} symbols is seen ${minCount} times or more; give more text, or a lower minCount`,
    );
  }
  return { unit, symbols: kept.slice(0, most).map(([symbol]) => symbol) };
}

/** Ids that a model has: the symbols, and the two reserved ones. */
export function vocabularySize(vocabulary: Vocabulary): number {
  return vocabulary.symbols.length + reserved;
}

const indices = new WeakMap<Vocabulary, ReadonlyMap<string, number>>();

/** The ids by symbol, made once for each vocabulary. */
export function vocabularyIndex(vocabulary: Vocabulary): ReadonlyMap<string, number> {
  const known = indices.get(vocabulary);
  if (known) return known;
  const index = new Map(vocabulary.symbols.map((symbol, i) => [symbol, i + reserved]));
  indices.set(vocabulary, index);
  return index;
}

/** The tokens' ids; 1 for those that the vocabulary lacks. */
export function encodeTokens(vocabulary: Vocabulary, tokens: readonly string[]): Int32Array {
  const index = vocabularyIndex(vocabulary);
  return Int32Array.from(tokens, (token) => index.get(token) ?? unknownId);
}

/** The symbols of ids without the boundary; unknown ones as `<unk>`. Throws at an id outside the vocabulary. */
export function decodeTokens(vocabulary: Vocabulary, ids: ArrayLike<number>): string[] {
  const size = vocabularySize(vocabulary);
  return Array.from(ids)
    .filter((id) => id !== boundaryId)
    .map((id) => {
      const symbol = id === unknownId ? unknownSymbol : vocabulary.symbols[id - reserved];
      if (symbol === undefined) throw new Error(`decoding: an id must be from 0 to ${size - 1}, not ${id}`);
      return symbol;
    });
}

/** A vocabulary read from a file, checked. Throws an error that starts with `where`. */
export function checkVocabulary(value: unknown, where = "vocabulary"): Vocabulary {
  const { unit, symbols } = (value ?? {}) as { unit?: unknown; symbols?: unknown };
  if (unit !== "char" && unit !== "word") {
    throw new Error(`${where}: the unit must be "char" or "word", not ${JSON.stringify(unit)}`);
  }
  if (!Array.isArray(symbols) || symbols.length < 1) {
    throw new Error(`${where}: it must list a symbol or more; the file is damaged, save the model again`);
  }
  const seen = new Set<string>();
  symbols.forEach((symbol: unknown, i) => {
    const fits = typeof symbol === "string" && symbol !== "" && !seen.has(symbol);
    if (!fits) {
      throw new Error(
        `${where}: symbol ${i} must be a text that is not listed before, not ${JSON.stringify(symbol)}`,
      );
    }
    seen.add(symbol);
  });
  return { unit, symbols: symbols as string[] };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
