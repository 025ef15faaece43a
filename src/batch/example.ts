// What a network learns from, one sequence at a time: values for its inputs, targets, and weights. Plain data that every
// task makes and training takes.

export interface Example {
  /** Steps of the sequence; 1 or more. */
  readonly steps: number;
  /**
   * By input of the network: per step [steps, width], per sequence [width], slowest axis first; an index has one number
   * in place of `width`. Arrays may be shared between examples, and are not written.
   */
  readonly inputs: Readonly<Record<string, ArrayLike<number>>>;
  /**
   * What the head compares its predictions with: for `classes` [steps], a class each, where a negative one does not
   * count; for heads of numbers [steps, width]. Absent for `ctc`, whose targets are inputs.
   */
  readonly targets?: ArrayLike<number>;
  /** [steps] the weight of each step's loss; default 1 each. */
  readonly weights?: ArrayLike<number>;
  /** The sequence that the network's encoder reads, where it has one. */
  readonly source?: Pick<Example, "steps" | "inputs">;
}

/**
 * A sequence of symbols as an example for the input of that name: each step's target is the next symbol, and there is
 * one step fewer than symbols. Throws for fewer than two symbols.
 */
export function nextSymbols(symbols: ArrayLike<number>, input: string): Example {
  const ids = Int32Array.from(symbols);
  if (ids.length < 2) {
    throw new Error(`sequences: each needs 2 symbols or more, not ${ids.length}; leave it out`);
  }
  return { steps: ids.length - 1, inputs: { [input]: ids.subarray(0, -1) }, targets: ids.subarray(1) };
}
