import { forecast, readSeries, train } from "unrolled/node";
const sales = await readSeries("sales.csv", { time: "month", value: "sold" });
const run = train(forecast({ horizon: 12 }), sales, { epochs: 40, patience: 8 });
await run.finish();
const model = await run.best();
console.table(await model.backtest(sales)); // only origins after what training saw; beside the baselines
for (const { time, sold } of await model.predict(sales)) console.log(time, sold.median, sold.interval);
