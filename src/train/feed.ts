// Data as a device wants it: one batch after the other, with what starts anew, what counts and what is carried. Here
// text, as windows of parallel lanes; separate sequences are in `example-feed.ts`. Knows no network.
import type { Ids } from "../text/alphabet.ts";
import { fitLanes, lanes } from "./lanes.ts";
import type { Program, RunExtent, Writable } from "../run/device.ts";
import type { SourceBatch } from "./source.ts";

/** Where the next batch stands: in which epoch, and there at which step of a lane or which batch. */
export interface Position {
  readonly epoch: number;
  readonly at: number;
}

/** One batch; its arrays are the feed's own, written anew by the next `load`. */
export interface Batch {
  readonly extent: RunExtent;
  /**
   * By buffer of the plan, tokens as `TokenTables` has them: the network's inputs, `targets`, `weights` [tokens], which
   * is how much the loss of a token counts, and `resets` [tokens], 1 where a sequence starts, else 0.
   */
  readonly values: Readonly<Record<string, Writable>>;
  /** The sum of the weights. */
  readonly counted: number;
  /** Which example each row is; of a text none. */
  readonly rows?: readonly number[];
  /** What is read before, of a network with a source. */
  readonly source?: SourceBatch;
  readonly next: Position;
}

export interface Feed {
  /** Capacities. */
  readonly rows: number;
  readonly steps: number;
  /** Of what is read before; 0 where nothing is. */
  readonly sourceSteps: number;
  /** `at` runs from 0 to below this. */
  readonly length: number;
  load(position: Position): Batch;
}

export interface LaneSettings {
  /** The network's input of symbols. */
  readonly input: string;
  readonly batch: number;
  readonly window: number;
  readonly horizon: number;
}

/**
 * Truncated backpropagation through time: a batch is a window of `window` steps whose loss counts, after as
 * many steps of context as `horizon` has beyond it. The state where the context starts is the carried one.
 */
export function laneFeed(ids: Ids, settings: LaneSettings, part?: string): Feed {
  const { input, batch, window, horizon } = settings;
  const text = lanes(ids, { batch, window }, part);
  const steps = Math.min(horizon, text.steps);
  const capacity = steps * batch;
  const arrays = {
    symbols: new Int32Array(capacity),
    targets: new Int32Array(capacity),
    weights: new Float32Array(capacity),
    resets: new Float32Array(capacity),
  };
  let front: Batch["values"] = {};
  let size = 0;
  return {
    rows: batch,
    steps,
    sourceSteps: 0,
    length: text.steps,
    load({ epoch, at }) {
      const start = Math.max(0, at + window - horizon);
      const end = Math.min(at + window, text.steps);
      const count = end - start;
      const tokens = count * batch;
      const { symbols, targets, weights, resets } = arrays;
      text.fill(start, count, symbols, targets);
      weights.fill(0, 0, tokens).fill(1, (at - start) * batch, tokens);
      resets.fill(0, 0, tokens);
      if (start === 0) resets.fill(1, 0, batch);
      // Nearly all batches have the same size, so the views of the last one serve again.
      if (size !== tokens) {
        size = tokens;
        front = {
          [input]: symbols.subarray(0, tokens),
          targets: targets.subarray(0, tokens),
          weights: weights.subarray(0, tokens),
          resets: resets.subarray(0, tokens),
        };
      }
      // While the context still starts with the lane, the state carried is not read: it is reset.
      const carry = Math.max(1, at + 2 * window - horizon - start);
      const ended = end === text.steps;
      return {
        extent: { rows: batch, steps: count, carry: Math.min(count, carry) },
        values: front,
        counted: (end - at) * batch,
        next: ended ? { epoch: epoch + 1, at: 0 } : { epoch, at: end },
      };
    },
  };
}

/** `laneFeed` for evaluation, with as many lanes and as long a window as the text allows. */
export function evaluationFeed(ids: Ids, settings: Omit<LaneSettings, "horizon">): Feed {
  const fits = fitLanes(ids.length, settings);
  if (!fits) throw new Error(`evaluation: the text needs 2 symbols or more, not ${ids.length}`);
  return laneFeed(ids, { input: settings.input, ...fits, horizon: fits.window }, "evaluated");
}

/** Hands a batch to a program, with what a source made for it. */
export function writeBatch(
  program: Program,
  { values }: Batch,
  made: Readonly<Record<string, Writable>> = {},
): void {
  for (const name in values) program.write(name, values[name] as Writable);
  for (const name in made) program.write(name, made[name] as Writable);
}
