// Dyck languages: strings of brackets of k kinds that are closed in the right order, every string of a length as likely.
// At each step a network names all legal next symbols, which takes a stack. Knows no network.
import { binaryEntropy } from "./counting.ts";
import { setsAgree } from "./criteria.ts";
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticTask } from "./problem.ts";

export interface DyckSettings {
  /** Kinds of brackets, k; default 2. */
  readonly kinds?: number;
  /** Pairs of brackets, each number from `least` to `most` as likely; default 1 to 20. */
  readonly least?: number;
  readonly most?: number;
}

/**
 * Read are the start (id 2k), brackets that open (ids below k) and that close (k and more); outputs are the brackets and
 * the end (2k), 1 where legal: any may open, the latest that is open may close, and the end may come where none is.
 */
export const dyck = ({ kinds = 2, least = 1, most = 20 }: DyckSettings = {}): SyntheticTask => {
  wholeSetting("dyck", "kinds", kinds, 1);
  wholeSetting("dyck", "least", least, 1);
  wholeSetting("dyck", "most", most, least);
  const width = 2 * kinds + 1;
  const end = 2 * kinds;
  const ended = shareAtDepth0(least, most);
  return {
    name: `dyck-${kinds}`,
    about: `all legal next symbols among brackets of ${kinds} kinds: Suzgun et al. 2019, arXiv:1911.03329v1`,
    input: { kind: "index", width },
    head: { kind: "sigmoids", width },
    example(seed, index) {
      const draws = drawsOf(seed, index);
      const pairs = draws.between(least, most);
      const steps = 2 * pairs + 1;
      const x = new Int32Array(steps).fill(end, 0, 1);
      const targets = new Float64Array(steps * width);
      const open: number[] = [];
      for (let step = 0; step < steps; step++) {
        if (step > 0) {
          const [left, depth] = [steps - step, open.length];
          // The share of strings that go on with an opening one: paths from this depth to 0 in `left` steps, counted by
          // the ballot theorem.
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
      loss: binaryEntropy(ended) + kinds * binaryEntropy((1 - ended) / kinds),
      why:
        `how often each output is legal: those that open always, the end at a share ${ended.toPrecision(4)} of the ` +
        "steps (in n pairs, 1 + 3n / (n + 2) of 2n + 1), one that closes at the others",
    },
  };
};

/** Of all steps of strings with `least` to `most` pairs; a path of 2n steps returns to 0 on average 3n / (n + 2) times. */
function shareAtDepth0(least: number, most: number): number {
  let [ends, steps] = [0, 0];
  for (let n = least; n <= most; n++) {
    ends += 1 + (3 * n) / (n + 2);
    steps += 2 * n + 1;
  }
  return ends / steps;
}
