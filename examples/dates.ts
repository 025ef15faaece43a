// Sequence to sequence: dates as people write them become ISO dates, by an encoder, a decoder and attention. Must reach:
// 95 % of new dates exact.
import { datePair, train, translate } from "unrolled";

const pairs = Array.from({ length: 4000 }, (_, i) => datePair(1, i));
const run = train(translate({ cell: "gru", size: 64, embedding: 32, attentionSize: 32 }), pairs, {
  split: 1,
  steps: 300,
  batch: 32,
  rate: 0.004,
  schedule: "cosine",
  clip: 1,
});
for await (const event of run) {
  if (event.kind === "step" && event.step % 100 === 0) console.log(event.step, event.loss.toFixed(3));
}

const model = await run.latest();
const longest = Math.max(...pairs.map((pair) => pair.source.length));
const fresh = Array.from({ length: 200 }, (_, i) => datePair(2, i)).filter((p) => p.source.length <= longest);
const [first] = fresh;
const [translation] = await model.predict([first?.source ?? ""]);
const { exact } = await model.score(fresh);
console.log(
  `"${first?.source}" is ${translation?.text}; ${(100 * exact).toFixed(1)} % of new dates are right`,
);
if (!(exact >= 0.95)) throw new Error(`dates: ${exact} are exact, not 0.95`);
