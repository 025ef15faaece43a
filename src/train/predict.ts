// What a network says of examples: a layer's output, at every step or at the last one, in the order of the examples.
// Draws no noise, compares with no target and changes nothing.
import type { Example } from "../model/example.ts";
import { buildPlan } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { Device, ParameterStore } from "../run/device.ts";
import { eventLoopTurns } from "../run/turn.ts";
import { sourceFor } from "./evaluate.ts";
import { exampleFeed } from "./example-feed.ts";
import { writeBatch } from "./feed.ts";

export interface PredictionSettings {
  readonly network: Network;
  readonly device: Device;
  /** Its parameters are the model. */
  readonly store: ParameterStore;
  /** The layer whose output is wanted. Default `readout`. */
  readonly layer?: string;
  /** Examples side by side. Default 64. */
  readonly batch?: number;
}

export interface Predictor {
  /**
   * The layer's output for each example, [steps, width], or of the last step alone, [width]. Targets need not be right,
   * but there. Throws where examples do not fit the network.
   */
  predict(examples: readonly Example[], at?: "every step" | "last step"): Promise<Float64Array[]>;
}

/** Each call makes a program for its examples and frees it. */
export function createPredictor(settings: PredictionSettings): Predictor {
  const { network, device, store, layer = "readout", batch = 64 } = settings;
  return {
    async predict(examples, at = "every step") {
      if (examples.length === 0) return [];
      const feed = exampleFeed(network, examples, { batch, seed: 0, shuffle: false });
      const plan = buildPlan(network, { mode: "evaluate", rows: feed.rows, steps: feed.steps });
      const width = plan.views[`output.${layer}`]?.width;
      if (width === undefined) {
        const known = network.layers.map((l) => l.name).join(", ");
        throw new Error(`there is no layer '${layer}' to read; the network has ${known}`);
      }
      const program = await device.compile(plan, store);
      const source = await sourceFor(feed, network, device, store);
      const turns = eventLoopTurns();
      const found: Float64Array[] = [];
      try {
        for (let index = 0; index < feed.length; index++) {
          const loaded = feed.load({ epoch: 0, at: index });
          writeBatch(program, loaded, loaded.source && (await source?.forward(loaded.source)));
          program.run("forward", loaded.extent);
          const rows = loaded.rows as readonly number[];
          const lengths = loaded.extent.lengths as Int32Array;
          const tokens = lengths.reduce((sum, length) => sum + length, 0);
          const values = await program.read(`output.${layer}`, new Float64Array(tokens * width));
          rows.forEach((row, b) => {
            found[row] = new Float64Array(width * (at === "last step" ? 1 : (lengths[b] as number)));
          });
          let token = 0;
          for (let t = 0; t < loaded.extent.steps; t++) {
            for (let b = 0; b < rows.length && (lengths[b] as number) > t; b++, token++) {
              const into = found[rows[b] as number] as Float64Array;
              const value = values.subarray(token * width, (token + 1) * width);
              if (at === "every step") into.set(value, t * width);
              else if (t + 1 === lengths[b]) into.set(value);
            }
          }
          await turns();
        }
      } finally {
        program.dispose();
        source?.dispose();
      }
      return found;
    },
  };
}
