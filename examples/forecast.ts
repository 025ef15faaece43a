// Forecasts of a series: the next 12 months of sales that grow and have a season, with intervals, in a backtest beside
// the seasonal naive forecast. Must reach: a smaller error than that, and 80 % intervals that cover 65 to 95 %.
import { cellNamed, fit, wasmDevice } from "unrolled";
import {
  fitSeasonalNaive,
  forecast,
  forecaster,
  forecastExamples,
  intervalScore,
  mase,
  origins,
  readSeries,
} from "unrolled/tasks";

const months = Array.from({ length: 240 }, (_, i) => i);
const sold = months.map((i) => {
  const season = 1 + 0.3 * Math.sin((2 * Math.PI * i) / 12);
  return 100 * 1.008 ** i * season * (1 + 0.05 * Math.sin(i * i)); // the last factor is as good as noise
});
const series = readSeries({
  times: months.map((i) => new Date(Date.UTC(2000, i, 1)).toISOString()),
  values: [sold],
  names: ["sold"],
  lines: months.map((i) => i + 2),
  file: "sales",
});
const settings = { cell: cellNamed("gru"), horizon: 12, context: 24, log: true, lag: 12 };
const { task, network } = forecaster(series, 180, settings);
const device = wasmDevice();
const train = forecastExamples(task, series, 0, 180);
const budget = { epochs: 30 };
const run = await fit({ network, device, data: { kind: "examples", train }, batch: 16, rate: 0.003, budget });
for await (const event of run) if (event.kind === "end") console.log(`${event.step} steps`);

const values = Float64Array.from(sold);
const judged = { length: 240, horizon: 12, count: 30, step: 1, minimum: 180 };
const places = origins(judged);
const found = await forecast({ task, network, device, store: run.store }, series, places);
const history = values.subarray(0, places[0]);
const naive = fitSeasonalNaive(history, { horizon: 12, period: 12, levels: [] });
const mean = (score: (i: number, truth: Float64Array) => number): number =>
  places.reduce((sum, at, i) => sum + score(i, values.subarray(at, at + 12)) / places.length, 0);
const quantile = (i: number, level: number): Float64Array =>
  found[i]?.quantiles[0]?.[level] ?? new Float64Array(12);
const own = mean((i, truth) => mase(truth, quantile(i, 1), { history, period: 12 }));
const plain = mean((i, truth) => {
  return mase(truth, naive(values.subarray(0, places[i])).mean, { history, period: 12 });
});
const cover = mean((i, truth) => intervalScore(truth, quantile(i, 0), quantile(i, 2)).coverage);
console.log(
  `MASE ${own.toFixed(3)}, seasonal naive ${plain.toFixed(3)}; ${(100 * cover).toFixed(0)} % covered`,
);
device.dispose();
if (!(own < plain && cover > 0.65 && cover < 0.95)) throw new Error(`forecast: ${own}, ${plain}, ${cover}`);
