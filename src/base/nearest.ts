// The nearest known word to a misspelt one, for "did you mean" in messages.

/** The word of `words` nearest to `word`, or undefined if none is near: about one letter in three may differ. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = limit(word) + 1;
  for (const candidate of words) {
    if (candidate === word || Math.abs(candidate.length - word.length) > 3) continue;
    const sameLetters = candidate.toLowerCase() === word.toLowerCase();
    const distance = sameLetters ? 0 : editDistance(word, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** `; did you mean 'tanh'?`, ready to be appended to a message; empty if no word is near. */
export function suggestion(word: string, words: Iterable<string>): string {
  const near = nearest(word, words);
  return near === undefined ? "" : `; did you mean '${near}'?`;
}

/** The largest edit distance that still counts as near. Single letters and very long words have no near words. */
function limit(word: string): number {
  if (word.length < 2 || word.length > 64) return 0;
  return Math.min(3, Math.max(1, Math.floor(word.length / 3)));
}

/** The number of letters to insert, remove, replace, or swap with their neighbour, to turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, at(previous, j) + 1, at(row, j - 1) + 1);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(beforePrevious, j - 2) + 1);
      row.push(best);
    }
    [beforePrevious, previous] = [previous, row];
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
