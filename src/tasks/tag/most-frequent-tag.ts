// Each token's most frequent tag, whatever stands around it: what a network that tags by context must beat. Knows no
// files.

export interface MostFrequentTag {
  /** The tag of each token; of one that was not seen the most frequent of all. */
  predict(tokens: readonly string[]): string[];
}

/** Of equally frequent tags the first in the order of code units. Throws where there is no token. */
export function trainMostFrequentTag(
  sequences: Iterable<{ readonly tokens: readonly string[]; readonly tags: readonly string[] }>,
): MostFrequentTag {
  const all = new Map<string, number>();
  const byToken = new Map<string, Map<string, number>>();
  for (const { tokens, tags } of sequences) {
    if (tokens.length !== tags.length)
      throw new Error(
        `most frequent tag: ${tokens.length} tokens need as many tags, not ${tags.length}; tag every token`,
      );
    tokens.forEach((token, i) => {
      const counts = byToken.get(token) ?? new Map<string, number>();
      byToken.set(token, counts);
      for (const into of [all, counts]) into.set(tags[i]!, (into.get(tags[i]!) ?? 0) + 1);
    });
  }
  if (all.size === 0) throw new Error("most frequent tag: there is no token to learn from; give some");
  const other = mostFrequent(all);
  const known = new Map([...byToken].map(([token, counts]) => [token, mostFrequent(counts)]));
  return { predict: (tokens) => tokens.map((token) => known.get(token) ?? other) };
}

function mostFrequent(counts: ReadonlyMap<string, number>): string {
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return first![0];
}
