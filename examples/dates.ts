// Sequence to sequence: dates as people write them become ISO dates, by an encoder, a decoder and attention. Must reach:
// 95 % of new dates exactly right.
import { datePair, train, translate } from "unrolled";

const pairs = Array.from({ length: 4000 }, (_, i) => datePair(1, i));
const task = translate({ cell: "gru", size: 64, embedding: 32, attentionSize: 32 });
const run = train(task, pairs, { split: 1, steps: 300, batch: 32, rate: 0.004, schedule: "cosine", clip: 1 });
for await (const event of run)
  if (event.kind === "step" && event.step % 100 === 0) console.log(event.step, event.loss.toFixed(3));
const model = await run.latest();

// Attention has a place for each symbol of the longest source that it was trained on.
const longest = Math.max(...pairs.map(({ source }) => source.length));
const unseen = Array.from({ length: 200 }, (_, i) => datePair(2, i)).filter(
  (p) => p.source.length <= longest,
);
const [translation] = await model.predict(["the 3rd of may, 1987"]);
const { exact } = await model.score(unseen);
console.log(`"the 3rd of may, 1987" is ${translation?.text}`);
console.log(`${(100 * exact).toFixed(1)} % of new dates are right`);
if (!(exact >= 0.95)) throw new Error(`dates: ${exact} are right, not 0.95`);
