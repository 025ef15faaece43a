// Data as a device takes it: batch after batch, with what starts anew, what counts and what is carried on. Here text, as
// windows of parallel lanes; separate sequences are in `example-feed.ts`.
import type { Program, RunExtent, Writable } from "../run/device.ts";
import type { Ids } from "../text/alphabet.ts";
import { fitLanes, lanes } from "./lanes.ts";
import { packEvenly, type Packing } from "./packing.ts";

/** The position of the next batch: its epoch, and in it the step of a lane or the number of the batch. */
export interface Position {
  /** Passes over the data made before. */
  readonly epoch: number;
  /** Within the epoch: the next step of a text's lanes, or the next batch of examples. */
  readonly at: number;
}

/** Packed sequences: for the network, or for its encoder. */
export interface PackedValues {
  readonly packing: Packing;
  /**
   * By buffer of the plan, packed: the network's inputs, `targets`, `weights` [tokens], the weight of each token's loss,
   * and `resets` [tokens], 1 where a sequence starts, else 0.
   */
  readonly values: Readonly<Record<string, Writable>>;
}

/** One batch; its arrays belong to the feed and are overwritten by the next `load`. */
export interface Batch extends PackedValues {
  /** The steps after which the carried state is taken; default all of them. */
  readonly carry?: number;
  /** The number of the example that each row of the packing is; absent for lanes of text. */
  readonly rows?: readonly number[];
  /** The sum of the weights. */
  readonly counted: number;
  /** What the network's encoder reads, where it has one. */
  readonly source?: PackedValues;
  readonly next: Position;
}

export interface Feed {
  /** Capacities: rows, steps, and steps of what an encoder reads (0 without one). */
  readonly rows: number;
  readonly steps: number;
  readonly sourceSteps: number;
  /** `at` of a position runs from 0 to below this. */
  readonly length: number;
  load(position: Position): Batch;
}

export interface LaneFeedSettings {
  /** The network's input of symbols. */
  readonly input: string;
  /** Lanes side by side, B. */
  readonly batch: number;
  /** Steps between two updates, k1. */
  readonly window: number;
  /** Steps that the gradient goes back, k2. */
  readonly bptt: number;
}

/**
 * Truncated backpropagation through time: a batch is a window of `window` steps whose loss counts, after as many steps of
 * context as `bptt` has beyond it. The carried state is the one at the start of the context.
 */
export function laneFeed(ids: Ids, settings: LaneFeedSettings, part?: string): Feed {
  const { input, batch, window, bptt } = settings;
  const text = lanes(ids, { batch, window }, part);
  const steps = Math.min(bptt, text.steps);
  const capacity = steps * batch;
  const arrays = {
    symbols: new Int32Array(capacity),
    targets: new Int32Array(capacity),
    weights: new Float32Array(capacity),
    resets: new Float32Array(capacity),
  };
  /** Nearly all batches have the same size, so the views of the last one are reused. */
  let views: PackedValues | undefined;
  return {
    rows: batch,
    steps,
    sourceSteps: 0,
    length: text.steps,
    load({ epoch, at }) {
      const start = Math.max(0, at + window - bptt);
      const end = Math.min(at + window, text.steps);
      const count = end - start;
      const tokens = count * batch;
      const { symbols, targets, weights, resets } = arrays;
      text.fill(start, count, symbols, targets);
      weights.fill(0, 0, tokens).fill(1, (at - start) * batch, tokens);
      resets.fill(0, 0, tokens);
      if (start === 0) resets.fill(1, 0, batch);
      if (views?.packing.tokens !== tokens) {
        views = {
          packing: packEvenly(batch, count),
          values: {
            [input]: symbols.subarray(0, tokens),
            targets: targets.subarray(0, tokens),
            weights: weights.subarray(0, tokens),
            resets: resets.subarray(0, tokens),
          },
        };
      }
      // While the context still starts with the lane, the carried state is not read: it is reset.
      const carry = Math.max(1, at + 2 * window - bptt - start);
      return {
        ...views,
        carry: Math.min(count, carry),
        counted: (end - at) * batch,
        next: end === text.steps ? { epoch: epoch + 1, at: 0 } : { epoch, at: end },
      };
    },
  };
}

/** A `laneFeed` for evaluation, with as many lanes and as long a window as the text allows. */
export function evaluationFeed(ids: Ids, settings: Omit<LaneFeedSettings, "bptt">): Feed {
  const fits = fitLanes(ids.length, settings);
  if (!fits) throw new Error(`evaluation: the text needs 2 symbols or more, not ${ids.length}`);
  return laneFeed(ids, { input: settings.input, ...fits, bptt: fits.window }, "evaluated");
}

/** The extent of a batch's run. */
export function extentOf({ packing, carry }: Pick<Batch, "packing" | "carry">): RunExtent {
  if (!packing.extent) throw new Error("batch: no row has a step; give sequences of one step or more");
  return carry === undefined ? packing.extent : { ...packing.extent, carry };
}

/** Writes a batch into a program, and the inputs that an encoder made for it. */
export function writeBatch(
  program: Program,
  { values }: PackedValues,
  encoded: Readonly<Record<string, Writable>> = {},
): void {
  for (const name in values) program.write(name, values[name] as Writable);
  for (const name in encoded) program.write(name, encoded[name] as Writable);
}
