// Tomita's seven regular languages over 0 and 1: whether a string belongs, half of which do. Tomita 1982 (Proceedings of
// the Fourth Annual Conference of the Cognitive Science Society). Knows no network.
import { binaryEntropy } from "./counting.ts";
import { choosesTargets } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import { classAtEnd } from "./temporal-order.ts";
import type { SyntheticTask } from "./problem.ts";

export interface TomitaSettings {
  /** Bits, each number from `shortest` to `longest` as likely; default 1 to 20, at most 1000. */
  readonly shortest?: number;
  readonly longest?: number;
}

/** Only ones. */
export const tomita1 = (settings: TomitaSettings = {}): SyntheticTask => tomita(1, settings);
/** 10 again and again. */
export const tomita2 = (settings: TomitaSettings = {}): SyntheticTask => tomita(2, settings);
/** No run of ones, odd in number, is followed by a run of zeros, odd in number. */
export const tomita3 = (settings: TomitaSettings = {}): SyntheticTask => tomita(3, settings);
/** No three zeros in a row. */
export const tomita4 = (settings: TomitaSettings = {}): SyntheticTask => tomita(4, settings);
/** Zeros and ones are both even in number. */
export const tomita5 = (settings: TomitaSettings = {}): SyntheticTask => tomita(5, settings);
/** Zeros less ones are a multiple of three. */
export const tomita6 = (settings: TomitaSettings = {}): SyntheticTask => tomita(6, settings);
/** Zeros, ones, zeros, ones: runs of any length, 0 included. */
export const tomita7 = (settings: TomitaSettings = {}): SyntheticTask => tomita(7, settings);

interface Automaton {
  readonly about: string;
  /** Of each state, from 0, which is the first: the state after a 0 and after a 1. */
  readonly next: readonly (readonly [number, number])[];
  /** The states whose strings belong. */
  readonly accepts: readonly number[];
}

// prettier-ignore
const automata: readonly Automaton[] = [
  { about: "1*", accepts: [0], next: [[1, 0], [1, 1]] },
  { about: "(10)*", accepts: [0], next: [[2, 1], [0, 2], [2, 2]] },
  { about: "no odd run of ones before an odd run of zeros", accepts: [0, 1, 3],
    next: [[0, 1], [2, 0], [3, 4], [2, 1], [4, 4]] },
  { about: "no 000", accepts: [0, 1, 2], next: [[1, 0], [2, 0], [3, 0], [3, 3]] },
  { about: "zeros and ones even in number", accepts: [0], next: [[1, 2], [0, 3], [3, 0], [2, 1]] },
  { about: "zeros less ones a multiple of three", accepts: [0], next: [[1, 2], [2, 0], [0, 1]] },
  { about: "0*1*0*1*", accepts: [0, 1, 2, 3], next: [[0, 1], [2, 1], [2, 3], [4, 3], [4, 4]] },
];

/**
 * Read are bits and an end (id 2), at which the class is asked for: 1 if the string belongs. The length is drawn first,
 * then the class, each as likely, then a string among all of them; where a length has strings of one class only, that.
 */
function tomita(number: number, { shortest = 1, longest = 20 }: TomitaSettings): SyntheticTask {
  const name = `tomita-${number}`;
  wholeSetting(name, "shortest", shortest, 0);
  wholeSetting(name, "longest", longest, shortest, 1000); // shares of longer strings are below the least number
  const automaton = automata[number - 1]!;
  const shares = acceptedShares(automaton, longest);
  let belonging = 0; // summed over lengths
  for (let length = shortest; length <= longest; length++) belonging += classShare(shares[length]![0]!);
  const share = belonging / (longest - shortest + 1);
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
      why: `how often a string belongs, ${+share.toFixed(4)}: half of those with a length that has both classes`,
    },
  };
}

/** How likely a string is to belong, where this share of its length does. */
function classShare(accepted: number): number {
  return accepted === 0 || accepted === 1 ? accepted : 0.5;
}

/** [longest + 1][states] of all strings of that many bits, the share that ends in a state that accepts, begun there. */
function acceptedShares({ next, accepts }: Automaton, longest: number): number[][] {
  const shares = [next.map((_, state) => (accepts.includes(state) ? 1 : 0) as number)];
  for (let length = 1; length <= longest; length++) {
    const before = shares[length - 1]!;
    shares.push(next.map(([zero, one]) => (before[zero]! + before[one]!) / 2));
  }
  return shares;
}
