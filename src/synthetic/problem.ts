// What a synthetic task is: a seeded stream of examples, the head that its targets are meant for, and when the paper
// that set it counts an example as solved. Plain data; knows no network and trains nothing.
import type { Example } from "../batch/example.ts";

export interface SyntheticExample extends Example {
  /** The input "x", see `SyntheticTask.input`: [steps] of an index, [steps, width] of numbers. */
  readonly inputs: { readonly x: ArrayLike<number> };
  readonly targets: ArrayLike<number>;
  /** The targets before noise was added, where the criterion is about those; shaped as `targets`. */
  readonly noiseless?: ArrayLike<number>;
}

export interface SyntheticTask {
  readonly name: string;
  /** One line: what it asks, and the paper with its version. */
  readonly about: string;
  /** Of the input "x": symbols below `width`, or `width` numbers a step. */
  readonly input: { readonly kind: "index" | "dense"; readonly width: number };
  /** A softmax over classes, or a loss of `cells/losses.ts` with that many outputs. */
  readonly head:
    | { readonly kind: "classes"; readonly classes: number }
    | { readonly kind: "squared-error" | "sigmoids"; readonly width: number };
  /**
   * Example number `index` of the stream with this seed: a pure function of both, so parts for training and testing
   * are other seeds or other ranges of the index. Throws unless both are whole numbers, the index from 0.
   */
  example(seed: number, index: number): SyntheticExample;
  /**
   * Whether an example is solved by the paper's criterion. `outputs` are the head's, [steps, width] with the steps of
   * the example: logits for classes and sigmoids. Throws where their number is another.
   */
  isSolved(example: SyntheticExample, outputs: ArrayLike<number>): boolean;
  /** What the best predictor reaches that remembers nothing. */
  readonly chance: Chance;
}

export interface Chance {
  /** The head's loss in nats or squared units: the weighted sum over steps and examples, by the sum of the weights. */
  readonly loss: number;
  /** Which predictor that is, and the arithmetic. */
  readonly why: string;
}
