// Forecasts as a program makes them: from a table to a model, its scores beside baselines, and its predictions.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeModel } from "../../../src/checkpoint/open.ts";
import { encodeModel } from "../../../src/checkpoint/checkpoint.ts";
import { loadModel, loadRun, openModel, saveModel, saveRun } from "../../../src/checkpoint/model-files.ts";
import { referenceDevice } from "../../../src/run/reference/device.ts";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import { forecast, type Forecaster } from "../../../src/tasks/forecast/forecast.ts";
import { readSeries } from "../../../src/tasks/forecast/series-files.ts";
import { seriesOf } from "../../../src/tasks/forecast/regular-series.ts";
import { type SeriesTable } from "../../../src/tasks/forecast/series.ts";
import { train } from "../../../src/tasks/train.ts";
import { tagsOf } from "../../charts/svg.ts";
import { backtestChart, predictionChart } from "../../../src/tasks/forecast/plots.ts";
import { kept, months, sales, shop, shopCsv, sold } from "./shop.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-forecast-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const device = wasmDevice({ threads: 1 });
afterAll(() => device.dispose());

const baselineNames = ["naive", "seasonal naive", "seasonal naive with drift", "linear", "theta"];
const options = { horizon: 6, context: 24, seasonalDifference: 12, size: 8 } as const;

describe("a table of sales", () => {
  let series: SeriesTable<"sold">;
  let model: Forecaster;
  const validations: number[] = [];

  beforeAll(async () => {
    writeFileSync(at("sales.csv"), shopCsv(132));
    series = await readSeries(at("sales.csv"), { time: "month", value: "sold" });
    const run = train(forecast(options), series, { epochs: 60, patience: 8, rate: 0.02, device });
    expect((await run.prepare()).lines).toEqual([
      "132 steps of 1 month; train on the first 92, validate on 13, leave 27 for testing",
      expect.stringMatching(
        /^(values|logarithms), differences over 12 steps as asked, a season of 12 steps \(autocorrelation 0\.\d\d\); starts from .* %\).*: least errors at \d+ earlier origins$/u,
      ),
    ]);
    for await (const event of run) if (event.kind === "validation") validations.push(event.loss);
    model = await run.best();
  });

  test("is learned", () => {
    expect(validations.length).toBeGreaterThan(2);
    // The first one is that of the linear path alone.
    expect(Math.min(...validations)).toBeLessThanOrEqual(validations[0]!);
    expect(model).toMatchObject({
      kind: "forecast",
      columns: ["sold"],
      frequency: { unit: "month", every: 1 },
      horizon: 6,
      quantiles: [0.1, 0.5, 0.9],
      strategy: "direct",
    });
    // January 1990 and 105 months, the training and the validation part.
    expect(model.metadata.data).toEqual({ kind: "time", from: Date.UTC(1990, 105) });
  });

  test("is forecast from its end, with a prediction under the column's name", async () => {
    const rows = await model.predict(series);
    expect(rows.map(({ time }) => time.toISOString().slice(0, 10))).toEqual(
      ["01", "02", "03", "04", "05", "06"].map((month) => `2001-${month}-01`),
    );
    for (const { sold: prediction } of rows) {
      const { median, interval, quantiles } = prediction;
      expect(quantiles).toEqual({ "0.1": interval[0], "0.5": median, "0.9": interval[1] });
      expect(interval[0]).toBeLessThan(median);
      expect(median).toBeLessThan(interval[1]);
    }
    // @ts-expect-error -- a row has only the columns of the series
    expect(rows[0]!.bought).toBeUndefined();
    expect(rows).toEqual(await model.predict(series));
    const [earlier, latest] = await model.predictFrom(series, [120, 132]);
    expect(latest).toEqual(rows);
    // Nothing after an origin is read.
    expect(earlier).toEqual(await model.predict(sales(120)));
  });

  test("is backtested beside baselines, only where training did not see it", async () => {
    const table = await model.backtest(series);
    expect(Object.keys(table)).toEqual(["this model", ...baselineNames]);
    for (const row of Object.values(table))
      expect(Object.keys(row)).toEqual(["mase", "smape", "crps", "coverage", "winkler"]);
    expect(table["this model"]!.mase).toBeLessThan(table["seasonal naive"]!.mase!);
    expect(table["this model"]!.coverage).toBeGreaterThan(0.6);
    const score = await model.score(series);
    // Origins 105 to 126, so that 6 steps follow.
    expect(score).toMatchObject({ origins: 22, from: new Date(Date.UTC(1990, 105)), horizon: 6, period: 12 });
    expect(score.frequency).toEqual({ unit: "month", every: 1 });
    const { baselines, ...errors } = score.columns["sold"]!;
    expect({ "this model": errors, ...baselines }).toEqual(table);
    expect(score).toMatchObject(score.columns["sold"]!);
  });

  test("has parts in time, of which the steps before are history", async () => {
    expect(await model.score("test")).toEqual(await model.score(series));
    // Origins 92 to 105 - 6.
    expect(await model.score("validation")).toMatchObject({ origins: 8, from: new Date(Date.UTC(1990, 92)) });
    // Origins 36, which the model reads, to 92 - 6.
    expect(await model.score("train")).toMatchObject({ origins: 51, from: new Date(Date.UTC(1990, 36)) });
    const { train: seen, validation, test: unseen } = await model.parts(series);
    expect([seen.partFrom, seen.times.length, validation]).toEqual([0, 105, undefined]);
    expect(await model.score(unseen!)).toEqual(await model.score("test"));
    expect((await model.parts(sales(105))).test).toBeUndefined();
  });

  test("may be backtested with another season, fewer origins and uncorrected intervals", async () => {
    const settings = { period: 6, origins: 3, stride: 2, calibrate: 0 };
    const score = await model.score(series, settings);
    expect(score).toMatchObject({ origins: 3, from: new Date(Date.UTC(1990, 122)), period: 6 });
    expect(await model.backtest(series, settings)).not.toEqual(await model.backtest(series));
    const learned = await model.score(series, { ...settings, baseline: sales(60) });
    expect(learned.mase).toBe(score.mase);
    expect(learned.baselines["linear"]).not.toEqual(score.baselines["linear"]);
  });

  test("leaves out the linear baseline where there is too little history for it", async () => {
    // A linear forecast with a season of 20 learns from 2 * 40 + 6 + 1 = 87 steps or more, of 30 from 127.
    expect((await model.score(series, { period: 20 })).baselines["linear"]).toBeDefined();
    const score = await model.score(series, { period: 30 });
    expect(Object.keys(score.baselines)).toEqual(baselineNames.filter((name) => name !== "linear"));
    expect(score.notes).toEqual([
      "the linear baseline is left out: it needs 127 steps to fit, and there are 105",
    ]);
  });

  test("is the same after a file, and continues in new data", async () => {
    await saveModel(at("sales.safetensors"), model);
    const later = await loadModel(at("sales.safetensors"), forecast, { device });
    expect(await later.predict(series)).toEqual(await model.predict(series));
    expect(await later.backtest(series)).toEqual(await model.backtest(series));
    await expect(later.score("test")).rejects.toThrow(
      "a loaded model holds no data, so it has no part 'test'",
    );
    const longer = await later.score(sales(156));
    expect(longer).toMatchObject({ origins: 46, from: new Date(Date.UTC(1990, 105)) });
    const any = await openModel(at("sales.safetensors"), { device });
    expect(any.kind).toBe("forecast");
    later.dispose();
    await expect(later.predict(series)).rejects.toThrow("this model has been disposed");
    any.dispose();
  });

  test("is told where nothing is left to evaluate", async () => {
    await expect(model.backtest(sales(110))).rejects.toThrow(
      "backtest: there are no 6 steps from 1998-10-01 on, where the steps begin that training did not see; give a " +
        "longer series, or train with a part for testing, such as the split 0.7/0.1/0.2",
    );
    await expect(model.backtest(series, { origins: 23 })).rejects.toThrow(
      "need a series of 133 steps or more, not 132; use a longer series, or at most 22 origins",
    );
    for (const name of ["period", "origins", "stride"])
      await expect(model.backtest(series, { [name]: 0 })).rejects.toThrow(
        `${name === "origins" ? "count" : name} must be a whole number, 1 or more, not 0`,
      );
  });

  test("is drawn with its predictions, and with its backtest and the baselines", async () => {
    const next = predictionChart(series, await model.predict(series));
    expect(tagsOf(next).length).toBeGreaterThan(10);
    expect(next).toContain("<title>sold: the next 6 steps</title>");
    expect(next).not.toContain(">naive</text>");
    const score = await model.score(series);
    // Every sixth of the origins 105 to 126, from the last.
    expect(score.forecasts.map(({ origin }) => origin)).toEqual([114, 120, 126]);
    const past = backtestChart(series, score, { title: "Sales" });
    expect(past).toContain("<title>Sales</title>");
    for (const label of ["median", "quantiles 0.1 to 0.9", ...baselineNames])
      expect(past).toContain(`>${label}</text>`);
    expect(() => predictionChart(series, [])).toThrow("forecast chart: there is no forecast to draw");
  });
});

describe("two series together", () => {
  const series = shop(120);
  const paths = {
    ...options,
    strategy: "recursive",
    distribution: "gaussian",
    calendar: true,
    quantiles: [0.95, 0.05, 0.5],
  } as const;

  test("are forecast along paths, from memory, and scored by column", async () => {
    const run = train(forecast(paths), series, { epochs: 4, device });
    await run.finish();
    const model = await run.best();
    const rows = await model.predict(series, { paths: 20, calibrate: 3 });
    expect(Object.keys(rows[0]!)).toEqual(["time", "sold", "kept"]);
    expect(Object.keys(rows[5]!.kept.quantiles)).toEqual(["0.05", "0.5", "0.95"]);
    const few = { paths: 20, calibrate: 3, origins: 2 };
    const score = await model.score("test", few);
    const [first, second] = [score.columns["sold"]!, score.columns["kept"]!];
    expect(score.mase).toBeCloseTo((first.mase! + second.mase!) / 2, 12);
    expect(score.baselines["naive"]!.crps).toBeCloseTo(
      (first.baselines["naive"]!.crps + second.baselines["naive"]!.crps) / 2,
      12,
    );
    const table = await model.backtest(series, few);
    expect(Object.keys(table)).toEqual(
      ["sold", "kept"].flatMap((name) =>
        ["this model", ...baselineNames].map((title) => `${name}: ${title}`),
      ),
    );
    expect(table["kept: linear"]).toEqual(second.baselines["linear"]);
    const svg = backtestChart(series, score);
    for (const name of ["sold", "kept"]) expect(svg).toContain(`>${name}</text>`);
    const bytes = await encodeModel(await model.file());
    const later = await decodeModel(bytes, forecast, { device });
    expect(await later.predict(series, { paths: 20, calibrate: 3 })).toEqual(rows);
  });

  test("are read by their names, in any order", async () => {
    const run = train(forecast(options), series, { steps: 1, device });
    await run.finish();
    const model = await run.latest();
    const turned = seriesOf({ time: months(120), kept: kept(120), sold: sold(120) });
    expect(await model.predict(turned)).toEqual(await model.predict(series));
    await expect(model.predict(sales(120))).rejects.toThrow(
      "forecast: the model reads a column 'kept', and the series has only sold; add it",
    );
  });
});

test("a run goes on where it was stopped, with the same bits", async () => {
  const series = sales(132);
  const settings = { epochs: 6, device } as const;
  const whole = train(forecast(options), series, settings);
  await whole.finish();
  const begun = train(forecast(options), series, settings);
  for await (const event of begun) if (event.kind === "step" && event.step === 3) break;
  await saveRun(at("run.safetensors"), begun);
  const resume = await loadRun(at("run.safetensors"));
  const resumed = train(forecast(options), series, { ...settings, resume });
  await resumed.finish();
  expect((await resumed.snapshot()).training.weights).toEqual((await whole.snapshot()).training.weights);
  await expect(train(forecast(options), shop(132), { ...settings, resume }).finish()).rejects.toThrow(
    "resume: the data are not those of the saved run",
  );
});

test("all of a series may be trained on, and then only what follows is evaluated", async () => {
  const run = train(forecast({ ...options, size: 2 }), sales(96), { split: 1, steps: 1, device });
  expect((await run.prepare()).lines[0]).toBe(
    "96 steps of 1 month; train on the first 96, validate on nothing",
  );
  await run.finish();
  const model = await run.latest();
  await expect(model.backtest(sales(96))).rejects.toThrow("there are no 6 steps from 1998-01-01 on");
  expect(await model.score(sales(104))).toMatchObject({ origins: 3 });
  await expect(model.score("test")).rejects.toThrow("the data were trained on without a part 'test'");
});

describe("options are refused", () => {
  const refuse = (bad: Parameters<typeof forecast>[0], message: string, months = 132): Promise<void> =>
    expect(train(forecast(bad), sales(months), { steps: 1, device }).finish()).rejects.toThrow(message);

  test("that are out of range", async () => {
    await refuse({ horizon: 0 }, "forecast: horizon must be a whole number, 1 or more, not 0");
    await refuse({ context: 2.5 }, "forecast: context must be a whole number, 1 or more, not 2.5");
    await refuse(
      { quantiles: [0.1, 0.9] },
      "forecast: quantiles must have 0.5, which is the point forecast, not only 0.1, 0.9; add it",
    );
    await refuse({ quantiles: [0.5, 90] }, "forecast: a quantile must be between 0 and 1, not 90");
    await refuse(
      { seasonalDifference: -1 },
      "column 'sold': scaling: the seasonal difference must be a whole number, 0 or more, not -1",
    );
    expect(() => forecast({ cell: "grru" })).toThrow("did you mean 'gru'?");
    expect(() => forecast({ sizes: { P: 3 } })).toThrow("gru has no width 'P', only H, I");
  });

  test("that the series is too short for", async () => {
    await refuse(
      { context: 200 },
      "forecast: steps 0 to 89 have no room for 200 steps to read and 12 to forecast, and differences take the first 12; use a longer",
    );
    await refuse(
      { context: 24, horizon: 60, seasonalDifference: 12 },
      "have no room for 24 steps to read and 60 to forecast, and differences take the first 12",
    );
    await refuse(
      { seasonalDifference: 12, context: 1, horizon: 1 },
      "column 'sold': scaling: fitting with a seasonal difference of 12 needs 13 values or more, not 10",
      13,
    );
  });

  test("logarithms of values that are not above 0", async () => {
    const series = seriesOf({ time: months(96), sold: sold(96).map((value) => value - 210) });
    await expect(train(forecast({ log: true }), series, { device }).prepare()).rejects.toThrow(
      /^column 'sold': scaling: values\[\d+\] must be above 0 for its logarithm/u,
    );
  });
});

describe("model files of version 0.1.0", () => {
  const golden = (name: string): string =>
    fileURLToPath(new URL(`../../goldens/models/${name}.safetensors`, import.meta.url));
  const open = (name: string): Promise<Forecaster> =>
    loadModel(golden(name), forecast, { device: referenceDevice() });

  // The numbers were printed by version 0.1.0 on the reference device.
  test("forecast as they did", async () => {
    const model = await open("forecast");
    const series = sales(120);
    const rows = await model.predict(series);
    expect(rows[0]!.sold.quantiles["0.1"]).toBeCloseTo(340.9570366028326, 10);
    expect(rows[0]!.sold.median).toBeCloseTo(353.8045813538839, 10);
    expect(rows[5]!.sold.interval[1]).toBeCloseTo(334.3969698136544, 10);
    const score = await model.score(series);
    expect(score.origins).toBe(19);
    expect(score.mase).toBeCloseTo(0.42434052423380386, 10);
    expect(score.crps).toBeCloseTo(2.8176379275387142, 10);
    expect(score.baselines["linear"]!.smape).toBeCloseTo(0.6202617247731302, 10);
  });

  test("forecast along paths as they did", async () => {
    const model = await open("forecast-paths");
    const series = shop(120);
    const rows = await model.predict(series);
    expect(rows[0]!.sold.median).toBeCloseTo(263.4565243592589, 10);
    expect(rows[5]!.kept.interval[1]).toBeCloseTo(61.198013538035106, 10);
    const score = await model.score(series, { paths: 20, origins: 4 });
    expect(score.columns["sold"]!.mase).toBeCloseTo(3.3835292369861882, 10);
    expect(score.columns["kept"]!.crps).toBeCloseTo(2.6025540570033403, 10);
  });

  test("may lack what was no choice then, and nothing else", async () => {
    const { spec } = await (await open("forecast")).file();
    const { output, strategy, ...early } = spec as unknown as Readonly<Record<string, unknown>>;
    expect([output, strategy]).toEqual(["quantiles", "direct"]);
    expect(JSON.stringify(forecast.check(early))).toBe(JSON.stringify(spec));
    expect(() => forecast.check({ ...spec, horizon: 0 })).toThrow(/^task, horizon: .*; the file is damaged/u);
    expect(() => forecast.check({ ...spec, levels: [0.5, 1] })).toThrow("task, levels.1: ");
    expect(() => forecast.check({ ...spec, more: 1 })).toThrow("the file is damaged");
  });
});
