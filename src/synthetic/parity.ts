// Parity and temporal XOR, which require a bit of memory at every step.
import { nextSymbols } from "../batch/example.ts";
import { choosesTargets } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticExample, SyntheticProblem } from "./problem.ts";

/** Settings of `parity`. */
export interface ParitySettings {
  /** The number of steps is uniform from this, from 1. Default 1. */
  readonly shortest?: number;
  /** To this. Default 40, as in papers on state tracking. */
  readonly longest?: number;
}

/**
 * Parity: x is [steps], random bits; the target at every step is 1 if the number of ones so far is odd. Solved if every
 * prediction is right. Chance: ln 2 nats.
 */
export const parity = ({ shortest = 1, longest = 40 }: ParitySettings = {}): SyntheticProblem => {
  wholeSetting("parity", "shortest", shortest, 1);
  wholeSetting("parity", "longest", longest, shortest);
  return {
    name: "parity",
    about:
      "whether the number of ones so far is odd, at every step; trained to 40 steps, tested on 41 to 500",
    input: { kind: "index", width: 2 },
    head: { kind: "classes", classes: 2 },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const x = Int32Array.from({ length: draws.between(shortest, longest) }, () => draws.between(0, 1));
      let odd = 0;
      return { steps: x.length, inputs: { x }, targets: x.map((bit) => (odd ^= bit)) };
    },
    isSolved: (example, outputs) => choosesTargets(example, outputs, 2),
    chance: { loss: Math.LN2, derivation: "odd or even with equal probability: ln 2" },
  };
};

/**
 * Temporal XOR: x is [length - 1], two random bits, their exclusive or, two random bits, and so on; the target is the next
 * bit. Solved if every third prediction is right. Elman 1990, Cognitive Science 14(2). Chance: ln 2 nats.
 */
export const temporalXor = ({ length = 3000 }: { readonly length?: number } = {}): SyntheticProblem => {
  wholeSetting("temporal-xor", "length", length, 3);
  return {
    name: "temporal-xor",
    about:
      "the next bit, of which every third is the XOR of the two before: Elman 1990, Cognitive Science 14(2)",
    input: { kind: "index", width: 2 },
    head: { kind: "classes", classes: 2 },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const bits = new Int32Array(length);
      for (let i = 0; i < length; i++)
        bits[i] = i % 3 === 2 ? bits[i - 2]! ^ bits[i - 1]! : draws.between(0, 1);
      return nextSymbols(bits, "x") as SyntheticExample;
    },
    isSolved(example, outputs) {
      const targets = Int32Array.from(example.targets, (bit, step) => (step % 3 === 1 ? bit : -1));
      return choosesTargets({ ...example, targets }, outputs, 2);
    },
    chance: {
      loss: Math.LN2,
      derivation: "0 or 1 with equal probability: ln 2; with memory, two thirds of it",
    },
  };
};
