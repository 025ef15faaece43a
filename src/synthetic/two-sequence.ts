// The two-sequence problem: the first numbers determine one of two classes, and noise follows. Hochreiter & Schmidhuber
// 1997, Neural Computation 9(8), experiment 3, after Bengio et al. 1994; guessing weights solves 3a faster than learning.
import { answerAtEnd } from "./adding.ts";
import { numbersWithin } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticProblem } from "./problem.ts";

/** Settings of `twoSequence3a` to `twoSequence3c`. */
export interface TwoSequenceSettings {
  /** The minimum length, T, from 1; sequences have up to a tenth more. Default 100. */
  readonly length?: number;
  /** Numbers that determine the class, N, at most T. Default 3. */
  readonly informative?: number;
}

/**
 * x is [steps, 1], 1 or -1 N times, then noise of variance 0.2; the target at the last step is 1 or 0. Solved by an error
 * below 0.2. Chance: a squared error of 0.25.
 */
export const twoSequence3a = (settings: TwoSequenceSettings = {}): SyntheticProblem =>
  twoSequence("3a", settings, { noiseAtStart: false, answers: [1, 0], targetVariance: 0, limit: 0.2 });

/** As 3a, with noise on the informative numbers as well. */
export const twoSequence3b = (settings: TwoSequenceSettings = {}): SyntheticProblem =>
  twoSequence("3b", settings, { noiseAtStart: true, answers: [1, 0], targetVariance: 0, limit: 0.2 });

/**
 * As 3b, with targets 0.2 and 0.8 and noise of variance 0.1 on them; solved by an error below 0.1 of the targets without
 * noise. Chance: a squared error of 0.19.
 */
export const twoSequence3c = (settings: TwoSequenceSettings = {}): SyntheticProblem =>
  twoSequence("3c", settings, { noiseAtStart: true, answers: [0.2, 0.8], targetVariance: 0.1, limit: 0.1 });

interface Version {
  readonly noiseAtStart: boolean;
  /** The targets of the classes that begin with 1 and with -1. */
  readonly answers: readonly [number, number];
  readonly targetVariance: number;
  readonly limit: number;
}

function twoSequence(
  experiment: string,
  { length = 100, informative = 3 }: TwoSequenceSettings,
  { noiseAtStart, answers, targetVariance, limit }: Version,
): SyntheticProblem {
  const name = `two-sequence-${experiment}`;
  wholeSetting(name, "length", length, 1);
  wholeSetting(name, "informative", informative, 1, length);
  const [deviation, targetDeviation] = [Math.sqrt(0.2), Math.sqrt(targetVariance)];
  return {
    name,
    about: `one of two classes, from the first numbers before noise: Hochreiter & Schmidhuber 1997, experiment ${experiment}`,
    input: { kind: "dense", width: 1 },
    head: { kind: "squared-error", width: 1 },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const steps = draws.between(length, length + Math.floor(length / 10));
      const isFirst = draws.coin();
      const x = Float64Array.from({ length: steps }, (_, step) => {
        const isInformative = step < informative;
        const noise = isInformative && !noiseAtStart ? 0 : deviation * draws.normal();
        return (isInformative ? (isFirst ? 1 : -1) : 0) + noise;
      });
      const answer = isFirst ? answers[0] : answers[1];
      if (targetVariance === 0) return answerAtEnd(steps, x, answer);
      const noisy = answerAtEnd(steps, x, answer + targetDeviation * draws.normal());
      return { ...noisy, noiseless: answerAtEnd(steps, x, answer).targets };
    },
    isSolved: (example, outputs) => numbersWithin(limit, example, outputs, 1),
    chance: {
      loss: ((answers[0] - answers[1]) / 2) ** 2 + targetVariance,
      derivation:
        "always the mean of the two targets: half their distance squared, plus the variance of the noise",
    },
  };
}
