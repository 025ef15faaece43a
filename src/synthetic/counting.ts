// The languages a^n b^n and a^n b^n c^n: at each step a network names all legal next symbols, which takes counting.
// Knows no network.
import { setsAgree } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticTask } from "./problem.ts";

export interface CountingSettings {
  /** n, each number from `least` to `most` as likely; default 1 to 10. */
  readonly least?: number;
  readonly most?: number;
}

/** Read are S (id 0), a, b; outputs are a, b and the end T, 1 where legal. */
export const aNbN = (settings: CountingSettings = {}): SyntheticTask => counting("a^n b^n", 2, settings);

/** Read are S (id 0), a, b, c; outputs are a, b, c and the end T, 1 where legal. */
export const aNbNcN = (settings: CountingSettings = {}): SyntheticTask =>
  counting("a^n b^n c^n", 3, settings);

function counting(
  language: string,
  letters: number,
  { least = 1, most = 10 }: CountingSettings,
): SyntheticTask {
  const name = language.replaceAll("^", "").replaceAll(" ", "-");
  wholeSetting(name, "least", least, 1);
  wholeSetting(name, "most", most, least);
  const width = letters + 1;
  const mean = (least + most) / 2;
  const steps = letters * mean + 1;
  // In a string of n: a is legal after S and each a, b after each a and each b but the last, the others n times.
  const legal = [mean + 1, 2 * mean - 1, ...Array.from({ length: letters - 2 }, () => mean), 1];
  return {
    name,
    about: `all legal next symbols of ${language}: Gers & Schmidhuber 2001, IEEE Transactions on Neural Networks 12(6)`,
    input: { kind: "index", width },
    head: { kind: "sigmoids", width },
    example(seed, index) {
      const n = drawsOf(seed, index).between(least, most);
      const x = Int32Array.from({ length: letters * n + 1 }, (_, i) => Math.ceil(i / n));
      const targets = new Float64Array(x.length * width);
      x.forEach((id, step) => {
        const isLastOfRun = id > 0 && step === id * n;
        // After S and after a's more a's may come; after the last of a run only what follows it, but that a's may go on.
        if (id <= 1) targets[step * width] = 1;
        if (id === 1) targets[step * width + 1] = 1;
        if (id > 1) targets[step * width + (isLastOfRun ? id : id - 1)] = 1;
      });
      return { steps: x.length, inputs: { x }, targets };
    },
    isSolved: (example, outputs) => setsAgree(example, outputs, width),
    chance: {
      loss: legal.reduce((sum, count) => sum + binaryEntropy(count / steps), 0),
      why: `how often each output is legal, in ${steps} steps on average ${legal.join(", ")} times`,
    },
  };
}

/** In nats: the cross-entropy of always saying the share `p` of what comes with it. */
export function binaryEntropy(p: number): number {
  const part = (q: number): number => (q > 0 ? -q * Math.log(q) : 0);
  return part(p) + part(1 - p);
}
