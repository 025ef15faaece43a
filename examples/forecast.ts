// Forecasts of a series: monthly sales with growth and a season, the next 12 months with intervals, and a backtest. Must
// reach: a smaller error than the seasonal naive forecast, and 80 % intervals that cover 65 to 95 % of the actual values.
import { forecast, seriesOf, train } from "unrolled";

const months = Array.from({ length: 240 }, (_, i) => i);
const sales = seriesOf({
  time: months.map((i) => new Date(Date.UTC(2000, i, 1)).toISOString()),
  sold: months.map((i) => {
    const season = 1 + 0.3 * Math.sin((2 * Math.PI * i) / 12);
    return 100 * 1.008 ** i * season * (1 + 0.05 * Math.sin(i * i)); // the last factor looks like noise
  }),
});

const task = forecast({ horizon: 12 });
const run = train(task, sales, { split: [0.75, 0.05, 0.2], epochs: 30, batch: 16 });
await run.finish();
const model = await run.best();

for (const { time, sold } of await model.predict(sales))
  console.log(time.toISOString().slice(0, 7), Math.round(sold.median), sold.interval.map(Math.round));

const { mase = NaN, coverage, baselines } = await model.score("test");
const naive = baselines["seasonal naive"]?.mase ?? NaN;
const covered = `${(100 * coverage).toFixed(0)} % covered`;
console.log(`MASE ${mase.toFixed(3)}, seasonal naive ${naive.toFixed(3)}; ${covered}`);
if (!(mase < naive && coverage > 0.65 && coverage < 0.95))
  throw new Error("forecast: not as good as it must be");
