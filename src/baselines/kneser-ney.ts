// An n-gram model of symbols, to hold networks against: interpolated modified Kneser-Ney smoothing. Kneser & Ney 1995
// (ICASSP); Chen & Goodman 1998, Harvard TR-10-98, section 3.2. Knows ids, no text.

export interface KneserNey {
  readonly order: number;
  /** The probability of each symbol after those before it, [ids.length]; the first ones have shorter histories. */
  probabilities(ids: ArrayLike<number>): Float64Array;
  /** Of `symbol` after `history`, of which the last `order - 1` count. */
  probability(history: ArrayLike<number>, symbol: number): number;
}

export interface KneserNeySettings {
  /** Length of the longest n-gram, from 1. Default 3. */
  readonly order?: number;
  /** Ids are below this; each of them has some probability. */
  readonly vocabulary: number;
}

/** Every n-gram of the text is a node: its symbols but the last are its parent, its symbols but the first its suffix. */
interface Trie {
  /** By parent × vocabulary + symbol. */
  readonly children: Map<number, number>;
  readonly parent: number[];
  readonly suffix: number[];
  readonly depth: number[];
  /** How often it comes; of those shorter than the order, how many different symbols come before it. */
  readonly count: number[];
}

/** What follows a history: the sum of the counts, and how many symbols have a count of 1, 2, and 3 or more. */
interface Following {
  total: number;
  readonly kinds: [number, number, number];
}

const root = 0;

/** Throws at a text without symbols, ids outside the vocabulary and an order below 1. */
export function trainKneserNey(ids: ArrayLike<number>, settings: KneserNeySettings): KneserNey {
  const { order = 3, vocabulary } = settings;
  if (!Number.isInteger(order) || order < 1) {
    throw new Error(`n-grams: order must be a whole number, 1 or more, not ${order}`);
  }
  if (ids.length === 0) throw new Error("n-grams: the text is empty; give one to learn from");
  const trie = countGrams(ids, order, vocabulary);
  const discounts = Array.from({ length: order }, (_, i) => discountsOf(trie, i + 1));
  const following = followers(trie);

  /** After the history whose node this is, or undefined where it was never seen. */
  function after(history: number | undefined, symbol: number): number {
    if (history === undefined) return 1 / vocabulary;
    const depth = trie.depth[history] as number;
    const shorter = history === root ? 1 / vocabulary : after(trie.suffix[history], symbol);
    const own = following[history];
    if (!own || own.total === 0) return shorter;
    const discount = discounts[depth] as readonly [number, number, number];
    const node = trie.children.get(history * vocabulary + symbol);
    const count = node === undefined ? 0 : (trie.count[node] as number);
    const taken = count === 0 ? 0 : (discount[kindOf(count)] as number);
    const left = own.kinds.reduce((sum, kinds, k) => sum + kinds * (discount[k] as number), 0);
    return (Math.max(0, count - taken) + left * shorter) / own.total;
  }

  /** The longest end of a history that was seen, of at most `order - 1` symbols. */
  function nodeOf(history: ArrayLike<number>, end: number): number {
    for (let length = Math.min(order - 1, end); length > 0; length--) {
      let node: number | undefined = root;
      for (let i = end - length; i < end && node !== undefined; i++) {
        node = trie.children.get(node * vocabulary + (history[i] as number));
      }
      if (node !== undefined) return node;
    }
    return root;
  }

  return {
    order,
    probability: (history, symbol) => after(nodeOf(history, history.length), symbol),
    probabilities(text) {
      checkIds(text, vocabulary);
      return Float64Array.from({ length: text.length }, (_, i) => after(nodeOf(text, i), text[i] as number));
    },
  };
}

function countGrams(ids: ArrayLike<number>, order: number, vocabulary: number): Trie {
  checkIds(ids, vocabulary);
  const trie: Trie = { children: new Map(), parent: [root], suffix: [root], depth: [0], count: [0] };
  const { children, parent, suffix, depth, count } = trie;
  for (let i = 0; i < ids.length; i++) {
    let node = root;
    // From the shortest gram that ends here to the longest, so that each one's suffix is there already.
    const ends: number[] = [root];
    for (let length = 1; length <= Math.min(order, i + 1); length++) {
      node = root;
      for (let j = i - length + 1; j < i; j++)
        node = children.get(node * vocabulary + (ids[j] as number)) as number;
      const key = node * vocabulary + (ids[i] as number);
      let end = children.get(key);
      if (end === undefined) {
        end = parent.push(node) - 1;
        children.set(key, end);
        suffix.push(ends[length - 1] as number);
        depth.push(length);
        count.push(0);
      }
      ends.push(end);
    }
    const longest = ends[order];
    if (longest !== undefined) count[longest] = (count[longest] as number) + 1;
  }
  // A gram that is shorter counts by how many symbols come before it.
  for (let node = 1; node < parent.length; node++) {
    const shorter = suffix[node] as number;
    if (shorter !== root) count[shorter] = (count[shorter] as number) + 1;
  }
  return trie;
}

const kindOf = (count: number): 0 | 1 | 2 => (Math.min(count, 3) - 1) as 0 | 1 | 2;

function followers({ parent, count }: Trie): (Following | undefined)[] {
  const following: (Following | undefined)[] = new Array(parent.length);
  for (let node = 1; node < parent.length; node++) {
    const own = count[node] as number;
    if (own === 0) continue;
    const before = (following[parent[node] as number] ??= { total: 0, kinds: [0, 0, 0] });
    before.total += own;
    before.kinds[kindOf(own)] += 1;
  }
  return following;
}

/**
 * Chen & Goodman's D1, D2 and D3+, from how many grams of this length come once to four times; where a text is too small
 * for one of them, Ney's single discount.
 */
function discountsOf({ depth, count }: Trie, length: number): [number, number, number] {
  const times = [0, 0, 0, 0, 0];
  depth.forEach((own, node) => {
    const c = count[node] as number;
    if (own === length && c >= 1 && c <= 4) times[c] = (times[c] as number) + 1;
  });
  const [, n1 = 0, n2 = 0, n3 = 0, n4 = 0] = times;
  const y = n1 > 0 ? n1 / (n1 + 2 * n2) : 0.5;
  const discount = (c: number, own: number, more: number): number => {
    const found = own > 0 && more > 0 ? c - ((c + 1) * y * more) / own : 0;
    return found > 0 ? found : y;
  };
  return [discount(1, n1, n2), discount(2, n2, n3), discount(3, n3, n4)];
}

function checkIds(ids: ArrayLike<number>, vocabulary: number): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (Number.isInteger(id) && id >= 0 && id < vocabulary) continue;
    throw new Error(`n-grams: id ${i} must be a whole number from 0 to ${vocabulary - 1}, not ${id}`);
  }
}
