// Noise-free sequences with long lags: the last symbol repeats one from the beginning, with distractors between. Three
// versions of Hochreiter & Schmidhuber 1997, Neural Computation 9(8), experiment 2.
import { nextSymbols } from "../batch/example.ts";
import { probabilitiesWithin } from "./criteria.ts";
import { drawsOf, type Draws } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import { classAtEnd } from "./temporal-order.ts";
import type { SyntheticExample, SyntheticTask } from "./problem.ts";

const source = "Hochreiter & Schmidhuber 1997, Neural Computation 9(8), experiment";

export interface LongLagSettings {
  /** Predictions of a sequence, p; it has p + 1 symbols. From 2; default 100. */
  readonly lag?: number;
}

/**
 * (y, a1, … a(p-1), y) and (x, a1, … a(p-1), x): every next symbol is predicted, and solved are those whose
 * probabilities are all less than 0.25 off. Ids: a1 is 0, x is p - 1, y is p.
 */
export const longLag2a = ({ lag = 100 }: LongLagSettings = {}): SyntheticTask =>
  repeated("long-lag-2a", "2a", lag, (_, i) => i);

/** As 2a with random symbols between, so that only the last can be known; solved by that one. */
export const longLag2b = ({ lag = 100 }: LongLagSettings = {}): SyntheticTask =>
  repeated("long-lag-2b", "2b", lag, (draws) => draws.between(0, lag - 2));

function repeated(
  name: string,
  version: "2a" | "2b",
  lag: number,
  between: (draws: Draws, i: number) => number,
): SyntheticTask {
  wholeSetting(name, "lag", lag, 2);
  const classes = lag + 1;
  return {
    name,
    about: `predicts a sequence whose last symbol is its first, ${lag} steps before: ${source} ${version}`,
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
      why: "the shares of the symbols: one of p - 1 in all predictions but one, then x or y: ln p + (ln 2) / p",
    },
  };
}

function onlyLast(example: SyntheticExample): SyntheticExample {
  const { steps, targets } = example;
  return { ...example, targets: Int32Array.from(targets, (id, step) => (step < steps - 1 ? -1 : id)) };
}

export interface LongLag2cSettings {
  /** Distractors between at the least, q; default 50. */
  readonly lag?: number;
  /** Different distractors, p; default 50. */
  readonly distractors?: number;
}

/**
 * b, x or y, q + k random distractors, e, and x or y again, which alone is predicted; k distractors more with
 * probability 0.1 · 0.9^k. Solved where all probabilities are less than 0.2 off. Ids: distractors, then b, e, x, y.
 */
export const longLag2c = ({ lag = 50, distractors = 50 }: LongLag2cSettings = {}): SyntheticTask => {
  wholeSetting("long-lag-2c", "lag", lag, 1);
  const begin = wholeSetting("long-lag-2c", "distractors", distractors, 1);
  const classes = distractors + 4;
  return {
    name: "long-lag-2c",
    about: `after ${lag} distractors or more, which of two symbols came first: ${source} 2c`,
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
    chance: { loss: Math.LN2, why: "x or y, each as likely: ln 2" },
  };
};
