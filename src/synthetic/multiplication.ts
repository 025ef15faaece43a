// The multiplication problem: the product of the two marked numbers of a sequence. Unlike the adding problem, it cannot be
// solved by accumulating in a memory cell.
import { answerAtEnd, firstPairMarked, markedPairs, type MarkedPairsSettings } from "./adding.ts";
import { numbersWithin } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticProblem } from "./problem.ts";

/**
 * The multiplication problem: numbers in [0, 1), see `markedPairs`; the target at the last step is X1 · X2. Solved by an
 * error below 0.04. Hochreiter & Schmidhuber 1997, Neural Computation 9(8), experiment 5. Chance: a squared error of about
 * 7/144.
 */
export const multiplication = ({ length = 100 }: MarkedPairsSettings = {}): SyntheticProblem => {
  wholeSetting("multiplication", "length", length, 20);
  const alone = firstPairMarked(length); // the product is then one number
  const mean = (1 - alone) / 4 + alone / 2;
  return {
    name: "multiplication",
    about:
      "the product of two marked numbers: Hochreiter & Schmidhuber 1997, Neural Computation 9(8), experiment 5",
    input: { kind: "dense", width: 2 },
    head: { kind: "squared-error", width: 1 },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const { steps, x, first, second } = markedPairs(length, draws, () => draws.uniform(), 1);
      return answerAtEnd(steps, x, first * second);
    },
    isSolved: (example, outputs) => numbersWithin(0.04, example, outputs, 1),
    chance: {
      loss: (1 - alone) / 9 + alone / 3 - mean ** 2,
      derivation:
        "always the mean: a product has a mean of 1/4 and a mean square of 1/9, or 1/2 and 1/3 where the first pair " +
        "is marked and its number is taken to be 1",
    },
  };
};
