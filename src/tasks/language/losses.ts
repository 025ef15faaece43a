// The loss of each symbol of a text under a language model, so that models can be compared and mixed symbol by symbol.
import { evaluationFeed } from "../../batch/feed.ts";
import { symbolInput } from "../../infer/evaluate.ts";
import type { Session } from "../../infer/session.ts";
import { logSumExp } from "../../model/logits.ts";
import type { Ids } from "../../text/alphabet.ts";

/**
 * The nats of each symbol of `ids`, [N]; NaN for those that are not predicted: the first of each lane, and the last
 * (N - 1) mod batch. Their mean is the loss of `evaluate`. `batch`: lanes side by side; `window`: steps at a time.
 */
export async function symbolLosses(
  session: Session,
  ids: Ids,
  { batch, window }: { readonly batch: number; readonly window: number },
): Promise<Float64Array> {
  const feed = evaluationFeed(ids, { input: symbolInput(session.network), batch, window });
  const losses = new Float64Array(ids.length).fill(NaN);
  await session.exclusively(async () => {
    for (let position = { epoch: 0, at: 0 }; position.epoch === 0;) {
      const loaded = feed.load(position);
      const { values, width } = await (await session.forward(loaded)).output();
      const targets = loaded.values["targets"] as Int32Array;
      const start = position.at;
      loaded.packing.each((token, lane, t) => {
        const logits = values.subarray(token * width, (token + 1) * width);
        const loss = logSumExp(logits) - (logits[targets[token] as number] as number);
        losses[lane * feed.length + start + t + 1] = loss;
      });
      position = loaded.next;
    }
  });
  return losses;
}
