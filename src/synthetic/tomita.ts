// Tomita's seven regular languages over 0 and 1: does a string belong to the language? Tomita 1982 (Proceedings of the
// Fourth Annual Conference of the Cognitive Science Society).
import { binaryEntropy } from "./counting.ts";
import { choosesTargets } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import { classAtEnd } from "./temporal-order.ts";
import type { SyntheticProblem } from "./problem.ts";

/** Settings of `tomita1` to `tomita7`. */
export interface TomitaSettings {
  /** The number of bits is uniform from this. Default 1. */
  readonly shortest?: number;
  /** To this, at most 1000. Default 20. */
  readonly longest?: number;
}

/** Only ones. Shapes, criterion and chance of all seven: see `tomita`. */
export const tomita1 = (settings: TomitaSettings = {}): SyntheticProblem => tomita(1, settings);
/** 10 repeated. */
export const tomita2 = (settings: TomitaSettings = {}): SyntheticProblem => tomita(2, settings);
/** No odd run of ones is followed by an odd run of zeros. */
export const tomita3 = (settings: TomitaSettings = {}): SyntheticProblem => tomita(3, settings);
/** No three zeros in a row. */
export const tomita4 = (settings: TomitaSettings = {}): SyntheticProblem => tomita(4, settings);
/** Even numbers of zeros and of ones. */
export const tomita5 = (settings: TomitaSettings = {}): SyntheticProblem => tomita(5, settings);
/** The number of zeros minus the number of ones is a multiple of three. */
export const tomita6 = (settings: TomitaSettings = {}): SyntheticProblem => tomita(6, settings);
/** Zeros, ones, zeros, ones: runs of any length, 0 included. */
export const tomita7 = (settings: TomitaSettings = {}): SyntheticProblem => tomita(7, settings);

interface Automaton {
  readonly about: string;
  /** For each state, the states after a 0 and after a 1. Strings begin in state 0. */
  readonly next: readonly (readonly [number, number])[];
  /** The accepting states. */
  readonly accepts: readonly number[];
}

// prettier-ignore
const automata: readonly Automaton[] = [
  { about: "1*", accepts: [0], next: [[1, 0], [1, 1]] },
  { about: "(10)*", accepts: [0], next: [[2, 1], [0, 2], [2, 2]] },
  { about: "no odd run of ones before an odd run of zeros", accepts: [0, 1, 3],
    next: [[0, 1], [2, 0], [3, 4], [2, 1], [4, 4]] },
  { about: "no 000", accepts: [0, 1, 2], next: [[1, 0], [2, 0], [3, 0], [3, 3]] },
  { about: "even numbers of zeros and of ones", accepts: [0], next: [[1, 2], [0, 3], [3, 0], [2, 1]] },
  { about: "zeros minus ones a multiple of three", accepts: [0], next: [[1, 2], [2, 0], [0, 1]] },
  { about: "0*1*0*1*", accepts: [0, 1, 2, 3], next: [[0, 1], [2, 1], [2, 3], [4, 3], [4, 4]] },
];

/**
 * x is [bits + 1], the bits and an end (id 2); the target at the end is 1 if the string belongs to the language. The length
 * is drawn first, then the class with equal probabilities (if strings of that length have both), then a string of the
 * class, uniformly. Solved if the prediction is right. Chance: the entropy of the classes, ln 2 nats if every length has
 * both.
 */
function tomita(number: number, { shortest = 1, longest = 20 }: TomitaSettings): SyntheticProblem {
  const name = `tomita-${number}`;
  wholeSetting(name, "shortest", shortest, 0);
  wholeSetting(name, "longest", longest, shortest, 1000); // shares of longer strings underflow
  const automaton = automata[number - 1]!;
  const shares = acceptedShares(automaton, longest);
  let total = 0; // over lengths
  for (let length = shortest; length <= longest; length++) total += classShare(shares[length]![0]!);
  const share = total / (longest - shortest + 1);
  return {
    name,
    about: `whether bits belong to a regular language, ${automaton.about}: Tomita 1982, number ${number}`,
    input: { kind: "index", width: 3 },
    head: { kind: "classes", classes: 2 },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const length = draws.between(shortest, longest);
      const answer = draws.uniform() < classShare(shares[length]![0]!) ? 1 : 0;
      const x = new Int32Array(length + 1).fill(2);
      for (let step = 0, state = 0; step < length; step++) {
        const [zero, one] = automaton.next[state]!.map((next) => {
          const accepted = shares[length - step - 1]![next]!;
          return answer === 1 ? accepted : 1 - accepted;
        }) as [number, number];
        const bit = draws.uniform() * (zero + one) < one ? 1 : 0;
        x[step] = bit;
        state = automaton.next[state]![bit];
      }
      return classAtEnd(x, answer);
    },
    isSolved: (example, outputs) => choosesTargets(example, outputs, 2),
    chance: {
      loss: binaryEntropy(share),
      derivation: `the share of strings that belong, ${+share.toFixed(4)}: half of those whose length has both classes`,
    },
  };
}

/** The probability that an example belongs, given the share of all strings of its length that do. */
function classShare(accepted: number): number {
  return accepted === 0 || accepted === 1 ? accepted : 0.5;
}

/** [longest + 1][states] the share of all strings of a length that lead from a state to an accepting one. */
function acceptedShares({ next, accepts }: Automaton, longest: number): number[][] {
  const shares = [next.map((_, state) => (accepts.includes(state) ? 1 : 0) as number)];
  for (let length = 1; length <= longest; length++) {
    const before = shares[length - 1]!;
    shares.push(next.map(([zero, one]) => (before[zero]! + before[one]!) / 2));
  }
  return shares;
}
