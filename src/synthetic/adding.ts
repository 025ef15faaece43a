// The adding problem: the sum of the two marked numbers of a sequence, in two versions: with a fixed length, and as
// published in 1997, whose sequences are shared with `multiplication.ts`.
import { numbersWithin } from "./criteria.ts";
import { drawsOf, type Draws } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticExample, SyntheticProblem } from "./problem.ts";

/** Settings of `adding`. */
export interface AddingSettings {
  /** Steps, T; default 100. */
  readonly length?: number;
  /** One mark in each half (Arjovsky et al. 2016), or at any two steps (the TCN code of Bai et al. 2018). Default halves. */
  readonly marks?: "halves" | "anywhere";
}

/**
 * The adding problem with a fixed length T: x is [T, 2], a number in [0, 1) and a mark; the target at the last step is
 * X1 + X2. Solved by an error below 0.04. Le et al. 2015, arXiv:1504.00941v2. Chance: a squared error of 1/6.
 */
export const adding = ({ length = 100, marks = "halves" }: AddingSettings = {}): SyntheticProblem => {
  wholeSetting("adding", "length", length, 2);
  const half = Math.floor(length / 2);
  return {
    name: "adding",
    about:
      "the sum of two marked numbers: Le et al. 2015, arXiv:1504.00941v2; marks as in Arjovsky et al. 2016 (ICML)",
    input: { kind: "dense", width: 2 },
    head: { kind: "squared-error", width: 1 },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const values = Float64Array.from({ length }, () => draws.uniform());
      const first = draws.between(0, (marks === "halves" ? half : length) - 1);
      let second = marks === "halves" ? draws.between(half, length - 1) : draws.between(0, length - 2);
      if (marks === "anywhere" && second >= first) second++;
      const x = new Float64Array(2 * length);
      values.forEach((value, step) => (x[2 * step] = value));
      x[2 * first + 1] = 1;
      x[2 * second + 1] = 1;
      return answerAtEnd(length, x, values[first]! + values[second]!);
    },
    isSolved: (example, outputs) => numbersWithin(0.04, example, outputs, 1),
    chance: {
      loss: 1 / 6,
      derivation: "always 1, the mean: two numbers from [0, 1) have a variance of 1/12 each",
    },
  };
};

/** Settings of `adding1997` and `multiplication`. */
export interface MarkedPairsSettings {
  /** The minimum length, T, from 20; sequences have up to a tenth more. Default 100. */
  readonly length?: number;
}

/**
 * The adding problem of Hochreiter & Schmidhuber 1997, Neural Computation 9(8), experiment 4: numbers in [-1, 1), see
 * `markedPairs`; the target at the last step is 0.5 + (X1 + X2) / 4. Solved by an error below 0.04. Chance: a squared
 * error of about 1/24.
 */
export const adding1997 = ({ length = 100 }: MarkedPairsSettings = {}): SyntheticProblem => {
  wholeSetting("adding-1997", "length", length, 20);
  const unknown = firstPairMarked(length);
  return {
    name: "adding-1997",
    about:
      "the sum of two marked numbers: Hochreiter & Schmidhuber 1997, Neural Computation 9(8), experiment 4",
    input: { kind: "dense", width: 2 },
    head: { kind: "squared-error", width: 1 },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const pairs = markedPairs(length, draws, () => 2 * draws.uniform() - 1, 0);
      return answerAtEnd(pairs.steps, pairs.x, 0.5 + (pairs.first + pairs.second) / 4);
    },
    isSolved: (example, outputs) => numbersWithin(0.04, example, outputs, 1),
    chance: {
      loss: (2 - unknown) / 48,
      derivation:
        "always 0.5, the mean: (X1 + X2) / 4 has a variance of (1/3 + 1/3) / 16 = 1/24, and less where the first " +
        "pair is marked and its number is taken to be 0",
    },
  };
};

/** The probability that one of the two marks of `markedPairs` is on the first pair. */
export function firstPairMarked(length: number): number {
  return 1 / 10 + 9 / 10 / (Math.floor(length / 2) - 1);
}

/**
 * The sequences of Hochreiter & Schmidhuber's experiments 4 and 5: x is [steps, 2], a number and a marker. The first mark
 * is on one of the first 10 pairs, the second on another of the first T/2. The first and the last pair always have the
 * marker -1, so a number marked there cannot be known, and `unknown` takes its place.
 */
export function markedPairs(
  length: number,
  draws: Draws,
  value: () => number,
  unknown: number,
): { readonly steps: number; readonly x: Float64Array; readonly first: number; readonly second: number } {
  const steps = draws.between(length, length + Math.floor(length / 10));
  const x = new Float64Array(2 * steps);
  for (let step = 0; step < steps; step++) x[2 * step] = value();
  const first = draws.between(0, 9);
  const left = draws.between(0, Math.floor(length / 2) - 2);
  const second = left >= first ? left + 1 : left;
  x[2 * first + 1] = x[2 * second + 1] = 1;
  x[1] = x[2 * steps - 1] = -1;
  const known = (step: number): number => (step === 0 ? unknown : x[2 * step]!);
  return { steps, x, first: known(first), second: known(second) };
}

/** An example with a single target number, at its last step; the other steps have weight 0. */
export function answerAtEnd(steps: number, x: Float64Array, answer: number): SyntheticExample {
  const targets = new Float64Array(steps);
  const weights = new Float64Array(steps);
  targets[steps - 1] = answer;
  weights[steps - 1] = 1;
  return { steps, inputs: { x }, targets, weights };
}
