// The readout of a network for examples, at every step or at the last, in the order of the examples.
import type { Example } from "../batch/example.ts";
import { exampleFeed } from "../batch/example-feed.ts";
import type { Session } from "./session.ts";

/** Which layer `predict` reads, and when. */
export interface PredictionSettings {
  /** The layer to read. Default the readout. */
  readonly layer?: string;
  /** Default `every step`. */
  readonly at?: "every step" | "last step";
  /** Examples side by side. Default 64. */
  readonly batch?: number;
}

/**
 * A layer's output for each example: [steps, width], or [width] at the last step. Targets must be there, but are not
 * compared. Throws where examples do not fit the network.
 */
export async function predict(
  session: Session,
  examples: readonly Example[],
  settings: PredictionSettings = {},
): Promise<Float64Array[]> {
  const { layer, at = "every step", batch = 64 } = settings;
  if (examples.length === 0) return [];
  const { network, device } = session;
  const order = { batch, seed: 0, shuffle: false };
  const feed = exampleFeed(network, examples, { ...order, precision: device.precision });
  const predictions: Float64Array[] = [];
  await session.exclusively(async () => {
    for (let index = 0; index < feed.length; index++) {
      const loaded = feed.load({ epoch: 0, at: index });
      const { values, width } = await (await session.forward(loaded)).output(layer);
      const { packing, rows = [] } = loaded;
      const byRow = at === "last step" ? packing.last(values, width) : packing.byRow(values, width);
      byRow.forEach((row, i) => (predictions[rows[i] as number] = row));
    }
  });
  return predictions;
}
