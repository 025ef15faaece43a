// Noise-free sequences with long lags: the last symbol repeats one from the beginning, after distractors. The three
// versions of Hochreiter & Schmidhuber 1997, Neural Computation 9(8), experiment 2.
import { nextSymbols } from "../batch/example.ts";
import { probabilitiesWithin } from "./criteria.ts";
import { drawsOf, type Draws } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import { classAtEnd } from "./temporal-order.ts";
import type { SyntheticExample, SyntheticProblem } from "./problem.ts";

const paper = "Hochreiter & Schmidhuber 1997, Neural Computation 9(8), experiment";

/** Settings of `longLag2a` and `longLag2b`. */
export interface LongLagSettings {
  /** Predictions per sequence, p, from 2; it has p + 1 symbols. Default 100. */
  readonly lag?: number;
}

/**
 * (y, a1, … a(p-1), y) or (x, a1, … a(p-1), x): x is [p], the targets are the next symbols [p]. Solved by errors of all
 * probabilities below 0.25. Ids: a1 is 0, x is p - 1, y is p. Experiment 2a. Chance: ln p + (ln 2) / p nats.
 */
export const longLag2a = ({ lag = 100 }: LongLagSettings = {}): SyntheticProblem =>
  repeated("long-lag-2a", "2a", lag, (_, i) => i);

/** As 2a with random symbols in between, so that only the last can be known, which decides. Experiment 2b. */
export const longLag2b = ({ lag = 100 }: LongLagSettings = {}): SyntheticProblem =>
  repeated("long-lag-2b", "2b", lag, (draws) => draws.between(0, lag - 2));

function repeated(
  name: string,
  version: "2a" | "2b",
  lag: number,
  between: (draws: Draws, i: number) => number,
): SyntheticProblem {
  wholeSetting(name, "lag", lag, 2);
  const classes = lag + 1;
  return {
    name,
    about: `predicts a sequence whose last symbol repeats its first, ${lag} steps earlier: ${paper} ${version}`,
    input: { kind: "index", width: classes },
    head: { kind: "classes", classes },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const ends = draws.between(lag - 1, lag);
      const middle = Array.from({ length: lag - 1 }, (_, i) => between(draws, i));
      return nextSymbols([ends, ...middle, ends], "x") as SyntheticExample;
    },
    isSolved: (example, outputs) =>
      probabilitiesWithin(0.25, version === "2a" ? example : onlyLast(example), outputs, classes),
    chance: {
      loss: Math.log(lag) + Math.LN2 / lag,
      derivation:
        "the shares of the symbols: one of p - 1 in all predictions but the last, which is x or y: ln p + (ln 2) / p",
    },
  };
}

function onlyLast(example: SyntheticExample): SyntheticExample {
  const { steps, targets } = example;
  return { ...example, targets: Int32Array.from(targets, (id, step) => (step < steps - 1 ? -1 : id)) };
}

/** Settings of `longLag2c`. */
export interface LongLag2cSettings {
  /** The minimum number of distractors, q. Default 50. */
  readonly lag?: number;
  /** The number of different distractors, p. Default 50. */
  readonly distractors?: number;
}

/**
 * b, then x or y, q + k random distractors with k geometric (probability 0.1 · 0.9^k), then e: x is [q + k + 3], the target
 * at the last step is the same of x and y. Solved by errors of all probabilities below 0.2. Ids: distractors, then b, e, x,
 * y. Experiment 2c. Chance: ln 2 nats.
 */
export const longLag2c = ({ lag = 50, distractors = 50 }: LongLag2cSettings = {}): SyntheticProblem => {
  wholeSetting("long-lag-2c", "lag", lag, 1);
  const begin = wholeSetting("long-lag-2c", "distractors", distractors, 1);
  const classes = distractors + 4;
  return {
    name: "long-lag-2c",
    about: `the first of two symbols, after ${lag} distractors or more: ${paper} 2c`,
    input: { kind: "index", width: classes },
    head: { kind: "classes", classes },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const which = draws.between(begin + 2, begin + 3);
      const symbols = [begin, which];
      for (let i = 0; i < lag || draws.between(1, 10) > 1; i++)
        symbols.push(draws.between(0, distractors - 1));
      symbols.push(begin + 1);
      return classAtEnd(Int32Array.from(symbols), which);
    },
    isSolved: (example, outputs) => probabilitiesWithin(0.2, example, outputs, classes),
    chance: { loss: Math.LN2, derivation: "x or y with equal probability: ln 2" },
  };
};
