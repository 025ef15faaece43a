// The two-sequence problem: the first numbers tell one of two classes, and noise follows. Hochreiter & Schmidhuber 1997,
// Neural Computation 9(8), experiment 3, after Bengio et al. 1994; random weights solve 3a faster than any learning.
import { answerAtEnd } from "./adding.ts";
import { numbersWithin } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticTask } from "./problem.ts";

export interface TwoSequenceSettings {
  /** The least length, T; sequences have up to a tenth more. From 1; default 100. */
  readonly length?: number;
  /** Numbers that tell the class, N, at most T; default 3. */
  readonly telling?: number;
}

/** 1 or -1 N times, then noise; target 1 or 0 at the end. Solved where it is less than 0.2 off. */
export const twoSequence3a = (settings: TwoSequenceSettings = {}): SyntheticTask =>
  twoSequence("3a", settings, { noiseAtStart: false, answers: [1, 0], targetVariance: 0, limit: 0.2 });

/** As 3a, with noise on the numbers that tell the class as well. */
export const twoSequence3b = (settings: TwoSequenceSettings = {}): SyntheticTask =>
  twoSequence("3b", settings, { noiseAtStart: true, answers: [1, 0], targetVariance: 0, limit: 0.2 });

/** As 3b, with targets 0.2 and 0.8 and noise on them, of variance 0.1; solved less than 0.1 off the targets without. */
export const twoSequence3c = (settings: TwoSequenceSettings = {}): SyntheticTask =>
  twoSequence("3c", settings, { noiseAtStart: true, answers: [0.2, 0.8], targetVariance: 0.1, limit: 0.1 });

interface Version {
  readonly noiseAtStart: boolean;
  /** Of the classes that begin with 1 and with -1. */
  readonly answers: readonly [number, number];
  readonly targetVariance: number;
  readonly limit: number;
}

function twoSequence(
  experiment: string,
  { length = 100, telling = 3 }: TwoSequenceSettings,
  { noiseAtStart, answers, targetVariance, limit }: Version,
): SyntheticTask {
  const name = `two-sequence-${experiment}`;
  wholeSetting(name, "length", length, 1);
  wholeSetting(name, "telling", telling, 1, length);
  const [deviation, targetDeviation] = [Math.sqrt(0.2), Math.sqrt(targetVariance)];
  return {
    name,
    about: `which of two classes the first numbers told, before noise: Hochreiter & Schmidhuber 1997, experiment ${experiment}`,
    input: { kind: "dense", width: 1 },
    head: { kind: "squared-error", width: 1 },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const steps = draws.between(length, length + Math.floor(length / 10));
      const isFirst = draws.coin();
      const x = Float64Array.from({ length: steps }, (_, step) => {
        const tells = step < telling;
        const noise = tells && !noiseAtStart ? 0 : deviation * draws.normal();
        return (tells ? (isFirst ? 1 : -1) : 0) + noise;
      });
      const answer = isFirst ? answers[0] : answers[1];
      if (targetVariance === 0) return answerAtEnd(steps, x, answer);
      const noisy = answerAtEnd(steps, x, answer + targetDeviation * draws.normal());
      return { ...noisy, noiseless: answerAtEnd(steps, x, answer).targets };
    },
    isSolved: (example, outputs) => numbersWithin(limit, example, outputs, 1),
    chance: {
      loss: ((answers[0] - answers[1]) / 2) ** 2 + targetVariance,
      why: "always the mean of the two targets: half their distance squared, and the variance of the noise on them",
    },
  };
}
