// What a `crf` head says of a sequence: its most probable classes, all together, and the probability of each class at each
// step. Both are dynamic programs over the scores of the readout.
import { impossible } from "../cells/losses.ts";
import { logSumExp, softmax } from "../model/logits.ts";
import type { Transitions } from "../model/crf.ts";

/** The scores of a trained `crf` head besides those of its readout. */
export interface ChainScores {
  readonly transitions: Transitions;
  /** Of each transition, [transitions]. */
  readonly between: ArrayLike<number>;
  /** Of each class at the first step, [classes]. */
  readonly first: ArrayLike<number>;
  /** Of each class at the last step, [classes]. */
  readonly last: ArrayLike<number>;
}

/** The classes of a sequence, and what the head thinks of each. */
export interface DecodedChain {
  /** [steps] the most probable sequence of classes; of equally probable ones any. */
  readonly classes: readonly number[];
  /** [steps] the probability of each class at that step, over all sequences of classes: rows that sum to 1. */
  readonly probabilities: readonly Float64Array[];
}

/** Decodes the readout of one sequence, [steps, classes]. */
export function decodeChain(scores: ChainScores, readout: Float64Array): DecodedChain {
  const local = localScores(scores, readout);
  return { classes: bestPath(scores, local), probabilities: marginals(scores, local) };
}

/** The most probable classes alone. */
export function decodeBest(scores: ChainScores, readout: Float64Array): number[] {
  return bestPath(scores, localScores(scores, readout));
}

/** The scores of each step by class, [classes] each, with those of the first and the last class. */
function localScores({ transitions, first, last }: ChainScores, readout: Float64Array): Float64Array[] {
  const classes = first.length;
  const local = Array.from({ length: readout.length / classes }, (_, t) =>
    readout.slice(t * classes, (t + 1) * classes),
  );
  const add = (row: Float64Array | undefined, ends: ArrayLike<number>, mask: Float32Array): void => {
    for (let k = 0; row && k < classes; k++)
      row[k] = (row[k] as number) + (ends[k] as number) + (mask[k] as number);
  };
  add(local[0], first, transitions.begin);
  add(local.at(-1), last, transitions.end);
  return local;
}

/** The sequence of classes with the highest score (Viterbi 1967). `local` are the scores by step and class. */
function bestPath({ transitions, between }: ChainScores, local: readonly Float64Array[]): number[] {
  const { from, to } = transitions;
  let best = local[0] ?? new Float64Array(0);
  const previous = local.slice(1).map((scores) => {
    const next = new Float64Array(scores.length).fill(-Infinity);
    const classes = new Int32Array(scores.length);
    for (let i = 0; i < from.length; i++) {
      const [before, after] = [from[i] as number, to[i] as number];
      const score = (best[before] as number) + (between[i] as number);
      if (score <= (next[after] as number)) continue;
      next[after] = score;
      classes[after] = before;
    }
    best = next.map((score, k) => score + (scores[k] as number));
    return classes;
  });
  if (local.length === 0) return [];
  const path = [best.indexOf(Math.max(...best))];
  for (const classes of previous.reverse()) path.push(classes[path.at(-1) as number] as number);
  return path.reverse();
}

/** The probability of each class at each step, by the forward and the backward variable. */
function marginals(scores: ChainScores, local: readonly Float64Array[]): Float64Array[] {
  const { transitions, between } = scores;
  const classes = local[0]?.length ?? 0;
  const byClass = (key: ArrayLike<number>): number[][] =>
    Array.from({ length: classes }, (_, k) =>
      Array.from(key, (_, i) => i).filter((i) => (key[i] as number) === k),
    );
  const [arriving, leaving] = [byClass(transitions.to), byClass(transitions.from)];
  const sums = (
    lists: readonly (readonly number[])[],
    of: ArrayLike<number>,
    values: Float64Array,
  ): Float64Array =>
    Float64Array.from(lists, (list) =>
      list.length === 0
        ? impossible
        : logSumExp(list.map((i) => (values[of[i] as number] as number) + (between[i] as number))),
    );
  const plus = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, k) => v + (b[k] as number));
  const forward = local.slice(0, 1);
  for (const row of local.slice(1)) {
    forward.push(plus(row, sums(arriving, transitions.from, forward.at(-1) as Float64Array)));
  }
  let backward = new Float64Array(classes);
  const rows = forward.map(() => backward);
  for (let t = local.length - 1; t >= 0; t--) {
    rows[t] = softmax(plus(forward[t] as Float64Array, backward)) as Float64Array<ArrayBuffer>;
    backward = sums(leaving, transitions.to, plus(local[t] as Float64Array, backward)) as typeof backward;
  }
  return rows;
}
