// What each symbol of a text costs a language model, one by one, so that models can be compared and mixed token by token.
// Draws no noise and changes nothing.
import type { Ids } from "../../text/alphabet.ts";
import { fitLanes } from "../../train/lanes.ts";
import { logSumExp } from "../../model/logits.ts";
import { buildPlan } from "../../plan/build.ts";
import type { EvaluationSettings } from "../../train/evaluate.ts";
import { symbolInput } from "../../train/evaluate.ts";
import { laneFeed, writeBatch } from "../../train/feed.ts";
import { eventLoopTurns } from "../../run/turn.ts";

/**
 * The nats of each symbol of `ids`, [N]; NaN for those that are not predicted: the first of each lane, and the last
 * (N - 1) mod batch. Their mean is what `evaluate` gives.
 */
export async function textLosses(
  settings: Omit<EvaluationSettings, "data"> & { readonly ids: Ids },
): Promise<Float64Array> {
  const { network, device, store, ids, batch = 32, window = 50 } = settings;
  const fits = fitLanes(ids.length, { batch, window });
  if (!fits) throw new Error(`evaluation: the text needs 2 symbols or more, not ${ids.length}`);
  const feed = laneFeed(ids, { input: symbolInput(network), ...fits, horizon: fits.window }, "evaluated");
  const plan = buildPlan(network, { mode: "evaluate", rows: feed.rows, steps: feed.steps });
  const output = `output.${network.loss.of}`;
  const width = plan.views[output]?.width ?? 0;
  const program = await device.compile(plan, store);
  const turns = eventLoopTurns();
  const found = new Float64Array(ids.length).fill(NaN);
  const logits = new Float32Array(feed.rows * feed.steps * width);
  try {
    for (let position = { epoch: 0, at: 0 }; position.epoch === 0;) {
      const loaded = feed.load(position);
      writeBatch(program, loaded);
      program.run("forward", loaded.extent);
      program.run("carry", loaded.extent);
      const { rows, steps } = loaded.extent;
      await program.read(output, logits.subarray(0, rows * steps * width));
      const targets = loaded.values["targets"] as Int32Array;
      for (let token = 0; token < rows * steps; token++) {
        const lane = token % rows;
        const step = position.at + Math.floor(token / rows);
        const own = logits.subarray(token * width, (token + 1) * width);
        found[lane * feed.length + step + 1] = logSumExp(own) - (own[targets[token] as number] as number);
      }
      position = loaded.next;
      await turns();
    }
  } finally {
    program.dispose();
  }
  return found;
}
