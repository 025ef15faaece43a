// Classification of texts: the month of a date that a person wrote, in words or figures. Must reach: 98 % of new dates.
import { classify, datePair, train } from "unrolled";

const dates = Array.from({ length: 1500 }, (_, i) => datePair(1, i));
const items = dates.map(({ source, target }) => ({ value: source, label: target.slice(5, 7) }));
const run = train(classify(), items, { split: [0.8, 0.1, 0.1] });
for await (const event of run)
  if (event.kind === "validation") console.log(event.step, event.loss.toFixed(3));
const model = await run.best();

const [{ label, probability }] = await model.predict(["the 3rd of May, 1987"]);
console.log(`month ${label}, with a probability of ${probability.toFixed(3)}`);
const { accuracy, baseline } = await model.score("test");
const percent = (share = 0): string => `${(100 * share).toFixed(1)} %`;
console.log(`${percent(accuracy)} right, ${baseline?.name} ${percent(baseline?.accuracy)}`);
if (!(accuracy >= 0.98)) throw new Error(`months: ${accuracy} are right, not 0.98`);
