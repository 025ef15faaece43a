// The baselines on real series, scored over rolling origins; what a network is to beat.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Baseline, BaselineSettings } from "../../../src/tasks/forecast/baseline.ts";
import { fitLinear } from "../../../src/tasks/forecast/linear.ts";
import { fitNaive } from "../../../src/tasks/forecast/naive.ts";
import { fitSeasonalNaive } from "../../../src/tasks/forecast/seasonal-naive.ts";
import { rollingOrigins } from "../../../src/tasks/forecast/origins.ts";
import { regularSeries } from "../../../src/tasks/forecast/regular-series.ts";
import { mase } from "../../../src/tasks/forecast/errors.ts";
import { intervalScore } from "../../../src/tasks/forecast/quantiles.ts";

const folder = new URL("../../../../shared/data/time-series/", import.meta.url);
// Skipped where the data is not beside the checkout.
const here = test.skipIf(!existsSync(folder));

function load(file: string): Float64Array {
  const lines = readFileSync(new URL(file, folder), "utf8").replaceAll('"', "").trim().split(/\r?\n/);
  const rows = lines.slice(1).map((line) => line.split(","));
  const [times, values] = [rows.map((row) => row[0]), [rows.map((row) => row[1])]];
  const lineNumbers = rows.map((_, i) => i + 2);
  const place = { source: file, unit: "line", lines: lineNumbers, timeName: "time" } as const;
  return regularSeries({ times, values, names: ["y"], ...place }).columns[0]!.values;
}

const methods = { naive: fitNaive, seasonalNaive: fitSeasonalNaive, linear: fitLinear };
interface Score {
  readonly mase: number;
  readonly coverage: number;
}

type Fit = (history: Float64Array, settings: BaselineSettings) => Baseline;

/** Mean MASE, and coverage of the interval from 0.1 to 0.9, over 12 origins, each fitted anew to all before it. */
function backtest(series: Float64Array, fit: Fit): Score {
  const horizon = 12;
  const period = 12;
  const cuts = rollingOrigins({ length: series.length, horizon, count: 12, minimum: 61 });
  const scores = cuts.map((cut) => {
    const history = series.subarray(0, cut);
    const targets = series.subarray(cut, cut + horizon);
    const { mean, quantiles } = fit(history, { horizon, period, levels: [0.1, 0.9] })(history);
    const { coverage } = intervalScore(targets, quantiles[0]!, quantiles[1]!);
    return { mase: mase(targets, mean, { history, period }), coverage };
  });
  const average = (of: keyof Score): number => scores.reduce((sum, score) => sum + score[of], 0) / 12;
  return { mase: average("mase"), coverage: average("coverage") };
}

interface Golden {
  readonly cases: Readonly<Record<string, Readonly<Record<keyof typeof methods, Score>>>>;
}

const url = new URL("../../goldens/forecasting/backtest.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(url, "utf8")) as Golden;

here.each(Object.entries(cases))("%s as numpy has it", (file, expected) => {
  const series = load(file);
  for (const name of ["naive", "seasonalNaive", "linear"] as const) {
    const score = backtest(series, methods[name]);
    expect(score.mase, name).toBeCloseTo(expected[name].mase, 9);
    expect(score.coverage, name).toBeCloseTo(expected[name].coverage, 12);
  }
});
