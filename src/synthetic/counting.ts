// The languages a^n b^n and a^n b^n c^n: at each step a network predicts the set of legal next symbols, which requires
// counting.
import { setsAgree } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticProblem } from "./problem.ts";

/** Settings of `aNbN` and `aNbNcN`. */
export interface CountingSettings {
  /** n is uniform from this, from 1. Default 1. */
  readonly minCount?: number;
  /** To this. Default 10. */
  readonly maxCount?: number;
}

/**
 * a^n b^n: x is [2n + 1], the start S (id 0), a (1) and b (2); the targets are [2n + 1, 3], 1 for each of a, b and the end T
 * that is legal next. Solved if all sets are right. Gers & Schmidhuber 2001, IEEE Transactions on Neural Networks 12(6).
 * Chance: the entropies of the outputs' shares.
 */
export const aNbN = (settings: CountingSettings = {}): SyntheticProblem => counting("a^n b^n", 2, settings);

/** a^n b^n c^n: as `aNbN`, with c (id 3) as a further input and output; x is [3n + 1], the targets are [3n + 1, 4]. */
export const aNbNcN = (settings: CountingSettings = {}): SyntheticProblem =>
  counting("a^n b^n c^n", 3, settings);

function counting(
  language: string,
  letters: number,
  { minCount = 1, maxCount = 10 }: CountingSettings,
): SyntheticProblem {
  const name = language.replaceAll("^", "").replaceAll(" ", "-");
  wholeSetting(name, "minCount", minCount, 1);
  wholeSetting(name, "maxCount", maxCount, minCount);
  const width = letters + 1;
  const mean = (minCount + maxCount) / 2;
  const steps = letters * mean + 1;
  // In a string of n: a is legal after S and after each a, b after each a and each b but the last, the others n times.
  const legal = [mean + 1, 2 * mean - 1, ...Array.from({ length: letters - 2 }, () => mean), 1];
  return {
    name,
    about: `all legal next symbols of ${language}: Gers & Schmidhuber 2001, IEEE Transactions on Neural Networks 12(6)`,
    input: { kind: "index", width },
    head: { kind: "sigmoids", width },
    example(seed, index) {
      const n = drawsOf(seed, index).between(minCount, maxCount);
      const x = Int32Array.from({ length: letters * n + 1 }, (_, i) => Math.ceil(i / n));
      const targets = new Float64Array(x.length * width);
      x.forEach((id, step) => {
        const isLastOfRun = id > 0 && step === id * n;
        // An a may follow S and any a; the last letter of any other run is followed by the next letter only.
        if (id <= 1) targets[step * width] = 1;
        if (id === 1) targets[step * width + 1] = 1;
        if (id > 1) targets[step * width + (isLastOfRun ? id : id - 1)] = 1;
      });
      return { steps: x.length, inputs: { x }, targets };
    },
    isSolved: (example, outputs) => setsAgree(example, outputs, width),
    chance: {
      loss: legal.reduce((sum, count) => sum + binaryEntropy(count / steps), 0),
      derivation: `the share of steps at which each output is legal: of ${steps} on average, ${legal.join(", ")}`,
    },
  };
}

/** The entropy, in nats, of an event with probability `p`. */
export function binaryEntropy(p: number): number {
  const part = (q: number): number => (q > 0 ? -q * Math.log(q) : 0);
  return part(p) + part(1 - p);
}
