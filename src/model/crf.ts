// The inputs of a `crf` head: which classes may follow each other, and the classes of a sequence.
import { impossible } from "../cells/losses.ts";

/** The classes that may follow each other, as the inputs of a `crf` head; the same for all sequences. */
export interface Transitions {
  /** The class before each transition, [transitions]. */
  readonly from: Float32Array;
  /** The class after each transition, [transitions]. */
  readonly to: Float32Array;
  /** 0 for classes that a sequence may begin with, far below 0 elsewhere, [classes]. */
  readonly begin: Float32Array;
  /** The same of classes that a sequence may end with, [classes]. */
  readonly end: Float32Array;
}

/** The inputs of a `crf` head for one sequence. */
export interface CrfTargets extends Transitions {
  /** The class of each step, [steps]. */
  readonly t: Float32Array;
  /** The number of the transition to each step; 0 at the first, where it does not matter, [steps]. */
  readonly r: Float32Array;
  /** 1 at the last step, else 0, [steps]. */
  readonly last: Float32Array;
}

/**
 * The transitions between `classes`, sorted by the class before, then by the class after. `mayFollow` says whether `after` may come right after
 * `before`, where undefined is the start of a sequence, and its end; by default everything may.
 */
export function transitionsBetween(
  classes: number,
  mayFollow: (before: number | undefined, after: number | undefined) => boolean = () => true,
): Transitions {
  const all = Array.from({ length: classes }, (_, k) => k);
  const pairs = all.flatMap((before) =>
    all.filter((after) => mayFollow(before, after)).map((after) => [before, after] as const),
  );
  return {
    from: Float32Array.from(pairs, ([before]) => before),
    to: Float32Array.from(pairs, ([, after]) => after),
    begin: Float32Array.from(all, (k) => (mayFollow(undefined, k) ? 0 : impossible)),
    end: Float32Array.from(all, (k) => (mayFollow(k, undefined) ? 0 : impossible)),
  };
}

const tables = new WeakMap<Transitions, ReadonlyMap<number, number>>();

/** The numbers of the transitions by `before · classes + after`. */
function tableOf(transitions: Transitions): ReadonlyMap<number, number> {
  const { from, to, begin } = transitions;
  const known = tables.get(transitions);
  if (known) return known;
  const table = new Map(Array.from(from, (before, i) => [before * begin.length + (to[i] as number), i]));
  tables.set(transitions, table);
  return table;
}

/**
 * The inputs of a `crf` head for a sequence of classes. Throws for an invalid class and for classes that may not follow each
 * other; `place` begins the error.
 */
export function crfTargets(transitions: Transitions, classes: ArrayLike<number>, place: string): CrfTargets {
  const { begin, end } = transitions;
  const [count, steps] = [begin.length, classes.length];
  const table = tableOf(transitions);
  const r = new Float32Array(steps);
  for (let i = 0; i < steps; i++) {
    const after = classes[i] as number;
    if (!(Number.isInteger(after) && after >= 0 && after < count)) {
      throw new Error(`${place}, step ${i}: expected a class from 0 to ${count - 1}, got ${after}`);
    }
    if (i === 0) continue;
    const before = classes[i - 1] as number;
    const transition = table.get(before * count + after);
    if (transition === undefined) {
      throw new Error(`${place}, step ${i}: class ${after} may not follow class ${before}; allow it`);
    }
    r[i] = transition;
  }
  for (const [at, allowed, verb] of [
    [0, begin, "begin"],
    [steps - 1, end, "end"],
  ] as const) {
    if (steps === 0 || allowed[classes[at] as number] === 0) continue;
    throw new Error(`${place}: class ${classes[at]} may not ${verb} a sequence; allow it`);
  }
  const last = new Float32Array(steps);
  last[steps - 1] = 1;
  return { ...transitions, t: Float32Array.from(classes), r, last };
}
