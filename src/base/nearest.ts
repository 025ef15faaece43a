// The word that was probably meant: for "did you mean", here and on the command line.

/** The nearest of `words`, or undefined if none is near: about one letter in three may differ. */
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

/** `; did you mean 'tanh'?`, or nothing. */
export function suggestion(word: string, words: Iterable<string>): string {
  const near = nearest(word, words);
  return near === undefined ? "" : `; did you mean '${near}'?`;
}

/** A single letter is never a slip for another one, and nobody misspells a word of 64 letters. */
function limit(word: string): number {
  if (word.length < 2 || word.length > 64) return 0;
  return Math.min(3, Math.max(1, Math.floor(word.length / 3)));
}

/** Letters inserted, removed, replaced, or swapped with their neighbour, to make `a` of `b`. */
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
