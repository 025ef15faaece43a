// An n-gram language model with interpolated Kneser-Ney smoothing, on ids of a fixed vocabulary: the baseline of
// word networks, or mixed with them token by token. An id for unknown words is a symbol like any other.

/** Settings of `trainKneserNey`. */
export interface KneserNeySettings {
  /** Of the n-grams: 1 to 5, symbols of history and the next. */
  readonly order: number;
  /** V: ids are from 0 to V - 1, and each has a probability above 0. */
  readonly vocabulary: number;
  /** The id that stands before the first one, as often as a history needs. Default 0. */
  readonly boundary?: number;
  /**
   * `modified` (default): three discounts an order, of what occurred once, twice and more often (Chen & Goodman 1998,
   * TR-10-98, section 3: n1 to n4 are the n-grams that did 1 to 4 times). `one`: n1 / (n1 + 2 n2) for all (Ney et
   * al. 1994), which also takes the place of the three where a small text leaves one of them undefined, not above 0
   * or above its count; and 1/2 that of one undefined.
   */
  readonly discounts?: "modified" | "one";
}

/** A trained n-gram model. */
export interface KneserNey {
  /** Symbols of the longest n-gram. */
  readonly order: number;
  /** Symbols, V. */
  readonly vocabulary: number;
  /** [order] the discounts of n-grams that occurred once, twice, and more often. */
  readonly discounts: readonly (readonly [number, number, number])[];
  /** [order] distinct n-grams of the training text. */
  readonly counts: readonly number[];
  /** [N] of each id of a running text, given those before it. Throws at an id outside the vocabulary. */
  probabilities(ids: ArrayLike<number>): Float64Array;
  /** [V] of every id after this beginning of a text; sums to 1. */
  distribution(history: ArrayLike<number>): Float64Array;
}

/**
 * Counts the n-grams of `ids`, a running text. The longest count as often as they occur, shorter ones by how many
 * different symbols stood before them; the shortest are interpolated with 1/V.
 * Kneser & Ney 1995 (ICASSP), interpolated as Chen & Goodman 1998 (TR-10-98, equation 23).
 * Takes about 50 bytes for each id and order. Throws at settings out of range and at ids outside the vocabulary.
 */
export function trainKneserNey(ids: ArrayLike<number>, settings: KneserNeySettings): KneserNey {
  const { order, vocabulary, boundary = 0, discounts: kind = "modified" } = settings;
  checkSettings(order, vocabulary, boundary, ids.length);
  const room = order * (ids.length + order) + 1;
  // An n-gram is a node, a child of the one without its last symbol; the root is the empty one.
  const children = new Map<number, number>(); // parent × V + symbol → node
  const parents = new Int32Array(room);
  const levels = new Uint8Array(room);
  const counts = new Uint32Array(room); // as occurrences, or as different symbols before
  let nodes = 1;

  const childOf = (parent: number, id: number): number => {
    const key = parent * vocabulary + id;
    const known = children.get(key);
    if (known !== undefined) return known;
    parents[nodes] = parent;
    levels[nodes] = levels[parent]! + 1;
    children.set(key, nodes);
    return nodes++;
  };

  // ends[k] is the n-gram of the latest k symbols.
  const ends = new Int32Array(order + 1);
  for (let k = 1; k <= order; k++) ends[k] = childOf(ends[k - 1]!, boundary);
  for (let t = 0; t < ids.length; t++) {
    const id = checkId(ids, t, vocabulary);
    for (let k = order; k >= 1; k--) ends[k] = childOf(ends[k - 1]!, id);
    for (let k = order; k >= 1; k--) if (counts[ends[k]!]!++ > 0) break; // known, so its endings have this symbol before
  }

  const discounts = Array.from({ length: order }, (_, k) =>
    discountsOf(countsOfCounts(counts, levels, nodes, k + 1), kind),
  );
  const totals = new Float64Array(nodes); // of all that follows a node
  const held = new Float64Array(nodes); // what the discounts take of it
  for (let node = 1; node < nodes; node++) {
    const count = counts[node]!;
    if (count === 0) continue; // of boundaries only
    totals[parents[node]!]! += count;
    held[parents[node]!]! += discounts[levels[node]! - 1]![Math.min(count, 3) - 1]!;
  }

  const probabilityOf = (histories: Int32Array, id: number): number => {
    let probability = 1 / vocabulary;
    for (let k = 0; k < order; k++) {
      const history = histories[k]!;
      const total = history < 0 ? 0 : totals[history]!;
      if (total === 0) break; // never seen, so no longer one was
      const node = children.get(history * vocabulary + id);
      const count = node === undefined ? 0 : counts[node]!;
      const left = count === 0 ? 0 : count - discounts[k]![Math.min(count, 3) - 1]!;
      probability = (left + held[history]! * probability) / total;
    }
    return probability;
  };
  const begin = (): Int32Array => {
    const histories = new Int32Array(order);
    for (let k = 1; k < order; k++) histories[k] = children.get(histories[k - 1]! * vocabulary + boundary)!;
    return histories;
  };
  const advance = (histories: Int32Array, id: number): void => {
    for (let k = order - 1; k >= 1; k--) {
      const shorter = histories[k - 1]!;
      histories[k] = shorter < 0 ? -1 : (children.get(shorter * vocabulary + id) ?? -1);
    }
  };

  return {
    order,
    vocabulary,
    discounts,
    counts: Array.from({ length: order }, (_, k) => {
      let distinct = 0;
      for (let node = 1; node < nodes; node++) if (levels[node] === k + 1 && counts[node]! > 0) distinct++;
      return distinct;
    }),
    probabilities(text) {
      const histories = begin();
      const all = new Float64Array(text.length);
      for (let t = 0; t < all.length; t++) {
        const id = checkId(text, t, vocabulary);
        all[t] = probabilityOf(histories, id);
        advance(histories, id);
      }
      return all;
    },
    distribution(history) {
      const histories = begin();
      for (let t = 0; t < history.length; t++) advance(histories, checkId(history, t, vocabulary));
      return Float64Array.from({ length: vocabulary }, (_, id) => probabilityOf(histories, id));
    },
  };
}

/** [5] how many n-grams of a level have each count from 1 to 4, at that index. */
function countsOfCounts(counts: Uint32Array, levels: Uint8Array, nodes: number, level: number): number[] {
  const found = [0, 0, 0, 0, 0];
  for (let node = 1; node < nodes; node++) {
    const count = counts[node]!;
    if (levels[node] === level && count > 0 && count < 5) found[count]!++;
  }
  return found;
}

function discountsOf(found: readonly number[], kind: "modified" | "one"): readonly [number, number, number] {
  const [, n1 = 0, n2 = 0, n3 = 0, n4 = 0] = found;
  const one = n1 / (n1 + 2 * n2);
  const three = [1 - (2 * one * n2) / n1, 2 - (3 * one * n3) / n2, 3 - (4 * one * n4) / n3] as const;
  if (kind === "modified" && three.every((discount, i) => discount > 0 && discount <= i + 1)) return three;
  const single = one > 0 ? one : 0.5;
  return [single, single, single];
}

function checkSettings(order: number, vocabulary: number, boundary: number, length: number): void {
  if (!Number.isInteger(order) || order < 1 || order > 5)
    throw new Error(`kneser-ney: order must be a whole number from 1 to 5, not ${order}`);
  if (!Number.isInteger(vocabulary) || vocabulary < 1)
    throw new Error(`kneser-ney: vocabulary must be a whole number, 1 or more, not ${vocabulary}`);
  if (!Number.isInteger(boundary) || boundary < 0 || boundary >= vocabulary)
    throw new Error(`kneser-ney: boundary must be an id from 0 to ${vocabulary - 1}, not ${boundary}`);
  if (length === 0) throw new Error("kneser-ney: there is no text to count; give one id or more");
}

function checkId(ids: ArrayLike<number>, at: number, vocabulary: number): number {
  const id = ids[at]!;
  if (!Number.isInteger(id) || id < 0 || id >= vocabulary)
    throw new Error(
      `kneser-ney: id ${at} of the text must be from 0 to ${vocabulary - 1}, not ${id}; encode the text with the ` +
        `vocabulary of the model`,
    );
  return id;
}
