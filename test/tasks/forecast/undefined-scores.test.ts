// Scores that a series does not have, since its history repeats itself or is too short: left out, and said.
import { afterAll, describe, expect, test } from "vitest";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import { forecast, type Forecaster } from "../../../src/tasks/forecast/forecast.ts";
import { backtestChart } from "../../../src/tasks/forecast/plots.ts";
import { seriesOf } from "../../../src/tasks/forecast/regular-series.ts";
import { type SeriesTable } from "../../../src/tasks/forecast/series.ts";
import { train } from "../../../src/tasks/train.ts";
import { months, sales, sold } from "./shop.ts";

const device = wasmDevice({ threads: 1 });
afterAll(() => device.dispose());

describe("scores that a series does not have", () => {
  const modelOf = async <V extends string>(data: SeriesTable<V>, more: object = {}): Promise<Forecaster> => {
    const run = train(forecast({ horizon: 3, context: 12, size: 2, ...more }), data, { steps: 2, device });
    await run.finish();
    return run.latest();
  };
  const wave = (t: number): number => Math.sin((2 * Math.PI * t) / 12);
  const kinds: Readonly<Record<string, (t: number) => number>> = {
    constant: () => 42,
    "constant, and no whole number": () => 0.1,
    "constant at 0": () => 0,
    "exactly periodic": (t) => [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8][t % 12]!,
    "periodic but for rounding": (t) => 7 + wave(t),
    "constant before the first forecast": (t) => (t < 57 ? 20 : 20 + (t % 5)),
  };

  test.each(Object.entries(kinds))("%s: no MASE, and all others", async (_, value) => {
    const series = seriesOf({ time: months(72), y: Array.from({ length: 72 }, (_, t) => value(t)) });
    for (const seasonalDifference of [0, 12]) {
      const model = await modelOf(series, { seasonalDifference });
      const score = await model.score(series);
      expect(score.notes).toEqual([
        "MASE is left out: the history repeats itself every 12 steps, which leaves nothing to divide by; another period (--period) may give it",
      ]);
      const table = await model.backtest(series);
      expect(Object.keys(table)).toEqual([
        "this model",
        "naive",
        "seasonal naive",
        "seasonal naive with drift",
        "linear",
        "theta",
      ]);
      for (const row of [...Object.values(table), score]) {
        expect(row.mase).toBeUndefined();
        for (const error of [row.smape, row.crps, row.coverage, row.winkler!])
          expect(Number.isFinite(error)).toBe(true);
      }
      expect(backtestChart(series, score)).not.toMatch(/NaN|Infinity/u);
    }
  });

  test("are left out of a mean over columns that have them", async () => {
    const flat = seriesOf({ time: months(72), flat: Array.from({ length: 72 }, () => 1), sold: sold(72) });
    const score = await (await modelOf(flat)).score(flat);
    expect(score.notes).toEqual([expect.stringMatching(/^flat: MASE is left out: /u)]);
    expect(score.columns["flat"]!.mase).toBeUndefined();
    expect(score.mase).toBe(score.columns["sold"]!.mase);
    expect(score.mase).toBeGreaterThan(0);
    expect(score.baselines["naive"]!.mase).toBe(score.columns["sold"]!.baselines["naive"]!.mase);
  });

  test("and baselines that need more history than there is", async () => {
    const series = sales(66);
    const model = await modelOf(series, { seasonalDifference: 0 });
    expect((await model.score(series)).notes).toEqual([]);
    const score = await model.score(series, { period: 64 });
    expect(Object.keys(score.baselines)).toEqual(["naive", "theta"]);
    expect(score).toMatchObject({ mase: undefined, origins: 12 });
    expect(score.baselines["naive"]!.smape).toBeGreaterThan(0);
    expect(score.notes).toEqual([
      "MASE is left out: a season is 64 steps, and there are 52 before the first forecast; another period (--period) may give it",
      "the seasonal naive baseline is left out: it needs 67 steps to fit, and there are 52",
      "the seasonal naive with drift baseline is left out: it needs 67 steps to fit, and there are 52",
      "the linear baseline is left out: it needs 260 steps to fit, and there are 52",
    ]);
    // Data to learn from may be long, where the forecasts have little before them.
    const part = await model.score("train", { period: 20, baseline: sales(200) });
    expect(part.notes).toContain(
      "the linear baseline is left out: it needs 40 steps before a forecast, and there are 23",
    );
    expect(Object.keys(part.baselines)).toEqual([
      "naive",
      "seasonal naive",
      "seasonal naive with drift",
      "theta",
    ]);
  });
});
