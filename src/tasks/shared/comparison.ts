// The input of caption and translation scores: a candidate and the references it is compared with, as tokens.

/** A text as tokens, in order. */
export type Tokens = readonly string[];

/** A text that a model wrote beside those of people, as tokens. */
export interface Comparison {
  /** What the model wrote; may be empty. */
  readonly candidate: Tokens;
  /** What people wrote for the same image or sentence; one or more. */
  readonly references: readonly Tokens[];
}

/** Throws at no comparisons and at one without references, naming the score. */
export function checkCorpus(score: string, corpus: readonly Comparison[]): void {
  if (corpus.length === 0)
    throw new Error(`${score}: needs one candidate or more, not 0; give what the model wrote`);
  corpus.forEach(({ references }, i) => {
    if (references.length === 0)
      throw new Error(`${score}, candidate ${i}: needs one reference or more, not 0; leave it out`);
  });
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
