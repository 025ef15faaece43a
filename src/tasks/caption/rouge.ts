// ROUGE-L: the longest common subsequence of candidate and reference.
import { checkCorpus, mean, type Comparison, type Tokens } from "../shared/comparison.ts";

/** ROUGE-L of a corpus. */
export interface RougeL {
  /** Mean over candidates, from 0 to 1. */
  readonly score: number;
  /** [candidates] */
  readonly each: readonly number[];
}

/** The weight of recall against precision, as in COCO's evaluation. */
const beta = 1.2;

/**
 * Lin 2004, "ROUGE: a package for automatic evaluation of summaries", section 3, as COCO's evaluation computes it
 * (Chen et al. 2015, arXiv:1504.00325): the best precision and the best recall over all references, which may come from two
 * of them. 0 if the candidate or every reference is empty.
 * Throws at no candidates and at one without references.
 */
export function rougeL(corpus: readonly Comparison[]): RougeL {
  checkCorpus("rouge-l", corpus);
  const each = corpus.map(({ candidate, references }) => {
    const common = references.map((reference) => commonLength(candidate, reference));
    const precision = Math.max(...common.map((length) => length / Math.max(1, candidate.length)));
    const recall = Math.max(...common.map((length, i) => length / Math.max(1, references[i]!.length)));
    if (precision === 0) return 0;
    return ((1 + beta ** 2) * precision * recall) / (recall + beta ** 2 * precision);
  });
  return { score: mean(each), each };
}

/** Tokens of the longest common subsequence. */
function commonLength(a: Tokens, b: Tokens): number {
  let row = new Int32Array(b.length + 1); // with the first j tokens of b
  for (const token of a) {
    const next = new Int32Array(b.length + 1);
    for (let j = 1; j <= b.length; j++)
      next[j] = b[j - 1] === token ? row[j - 1]! + 1 : Math.max(row[j]!, next[j - 1]!);
    row = next;
  }
  return row[b.length]!;
}
