// The order of examples, and which of them make a batch. The order of an epoch is a pure function
// of (seed, epoch), so (epoch, batch) is all there is to save and resume. Depends on their lengths alone.
import { streams, uniform } from "../base/random.ts";

export interface OrderSettings {
  /** Examples of a batch, B; the last batch of an epoch may have fewer. */
  readonly batch: number;
  /** Of the shuffle. */
  readonly seed: number;
  /** False keeps the given order in every epoch, as for evaluation. */
  readonly shuffle: boolean;
}

export interface ExampleOrder {
  /** Batches of an epoch. */
  readonly batches: number;
  /** The examples of a batch, longest first; among those as long as each other as they came. */
  batch(epoch: number, index: number): readonly number[];
}

/** `steps` of each example. Throws where there is no example, and at a batch that is no whole number from 1. */
export function exampleOrder(steps: ArrayLike<number>, settings: OrderSettings): ExampleOrder {
  const { batch, seed, shuffle } = settings;
  const count = steps.length;
  if (!Number.isInteger(batch) || batch < 1) {
    throw new Error(`examples: batch must be a whole number, 1 or more, not ${batch}`);
  }
  if (count === 0) throw new Error("examples: there are none; give one or more");
  const batches = Math.ceil(count / batch);
  let latest: { readonly epoch: number; readonly order: Int32Array } | undefined;

  function orderOf(epoch: number): Int32Array {
    if (latest?.epoch !== epoch)
      latest = { epoch, order: permutation(count, shuffle ? epoch : undefined, seed) };
    return latest.order;
  }

  return {
    batches,
    batch(epoch, index) {
      checkIndex("epoch", epoch, Number.MAX_SAFE_INTEGER);
      checkIndex("batch", index, batches - 1);
      const rows = [...orderOf(epoch).subarray(index * batch, (index + 1) * batch)];
      return rows.sort((a, b) => (steps[b] as number) - (steps[a] as number));
    },
  };
}

/** Fisher and Yates. Without an epoch, the order as it is. */
function permutation(count: number, epoch: number | undefined, seed: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  if (epoch === undefined) return order;
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(uniform(seed, streams.data, epoch * count + i) * (i + 1));
    const kept = order[i] as number;
    order[i] = order[other] as number;
    order[other] = kept;
  }
  return order;
}

function checkIndex(name: string, value: number, last: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= last) return;
  throw new Error(`examples: ${name} must be a whole number from 0 to ${last}, not ${value}`);
}
