// Data as a device wants it: one batch after the other, with what starts anew, what counts and what is carried.
// Text comes as windows of parallel lanes, separate sequences whole. Knows no network.
import type { Ids } from "../data/alphabet.ts";
import { fitLanes, lanes } from "../data/lanes.ts";
import { sequences } from "../data/sequences.ts";
import type { Program, RunExtent } from "../run/device.ts";

/** Where the next batch stands: in which epoch, and there at which step of a lane or which batch. */
export interface Position {
  readonly epoch: number;
  readonly at: number;
}

/** One batch; its arrays are the feed's own, written anew by the next `load`. Tokens as `TokenTables` has them. */
export interface Batch {
  readonly extent: RunExtent;
  readonly inputs: Int32Array; // [tokens]
  readonly targets: Int32Array; // [tokens]
  readonly weights: Float32Array; // [tokens] 1 where the loss counts, else 0
  readonly resets: Float32Array; // [tokens] 1 where a sequence starts, else 0
  /** Tokens whose loss counts. */
  readonly counted: number;
  readonly next: Position;
}

export interface Feed {
  /** Capacities. */
  readonly rows: number;
  readonly steps: number;
  /** `at` runs from 0 to below this. */
  readonly length: number;
  load(position: Position): Batch;
}

export interface FeedSettings {
  readonly batch: number;
  readonly window: number;
  readonly horizon: number;
}

/**
 * Truncated backpropagation through time: a batch is a window of `window` steps whose loss counts, after as
 * many steps of context as `horizon` has beyond it. The state where the context starts is the carried one.
 */
export function laneFeed(ids: Ids, { batch, window, horizon }: FeedSettings, part?: string): Feed {
  const text = lanes(ids, { batch, window }, part);
  const steps = Math.min(horizon, text.steps);
  const arrays = allocate(steps * batch);
  const front = frontOf(arrays);
  return {
    rows: batch,
    steps,
    length: text.steps,
    load({ epoch, at }) {
      const start = Math.max(0, at + window - horizon);
      const end = Math.min(at + window, text.steps);
      const count = end - start;
      const tokens = count * batch;
      text.fill(start, count, arrays.inputs, arrays.targets);
      arrays.weights.fill(0, 0, tokens).fill(1, (at - start) * batch, tokens);
      arrays.resets.fill(0, 0, tokens);
      if (start === 0) arrays.resets.fill(1, 0, batch);
      // While the context still starts with the lane, the state carried is not read: it is reset.
      const carry = Math.max(1, at + 2 * window - horizon - start);
      const ended = end === text.steps;
      return {
        extent: { rows: batch, steps: count, carry: Math.min(count, carry) },
        ...front(tokens),
        counted: (end - at) * batch,
        next: ended ? { epoch: epoch + 1, at: 0 } : { epoch, at: end },
      };
    },
  };
}

/** `laneFeed` for evaluation, with as many lanes and as long a window as the text allows. */
export function evaluationFeed(ids: Ids, settings: Pick<FeedSettings, "batch" | "window">): Feed {
  const fits = fitLanes(ids.length, settings);
  if (!fits) throw new Error(`evaluation: the text needs 2 symbols or more, not ${ids.length}`);
  return laneFeed(ids, { ...fits, horizon: fits.window }, "evaluated");
}

/** Full backpropagation through time over separate sequences, each from the start values of the states. */
export function sequenceFeed(
  items: readonly ArrayLike<number>[],
  settings: { readonly batch: number; readonly seed: number; readonly shuffle: boolean },
): Feed {
  const batch = Math.min(settings.batch, Math.max(1, items.length));
  const data = sequences(items, { ...settings, batch });
  const arrays = allocate(data.longest * batch);
  const front = frontOf(arrays);
  const padded = { ...allocate(data.longest * batch), lengths: new Int32Array(batch) };
  return {
    rows: batch,
    steps: data.longest,
    length: data.batches,
    load({ epoch, at }) {
      const { steps, rows } = data.fill(epoch, at, padded);
      const lengths = padded.lengths.subarray(0, rows);
      let tokens = 0;
      let counted = 0;
      for (let t = 0; t < steps; t++) {
        for (let b = 0; b < rows && (lengths[b] as number) > t; b++) {
          const from = t * batch + b;
          arrays.inputs[tokens] = padded.inputs[from] as number;
          arrays.targets[tokens] = padded.targets[from] as number;
          const weight = padded.weights[from] as number;
          arrays.weights[tokens++] = weight;
          counted += weight;
        }
      }
      if (counted === 0) {
        throw new Error(
          `sequences: batch ${at} of epoch ${epoch} has no target that counts; leave out sequences without one`,
        );
      }
      arrays.resets.fill(0, 0, tokens).fill(1, 0, rows);
      return {
        extent: { rows, steps, lengths },
        ...front(tokens),
        counted,
        next: at + 1 === data.batches ? { epoch: epoch + 1, at: 0 } : { epoch, at: at + 1 },
      };
    },
  };
}

/** Hands a batch to a program whose index input is named `input`. */
export function writeBatch(program: Program, input: string, batch: Batch): void {
  program.write(input, batch.inputs);
  program.write("targets", batch.targets);
  program.write("weights", batch.weights);
  program.write("resets", batch.resets);
}

interface Arrays {
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float32Array;
  readonly resets: Float32Array;
}

function allocate(tokens: number): Arrays {
  return {
    inputs: new Int32Array(tokens),
    targets: new Int32Array(tokens),
    weights: new Float32Array(tokens),
    resets: new Float32Array(tokens),
  };
}

/** The front of the arrays; the last views are kept, since nearly all batches have the same size. */
function frontOf({ inputs, targets, weights, resets }: Arrays): (tokens: number) => Arrays {
  let [latest, size]: [Arrays | undefined, number] = [undefined, 0];
  return (tokens) => {
    if (latest && size === tokens) return latest;
    size = tokens;
    latest = {
      inputs: inputs.subarray(0, tokens),
      targets: targets.subarray(0, tokens),
      weights: weights.subarray(0, tokens),
      resets: resets.subarray(0, tokens),
    };
    return latest;
  };
}
