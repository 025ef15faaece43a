// The most frequent tag of each token, whatever its context: the baseline of tagging.

/** A tagger that gives each token its most frequent tag, whatever the context. */
export interface MostFrequentTag {
  /** The tag of each token; for an unseen token the most frequent tag of all. */
  predict(tokens: readonly string[]): string[];
}

/**
 * Counts the tags of each token. Of equally frequent tags the first in the order of code units is taken. Throws where
 * there is no token, and where the counts of tokens and tags differ.
 */
export function trainMostFrequentTag(
  sequences: Iterable<{ readonly tokens: readonly string[]; readonly tags: readonly string[] }>,
): MostFrequentTag {
  const all = new Map<string, number>();
  const byToken = new Map<string, Map<string, number>>();
  for (const { tokens, tags } of sequences) {
    if (tokens.length !== tags.length) {
      throw new Error(
        `most frequent tag: expected ${tokens.length} tags, one per token, got ${tags.length}; tag every token`,
      );
    }
    tokens.forEach((token, i) => {
      const tag = tags[i] as string;
      const ofToken = byToken.get(token) ?? new Map<string, number>();
      byToken.set(token, ofToken);
      for (const counts of [all, ofToken]) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    });
  }
  if (all.size === 0) throw new Error("most frequent tag: there is no token to learn from; give some");
  const fallback = mostFrequent(all);
  const tagOf = new Map([...byToken].map(([token, counts]) => [token, mostFrequent(counts)]));
  return { predict: (tokens) => tokens.map((token) => tagOf.get(token) ?? fallback) };
}

function mostFrequent(counts: ReadonlyMap<string, number>): string {
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return (ranked[0] as [string, number])[0];
}
