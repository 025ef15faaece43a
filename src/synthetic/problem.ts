// A synthetic problem: a seeded stream of examples, the head for its targets, and the paper's criterion for a solved
// example. Plain data; trains nothing.
import type { Example } from "../batch/example.ts";

/** An example of a synthetic problem, which has one input. */
export interface SyntheticExample extends Example {
  /** The input "x", see `SyntheticProblem.input`: [steps] of an index, [steps, width] of numbers. */
  readonly inputs: { readonly x: ArrayLike<number> };
  readonly targets: ArrayLike<number>;
  /** The targets without noise, shaped as `targets`; absent unless the criterion compares with them. */
  readonly noiseless?: ArrayLike<number>;
}

/** A benchmark problem of a paper. */
export interface SyntheticProblem {
  readonly name: string;
  /** One line: the question, and the paper with its version. */
  readonly about: string;
  /** The input "x": a symbol below `width`, or `width` numbers, per step. */
  readonly input: { readonly kind: "index" | "dense"; readonly width: number };
  /** The head that the targets are for, see `Head` in `model/head.ts`. */
  readonly head:
    | { readonly kind: "classes"; readonly classes: number }
    | { readonly kind: "squared-error" | "sigmoids"; readonly width: number };
  /**
   * Example number `index` of the stream with this seed: a pure function of both, so training and test sets are other seeds
   * or other ranges of the index. Throws unless both are whole numbers and the index is 0 or more.
   */
  example(seed: number, index: number): SyntheticExample;
  /**
   * True if the example is solved by the paper's criterion. `outputs` are the head's at every step, [steps, width]: logits
   * for classes and sigmoids. Throws for another number of outputs.
   */
  isSolved(example: SyntheticExample, outputs: ArrayLike<number>): boolean;
  /** The loss of the best predictor without memory. */
  readonly chance: Chance;
}

/** The loss that a network reaches without memory. */
export interface Chance {
  /** The head's loss, in nats or squared units: the weighted sum over steps and examples divided by the sum of the weights. */
  readonly loss: number;
  /** The predictor, and the arithmetic. */
  readonly derivation: string;
}
