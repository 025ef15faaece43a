// Separate sequences of unequal length as batches for full backpropagation through time. An epoch's order is
// a pure function of (seed, epoch), so (epoch, index) is all there is to save and resume.
import { streams, uniform } from "../ir/random.ts";

export interface SequenceSettings {
  /** Sequences of a batch, B. */
  readonly batch: number;
  /** Of the shuffle. Default 0. */
  readonly seed?: number;
  /** False keeps the given order in every epoch, as for evaluation. Default true. */
  readonly shuffle?: boolean;
  /**
   * For each sequence as many targets as it has steps; a negative one has no weight. By default each step's
   * target is the next symbol, and a sequence has one step fewer than symbols.
   */
  readonly targets?: readonly ArrayLike<number>[];
}

/** The arrays that `fill` writes, all owned by the caller. */
export interface SequenceArrays {
  readonly inputs: Int32Array; // [longest, B], 0 after a sequence's end
  readonly targets: Int32Array; // [longest, B], 0 where the weight is 0
  readonly weights: Float32Array; // [longest, B], 1 where a target counts, else 0
  readonly lengths: Int32Array; // [B] steps, descending; 0 for the columns a last batch leaves empty
}

export interface Sequences {
  readonly batch: number;
  /** Sequences of an epoch. */
  readonly count: number;
  /** Batches of an epoch; the last may have empty columns. */
  readonly batches: number;
  /** Steps of the longest sequence. */
  readonly longest: number;
  /** [count] the indices of the sequences in the order of this epoch. */
  order(epoch: number): Int32Array;
  /**
   * Writes batch `index` of `epoch`, its longest sequence first.
   * Returns the steps T (only [T, B] is written) and the sequences it has.
   */
  fill(epoch: number, index: number, arrays: SequenceArrays): { steps: number; rows: number };
}

/** Throws at no sequences, a sequence without a step, and targets that do not match. */
export function sequences(items: readonly ArrayLike<number>[], settings: SequenceSettings): Sequences {
  const { batch, seed = 0, shuffle = true, targets } = settings;
  if (!Number.isInteger(batch) || batch < 1)
    throw new Error(`sequences: batch must be a whole number, 1 or more, not ${batch}`);
  const lengths = stepCounts(items, targets); // [count]
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const count = items.length;
  const batches = Math.ceil(count / batch);
  let latest: { epoch: number; order: Int32Array } = { epoch: -1, order: new Int32Array(0) };

  function order(epoch: number): Int32Array {
    checkIndex("epoch", epoch, Number.MAX_SAFE_INTEGER);
    if (latest.epoch !== epoch) latest = { epoch, order: shuffled(count, shuffle ? epoch : undefined, seed) };
    return latest.order;
  }

  return {
    batch,
    count,
    batches,
    longest,
    order: (epoch) => order(epoch).slice(),
    fill(epoch, index, arrays) {
      checkIndex("batch index", index, batches - 1);
      const rows = [...order(epoch).subarray(index * batch, (index + 1) * batch)];
      rows.sort((a, b) => lengths[b]! - lengths[a]!);
      const steps = lengths[rows[0]!]!;
      clear(arrays, steps, batch);
      rows.forEach((row, b) => {
        const item = items[row]!;
        const wanted = targets?.[row];
        const length = lengths[row]!;
        arrays.lengths[b] = length;
        for (let t = 0; t < length; t++) {
          const target = wanted ? wanted[t]! : item[t + 1]!;
          arrays.inputs[t * batch + b] = item[t]!;
          arrays.targets[t * batch + b] = Math.max(0, target);
          arrays.weights[t * batch + b] = target < 0 ? 0 : 1;
        }
      });
      return { steps, rows: rows.length };
    },
  };
}

function stepCounts(
  items: readonly ArrayLike<number>[],
  targets: readonly ArrayLike<number>[] | undefined,
): Int32Array {
  if (items.length === 0) throw new Error("sequences: there are none; give one or more");
  if (targets && targets.length !== items.length)
    throw new Error(
      `sequences: ${items.length} sequences need as many rows of targets, not ${targets.length}`,
    );
  return Int32Array.from(items, (item, i) => {
    const wanted = targets?.[i];
    if (wanted && wanted.length !== item.length)
      throw new Error(
        `sequences: sequence ${i} needs ${item.length} targets, one a step, not ${wanted.length}`,
      );
    const steps = wanted ? item.length : item.length - 1;
    if (steps < 1)
      throw new Error(
        `sequences: sequence ${i} needs ${wanted ? "1 symbol" : "2 symbols"} or more, not ${item.length}; leave it out`,
      );
    return steps;
  });
}

/** Fisher and Yates. Without an epoch, the order as it is. */
function shuffled(count: number, epoch: number | undefined, seed: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  if (epoch === undefined) return order;
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(uniform(seed, streams.data, epoch * count + i) * (i + 1));
    const kept = order[i]!;
    order[i] = order[other]!;
    order[other] = kept;
  }
  return order;
}

function clear(arrays: SequenceArrays, steps: number, batch: number): void {
  const { inputs, targets, weights } = arrays;
  for (const [name, array] of Object.entries({ inputs, targets, weights })) {
    if (array.length < steps * batch)
      throw new Error(
        `sequences: ${steps} steps × batch ${batch} need ${name} of ${steps * batch}, not ${array.length}; ` +
          `make room for longest × batch`,
      );
    array.fill(0, 0, steps * batch);
  }
  if (arrays.lengths.length < batch)
    throw new Error(`sequences: batch ${batch} needs lengths of ${batch}, not ${arrays.lengths.length}`);
  arrays.lengths.fill(0, 0, batch);
}

function checkIndex(name: string, value: number, last: number): void {
  if (!Number.isInteger(value) || value < 0 || value > last)
    throw new Error(`sequences: ${name} must be a whole number from 0 to ${last}, not ${value}`);
}
