// The multiplication problem: of many numbers, the product of the two that are marked. A constant store that can add
// is not enough for it, which is why it was set beside the adding problem.
import { answerAtEnd, firstPairMarked, markedPairs, type MarkedPairsSettings } from "./adding.ts";
import { numbersWithin } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticTask } from "./problem.ts";

/** Numbers from [0, 1), target X1 · X2 at the last step. Solved where it is less than 0.04 off. */
export const multiplication = ({ length = 100 }: MarkedPairsSettings = {}): SyntheticTask => {
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
      why:
        "always the mean: a product has a mean of 1/4 and a mean square of 1/9, and 1/2 and 1/3 where the first pair " +
        "is marked and its number taken for 1",
    },
  };
};
