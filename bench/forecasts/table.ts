// The table of forecasts with nothing set: a model of every series of a folder, scored at every origin of its last fifth beside
// naive forecasts and, where R and its package `forecast` are installed, beside ETS and theta. With
// `npm run bench:forecasts -- FOLDER NAME:SEASON:HORIZON …`, or without cases those of the list below.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { forecast, readSeries, train, type Prediction } from "../../src/node.ts";

const usual = [
  "co2:12:12",
  "nottem:12:12",
  "USAccDeaths:12:12",
  "wineind:12:12",
  "elnino:12:12",
  "UKgas:4:8",
  "JohnsonJohnson:4:4",
  "us-gdp:4:4",
  "Nile:1:5",
  "LakeHuron:1:5",
  "DAX:1:10",
  "taylor:48:48",
];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string", default: "1" }, peers: { type: "boolean", default: true } },
  allowNegative: true,
});
const [folder, ...given] = positionals;
if (folder === undefined)
  throw new Error("name a folder of series: bench:forecasts -- FOLDER [NAME:SEASON:HORIZON …]");
const cases = (given.length > 0 ? given : usual).map((text) => {
  const [name = "", season, horizon] = text.split(":");
  return { text, name, season: Number(season), horizon: Number(horizon) };
});

interface Row {
  readonly name: string;
  readonly method: string;
  /** Mean absolute error over that of the seasonal naive forecast within the history. */
  readonly mase: number;
  /** Mean interval score of 80 % intervals, in the same unit. Gneiting & Raftery 2007, JASA 102(477). */
  readonly interval: number;
  readonly coverage: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const geometric = (values: readonly number[]): number => Math.exp(mean(values.map(Math.log)));
const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

const penalty = 10; // 2 / 0.2, of what lies outside an 80 % interval

async function measure({ name, season, horizon }: (typeof cases)[number]): Promise<readonly Row[]> {
  const series = await readSeries(join(folder as string, `${name}.csv`), { value: "value" });
  const values = series.columns[0]?.values as Float64Array;
  const first = Math.floor(0.8 * values.length + 1e-6);
  const origins = Array.from({ length: values.length - horizon - first + 1 }, (_, i) => first + i);
  let scale = 0;
  for (let t = season; t < first; t++)
    scale += Math.abs((values[t] as number) - (values[t - season] as number)) / (first - season);
  const began = performance.now();
  const run = train(forecast({ horizon }), series, { seed: Number(options.seed) });
  await run.finish();
  const model = await run.best();
  const seconds = (performance.now() - began) / 1000;
  const forecasts = await model.predictFrom(series, origins);
  const total = (performance.now() - began) / 1000;
  const row = (
    method: string,
    at: (origin: number, i: number, k: number) => readonly [number, number, number],
  ): Row => {
    const errors: number[] = [],
      intervals: number[] = [],
      covered: number[] = [];
    origins.forEach((origin, i) => {
      for (let k = 0; k < horizon; k++) {
        const actual = values[origin + k] as number;
        const [low, middle, high] = at(origin, i, k);
        errors.push(Math.abs(actual - middle));
        intervals.push(high - low + penalty * (Math.max(low - actual, 0) + Math.max(actual - high, 0)));
        covered.push(actual >= low && actual <= high ? 1 : 0);
      }
    });
    return {
      name,
      method,
      mase: mean(errors) / scale,
      interval: mean(intervals) / scale,
      coverage: mean(covered),
    };
  };
  const forecastAt = (i: number, k: number): { readonly value: Prediction } => forecasts[i]?.[k] as never;
  const point = (value: number): readonly [number, number, number] => [value, value, value];
  const rows = [
    row("unrolled", (_, i, k) => {
      const { interval, median: middle } = forecastAt(i, k).value;
      return [interval[0], middle, interval[1]];
    }),
    row("naive", (origin) => point(values[origin - 1] as number)),
    row("seasonal naive", (origin, _, k) =>
      point(values[origin + k - season * Math.ceil((k + 1) / season)] as number),
    ),
  ];
  const [own, naive, seasonal] = rows as [Row, Row, Row];
  const better = Math.min(naive.mase, seasonal.mase);
  console.log(
    `${name.padEnd(16)} MASE ${own.mase.toFixed(3)} of ${seasonal.mase.toFixed(3)}: ${(own.mase / seasonal.mase).toFixed(3)}, ` +
      `${(own.mase / better).toFixed(2)} of the better naive; interval score ${own.interval.toFixed(2)}, ` +
      `${(100 * own.coverage).toFixed(0)} % covered; ${seconds.toFixed(1)} s to train, ${total.toFixed(1)} s in all, ` +
      `${model.metadata.trained?.updates ?? 0} updates kept`,
  );
  model.dispose();
  run.dispose();
  return rows;
}

function peers(): Row[] {
  const script = new URL("../../../bench/forecasts/peers.R", import.meta.url).pathname;
  if (!options.peers || !existsSync(script)) return [];
  try {
    const said = execFileSync("Rscript", [script, folder as string, ...cases.map(({ text }) => text)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return said
      .trim()
      .split("\n")
      .slice(1)
      .map((line): Row => {
        const [name = "", method = "", ...numbers] = line.split(",");
        const [mase, interval, coverage] = numbers.map(Number) as [number, number, number];
        return { name, method: `R's ${method}`, mase, interval, coverage };
      });
  } catch {
    console.log("R or its package forecast is not installed, so its forecasts are left out");
    return [];
  }
}

const rows: Row[] = [];
for (const one of cases) rows.push(...(await measure(one)));
rows.push(...peers());
const seasonal = new Map(
  rows.filter(({ method }) => method === "seasonal naive").map(({ name, mase }) => [name, mase]),
);
for (const method of new Set(rows.map((row) => row.method))) {
  const own = rows.filter((row) => row.method === method);
  console.log(
    `${method.padEnd(20)} geometric mean of MASE over seasonal naive ${geometric(own.map((row) => row.mase / (seasonal.get(row.name) as number))).toFixed(3)}, ` +
      `mean interval score ${mean(own.map(({ interval }) => interval)).toFixed(2)}, median coverage ${(100 * median(own.map(({ coverage }) => coverage))).toFixed(0)} %`,
  );
}
