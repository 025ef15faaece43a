// The targets of a `ctc` head: labels as the inputs of its loss, and the steps that a sequence needs to spell them.
import { ctc, impossible } from "../cells/losses.ts";
import { sourceOf, type Network, type NetworkPart } from "../plan/network.ts";

/** The inputs of a `ctc` head for a batch, [rows, 2 · capacity + 1] each. */
export interface CtcTargets {
  /** The labels with blanks before, between and after them. */
  readonly labels: Float32Array;
  /** 0 where a path may begin, `impossible` elsewhere; the next two likewise. */
  readonly begin: Float32Array;
  /** Where a path may come from two positions before, skipping a blank. */
  readonly skip: Float32Array;
  /** Where a path may end. */
  readonly end: Float32Array;
}

/**
 * The targets for sequences of labels, which are classes from 1. `capacity` is the head's `labels`; `lengths` are the
 * steps of each row: programs that are run by hand need them for the check that training and evaluation make of their
 * examples. Throws for an invalid label, for more labels than `capacity`, and for more than the row has steps for.
 */
export function ctcTargets(
  sequences: readonly ArrayLike<number>[],
  settings: { readonly classes: number; readonly capacity: number; readonly lengths?: ArrayLike<number> },
): CtcTargets {
  const { classes, capacity, lengths } = settings;
  const width = 2 * capacity + 1;
  const filled = (value: number): Float32Array => new Float32Array(sequences.length * width).fill(value);
  const targets = {
    labels: filled(0),
    begin: filled(impossible),
    skip: filled(impossible),
    end: filled(impossible),
  };
  sequences.forEach((labels, row) => {
    if (labels.length > capacity) {
      throw new Error(`ctc, sequence ${row}: expected at most ${capacity} labels, got ${labels.length}`);
    }
    const first = row * width;
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i] as number;
      if (!(Number.isInteger(label) && label >= 1 && label < classes)) {
        throw new Error(
          `ctc, sequence ${row}: label ${i} must be a whole number from 1 to ${classes - 1} (0 is the blank), got ${label}`,
        );
      }
      targets.labels[first + 2 * i + 1] = label;
      if (i > 0 && labels[i - 1] !== label) targets.skip[first + 2 * i + 1] = 0;
    }
    targets.begin[first] = 0;
    const last = first + 2 * labels.length;
    targets.end[last] = 0;
    if (labels.length > 0) targets.end[last - 1] = 0;
    const steps = lengths?.[row];
    if (steps === undefined) return;
    const [begin, skip, end] = [targets.begin, targets.skip, targets.end].map((values) =>
      values.subarray(first, first + width),
    ) as [Float32Array, Float32Array, Float32Array];
    checkCtcSteps({ begin, skip, end }, steps, `ctc, sequence ${row}`);
  });
  return targets;
}

type Paths = Readonly<Record<"begin" | "skip" | "end", ArrayLike<number>>>; // [2 · capacity + 1] each, of one sequence

/** Throws where no path through the labels of a sequence ends within `steps`; `place` begins the error. */
export function checkCtcSteps({ begin, skip, end }: Paths, steps: number, place: string): void {
  const needed: number[] = []; // the fewest steps to each position
  for (let at = 0; at < begin.length; at++) {
    const near = (needed[at - 1] ?? Infinity) + 1;
    const far = skip[at] === 0 ? (needed[at - 2] ?? Infinity) + 1 : Infinity;
    needed.push(begin[at] === 0 ? 0 : Math.min(near, far));
  }
  const fewest = Math.min(...needed.filter((_, at) => end[at] === 0));
  if (fewest <= steps) return;
  throw new Error(`${place}: its labels need ${fewest} steps, got ${steps}; leave it out`);
}

/** The inputs of a network from which its CTC loss reads where paths begin, skip and end; undefined for other losses. */
export function ctcInputs({ layers, loss }: Network): Readonly<Record<keyof Paths, string>> | undefined {
  const layer = layers.find(
    ({ name, cell }) => loss.kind === "mean" && name === loss.of && cell.name === ctc.name,
  );
  if (!layer) return undefined;
  const { begin, skip, end } = layer.inputs as Readonly<Record<keyof Paths, string | NetworkPart>>;
  return { begin: sourceOf(begin), skip: sourceOf(skip), end: sourceOf(end) };
}
