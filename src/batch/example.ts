// A training example: the inputs of one sequence, its targets and their weights. Plain data that tasks make and training
// reads.

/** One sequence. */
export interface Example {
  /** The number of steps; 1 or more. */
  readonly steps: number;
  /**
   * The values of each input of the network, by its name: [steps, width] for an input per step, [width] for one per
   * sequence; an index has one number in place of `width`. Arrays may be shared between examples; they are not written.
   */
  readonly inputs: Readonly<Record<string, ArrayLike<number>>>;
  /**
   * The targets: for a `classes` head [steps], where a negative class is ignored; for heads of numbers [steps, width].
   * Absent for `ctc`, whose targets are inputs.
   */
  readonly targets?: ArrayLike<number>;
  /** [steps] the weight of each step's loss. Default 1 each; for `ctc`, whose loss is the sequence's, 1 at the last step. */
  readonly weights?: ArrayLike<number>;
  /** The sequence for the encoder, if the network has one. */
  readonly source?: Pick<Example, "steps" | "inputs">;
}

/**
 * An example as training sees it in one pass over the data, such as with some of its symbols unknown; of the same steps and
 * inputs. `uniform` draws from [0, 1), the same numbers whenever the same pass of the same run is made.
 */
export type Variation = (example: Example, uniform: () => number) => Example;

/**
 * A sequence of symbols as an example for the input of that name: the target of each step is the next symbol, so there is
 * one step less than there are symbols. Throws for fewer than two symbols.
 */
export function nextSymbols(symbols: ArrayLike<number>, input: string): Example {
  const ids = Int32Array.from(symbols);
  if (ids.length < 2) {
    throw new Error(`sequences: expected 2 symbols or more, got ${ids.length}; leave the sequence out`);
  }
  return { steps: ids.length - 1, inputs: { [input]: ids.subarray(0, -1) }, targets: ids.subarray(1) };
}
