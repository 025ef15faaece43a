// Dyck languages: balanced strings of k kinds of brackets, uniform among those of a length. At each step a network predicts
// the set of legal next symbols, which requires a stack.
import { binaryEntropy } from "./counting.ts";
import { setsAgree } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticProblem } from "./problem.ts";

/** Settings of `dyck`. */
export interface DyckSettings {
  /** Kinds of brackets, k. Default 2. */
  readonly kinds?: number;
  /** The number of pairs is uniform from this, from 1. Default 1. */
  readonly minPairs?: number;
  /** To this. Default 20. */
  readonly maxPairs?: number;
}

/**
 * A Dyck language: x is [2 · pairs + 1], the start (id 2k), opening brackets (below k) and closing ones (from k); the
 * targets are [2 · pairs + 1, 2k + 1], 1 for each bracket, and for the end (2k), that is legal next. Solved if all sets are
 * right. Suzgun et al. 2019, arXiv:1911.03329v1. Chance: the entropies of the outputs' shares.
 */
export const dyck = ({ kinds = 2, minPairs = 1, maxPairs = 20 }: DyckSettings = {}): SyntheticProblem => {
  wholeSetting("dyck", "kinds", kinds, 1);
  wholeSetting("dyck", "minPairs", minPairs, 1);
  wholeSetting("dyck", "maxPairs", maxPairs, minPairs);
  const width = 2 * kinds + 1;
  const end = 2 * kinds;
  const endShare = shareAtDepth0(minPairs, maxPairs);
  return {
    name: `dyck-${kinds}`,
    about: `the legal next symbols of balanced brackets of ${kinds} kinds: Suzgun et al. 2019, arXiv:1911.03329v1`,
    input: { kind: "index", width },
    head: { kind: "sigmoids", width },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const pairs = draws.between(minPairs, maxPairs);
      const steps = 2 * pairs + 1;
      const x = new Int32Array(steps).fill(end, 0, 1);
      const targets = new Float64Array(steps * width);
      const open: number[] = [];
      for (let step = 0; step < steps; step++) {
        if (step > 0) {
          const [left, depth] = [steps - step, open.length];
          // The share of strings that continue with an opening bracket: paths from this depth to 0 in `left` steps,
          // counted by the ballot theorem.
          const opens = draws.uniform() < ((depth + 2) * (left - depth)) / (2 * left * (depth + 1));
          if (opens) open.push(draws.between(0, kinds - 1));
          x[step] = opens ? open.at(-1)! : kinds + open.pop()!;
        }
        const latest = open.at(-1);
        targets.fill(1, step * width, step * width + kinds);
        targets[step * width + (latest === undefined ? end : kinds + latest)] = 1;
      }
      return { steps, inputs: { x }, targets };
    },
    isSolved: (example, outputs) => setsAgree(example, outputs, width),
    chance: {
      loss: binaryEntropy(endShare) + kinds * binaryEntropy((1 - endShare) / kinds),
      derivation:
        "the share of steps at which each output is legal: opening brackets always, the end at " +
        `${endShare.toPrecision(4)} of them (1 + 3n / (n + 2) of 2n + 1 for n pairs), a closing one at the others`,
    },
  };
};

/** The share of steps at depth 0, as a path of 2n steps returns to 0 on average 3n / (n + 2) times. */
function shareAtDepth0(minPairs: number, maxPairs: number): number {
  let [ends, steps] = [0, 0];
  for (let n = minPairs; n <= maxPairs; n++) {
    ends += 1 + (3 * n) / (n + 2);
    steps += 2 * n + 1;
  }
  return ends / steps;
}
