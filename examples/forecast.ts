// Forecasts of a series: the next 12 months of sales that grow and have a season, with intervals, in a backtest beside
// simple forecasts. Must reach: a smaller error than the seasonal naive forecast, and 80 % intervals that cover 65 to 95 %.
import { forecast, seriesOf, train } from "unrolled";

const months = Array.from({ length: 240 }, (_, i) => i);
const sales = seriesOf({
  time: months.map((i) => new Date(Date.UTC(2000, i, 1)).toISOString()),
  sold: months.map((i) => {
    const season = 1 + 0.3 * Math.sin((2 * Math.PI * i) / 12);
    return 100 * 1.008 ** i * season * (1 + 0.05 * Math.sin(i * i)); // the last factor is as good as noise
  }),
});
const task = forecast({ horizon: 12, context: 24, log: true, seasonalDifference: 12 });
const run = train(task, sales, { split: [0.75, 0.05, 0.2], epochs: 30, batch: 16 });
await run.finish();

const model = await run.best();
const errors = await model.backtest(sales);
console.table(errors);
const [next] = await model.predict(sales);
console.log(
  `${next?.time.toISOString().slice(0, 7)}: ${next?.sold.median.toFixed(0)}, 80 % within`,
  next?.sold.interval,
);
const [own, seasonal] = [errors["this model"], errors["seasonal naive, 12"]];
const cover = own?.coverage ?? 0;
console.log(
  `MASE ${own?.mase.toFixed(3)}, seasonal naive ${seasonal?.mase.toFixed(3)}; ${(100 * cover).toFixed(0)} % covered`,
);
if (!((own?.mase ?? Infinity) < (seasonal?.mase ?? 0) && cover > 0.65 && cover < 0.95))
  throw new Error(`forecast: ${own?.mase}, ${seasonal?.mase}, ${cover}`);
