// Parity and temporal XOR: one bit of memory, needed at every step. Knows no network.
import { nextSymbols } from "../batch/example.ts";
import { choosesTargets } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticExample, SyntheticTask } from "./problem.ts";

export interface ParitySettings {
  /** Steps, each number from `shortest` to `longest` as likely; default 1 to 40, what state tracking is trained on. */
  readonly shortest?: number;
  readonly longest?: number;
}

/** Random bits; the target at every step is whether the ones so far are odd in number. */
export const parity = ({ shortest = 1, longest = 40 }: ParitySettings = {}): SyntheticTask => {
  wholeSetting("parity", "shortest", shortest, 1);
  wholeSetting("parity", "longest", longest, shortest);
  return {
    name: "parity",
    about:
      "whether the ones so far are odd in number, at every step; trained to 40 steps, tested on 41 to 500",
    input: { kind: "index", width: 2 },
    head: { kind: "classes", classes: 2 },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const x = Int32Array.from({ length: draws.between(shortest, longest) }, () => draws.between(0, 1));
      let odd = 0;
      return { steps: x.length, inputs: { x }, targets: x.map((bit) => (odd ^= bit)) };
    },
    isSolved: (example, outputs) => choosesTargets(example, outputs, 2),
    chance: { loss: Math.LN2, why: "odd or even, each as likely: ln 2" },
  };
};

/** Two random bits, then their exclusive or, and so on; the next bit is predicted. Solved by every third. */
export const temporalXor = ({ length = 3000 }: { readonly length?: number } = {}): SyntheticTask => {
  wholeSetting("temporal-xor", "length", length, 3);
  return {
    name: "temporal-xor",
    about: "the next bit, of which every third is the XOR of two before: Elman 1990, Cognitive Science 14(2)",
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
    chance: { loss: Math.LN2, why: "0 or 1, each as likely: ln 2; with memory, two thirds of it" },
  };
};
