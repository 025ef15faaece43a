import { datePair, train, translate } from "unrolled";
const pairs = Array.from({ length: 1200 }, (_, i) => datePair(1, i));
const run = train(translate({ cell: "gru", size: 32, attentionSize: 32 }), pairs, {
  split: [0.8, 0.1, 0.1],
  epochs: 6,
  batch: 32,
  rate: 0.01,
});
for await (const event of run) if (event.kind === "validation") console.log(event.loss);
const model = await run.best();
console.log(await model.score("test"));
const [date] = await model.predict(["the 3rd of May, 1987"]);
console.log(date?.text);
