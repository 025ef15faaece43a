// Forecasts of networks whose answers are known: without a state, their readout is set by hand.
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { quantiles } from "../../../src/cells/losses.ts";
import { readout } from "../../../src/cells/parts.ts";
import type { Cell } from "../../../src/language/cell.ts";
import { equations } from "../../../src/language/equations.ts";
import { initialParameters } from "../../../src/model/initialise.ts";
import { parameterLayout } from "../../../src/plan/build.ts";
import type { Network } from "../../../src/plan/network.ts";
import { referenceDevice } from "../../../src/run/reference/device.ts";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import {
  designForecaster,
  type ForecastDesign,
  type ForecastOptions,
  type ForecastSpec,
} from "../../../src/tasks/forecast/design.ts";
import { forecast, type Forecaster } from "../../../src/tasks/forecast/forecast.ts";
import type { ForecastSettings } from "../../../src/tasks/forecast/quantile-forecasts.ts";
import type { ForecastRow } from "../../../src/tasks/forecast/rows.ts";
import { seriesOf } from "../../../src/tasks/forecast/regular-series.ts";
import { type SeriesTable } from "../../../src/tasks/forecast/series.ts";
import { train } from "../../../src/tasks/train.ts";

/** Hands on what it is given. */
const passing: Cell = equations("passing")`
  y = x
  output y
  width y = I
`;

const z9 = 1.2815515655446004; // the normal quantile of 0.9

function monthly<const V extends string>(columns: Readonly<Record<V, ArrayLike<number>>>): SeriesTable<V> {
  const [values] = Object.values<ArrayLike<number>>(columns);
  const time = Array.from(values ?? [], (_, i) => new Date(Date.UTC(2000, i, 1)));
  return seriesOf({ time, ...columns } as never);
}

/** Without linear paths, as in early files and along drawn paths: the network alone forecasts. */
function alone({ spec, network }: ForecastDesign): Pick<ForecastDesign, "spec" | "network"> {
  const { paths, offsets, ...rest } = spec;
  const layers = network.layers.map((layer) =>
    layer.name === "readout" ? { ...layer, cell: readout } : layer,
  );
  const isLoss = ({ name }: { readonly name: string }): boolean => name === "loss";
  void paths;
  if (!offsets) return { spec: rest, network: { ...network, layers } };
  const loss = layers.map((layer) => (isLoss(layer) ? { ...layer, cell: quantiles(spec.levels) } : layer));
  return { spec: rest, network: { ...network, layers: loss } };
}

/** Of the values themselves, unless the options say otherwise. */
const lagOf = (options: ForecastOptions): ForecastOptions => ({ seasonalDifference: 0, ...options });

/** A network whose readout has these rows, a weight of each input and the bias; on the scale of the series itself. */
async function linear(
  series: SeriesTable,
  options: ForecastOptions,
  weights: readonly (readonly number[])[],
): Promise<Forecaster> {
  const { spec, network } = alone(designForecaster(series, { cell: passing, log: false, ...lagOf(options) }));
  const layout = parameterLayout(network);
  const values = new Float64Array(layout.size);
  for (const { name, offset, size } of layout.places) {
    const rows = name === "readout.b" ? weights.map((row) => row.at(-1)) : weights.map((r) => r.slice(0, -1));
    expect(rows.flat()).toHaveLength(size);
    values.set(rows.flat() as number[], offset);
  }
  const scalings = spec.scalings.map((scaling) => ({ ...scaling, mean: 0, deviation: 1 }));
  return opened({ ...spec, scalings }, network, values);
}

async function opened(
  spec: ForecastSpec,
  network: Network,
  values = initialParameters(parameterLayout(network), 3),
): Promise<Forecaster> {
  const device = referenceDevice();
  const store = device.parameters(parameterLayout(network));
  store.write(values);
  return forecast.open({ spec, network, device, store, metadata: { settings: {} } });
}

const raw = { calibrate: 0 } as const;

/** The quantiles of a column, [levels][horizon]. */
function levelsOf<V extends string>(rows: readonly ForecastRow<V>[], name: V): number[][] {
  const quantiles = rows.map((row) => Object.values(row[name].quantiles));
  return (quantiles[0] ?? []).map((_, q) => quantiles.map((step) => step[q] as number));
}

/** Of the column y. */
async function forecastY(
  model: Forecaster,
  series: SeriesTable<"y">,
  settings: ForecastSettings,
): Promise<number[][]> {
  return levelsOf(await model.predict(series, settings), "y");
}

function expectNear(actual: readonly number[], expected: readonly number[], digits = 10): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, digits));
}

describe("a normal distribution", () => {
  test("is forecast by its quantiles, at any levels", async () => {
    const series = monthly({ y: [5, 3, 4] });
    const options = {
      horizon: 2,
      context: 1,
      distribution: "gaussian",
      quantiles: [0.5, 0.025, 0.9],
    } as const;
    // Means 2 y + 1 and y - 1, deviations 0.5 and e.
    const model = await linear(series, options, [
      [2, 1],
      [1, -1],
      [0, Math.log(0.5)],
      [0, 1],
    ]);
    const levels = await forecastY(model, series, raw);
    expectNear(levels[0]!, [9 - 0.5 * 1.9599639845400545, 3 - Math.E * 1.9599639845400545]);
    expectNear(levels[1]!, [9, 3]);
    expectNear(levels[2]!, [9 + 0.5 * z9, 3 + Math.E * z9]);
  });

  test("of logarithms and of differences is put in the units of the series", async () => {
    const series = monthly({ y: [2, 8, 4] });
    const options = {
      horizon: 1,
      context: 1,
      log: true,
      seasonalDifference: 1,
      distribution: "gaussian",
    } as const;
    const model = await linear(series, options, [
      [0, Math.log(3)],
      [0, Math.log(0.1)],
    ]);
    const levels = await forecastY(model, series, raw);
    expectNear(levels.flat(), [12 * Math.exp(-0.1 * z9), 12, 12 * Math.exp(0.1 * z9)]);
  });

  test("is moved to where the errors of earlier forecasts lie", async () => {
    for (const log of [false, true]) {
      const series = monthly({ y: Array.from({ length: 12 }, () => 3) });
      const options = {
        horizon: 2,
        context: 1,
        log,
        distribution: "gaussian",
        strategy: "recursive",
      } as const;
      const model = await linear(series, options, [
        [0, 0],
        [0, -2],
      ]);
      const calibrated = await forecastY(model, series, { calibrate: 5 });
      // The quantiles of the second step are drawn anew at each origin.
      expectNear(
        calibrated.map((level) => level[0] as number),
        [3, 3, 3],
      );
      const uncalibrated = await forecastY(model, series, raw);
      expectNear([uncalibrated[1]![0]!], [log ? 1 : 0]);
    }
  });
});

/** y[t] = φ y[t - 1] + σ noise, started in its stationary distribution. */
function autoregression(steps: number, phi: number, sigma: number): Float64Array {
  const stream = randomStream(11, 2);
  const values = new Float64Array(steps);
  let last = (sigma / Math.sqrt(1 - phi * phi)) * stream.normal();
  return values.map(() => (last = phi * last + sigma * stream.normal()));
}

describe("paths", () => {
  const [phi, sigma, horizon] = [0.8, 0.5, 4];
  const gaussian = { context: 1, distribution: "gaussian", strategy: "recursive" } as const;
  const ofPhi = [
    [phi, 0],
    [0, Math.log(sigma)],
  ];
  /** The deviation of the k-th step ahead. */
  const spread = (k: number): number => sigma * Math.sqrt((1 - phi ** (2 * k)) / (1 - phi ** 2));
  /** Standard error of the empirical quantile at 0.1 of this many draws, in deviations. */
  const errorOf = (paths: number): number => Math.sqrt(0.09 / paths) / 0.17549833193248685;

  test.each(["gaussian", "quantiles"] as const)(
    "of an autoregression spread as it does, from %s",
    async (output) => {
      const series = monthly({ y: [0, 0, 1.5] });
      const readout =
        output === "gaussian" ? ofPhi : [-z9, 0, z9].map((score) => [phi, sigma * score] as const);
      const model = await linear(series, { ...gaussian, distribution: output, horizon }, readout);
      const paths = 4000;
      const [low, middle, high] = await forecastY(model, series, { ...raw, paths });
      expectNear([low![0]!, middle![0]!, high![0]!], [1.2 - z9 * sigma, 1.2, 1.2 + z9 * sigma]);
      for (let k = 2; k <= horizon; k++) {
        const within = 3 * errorOf(paths) * spread(k);
        const mean = 1.5 * phi ** k;
        expect(Math.abs(low![k - 1]! - (mean - z9 * spread(k)))).toBeLessThan(within);
        expect(Math.abs(middle![k - 1]! - mean)).toBeLessThan(within);
        expect(Math.abs(high![k - 1]! - (mean + z9 * spread(k)))).toBeLessThan(within);
      }
    },
  );

  test("hold the share of actual values that their levels say", async () => {
    const apart = 20;
    const count = 400;
    const values = autoregression(count * apart + horizon, phi, sigma);
    const series = monthly({ y: values });
    const model = await linear(series, { ...gaussian, horizon }, ofPhi);
    const origins = Array.from({ length: count }, (_, i) => (i + 1) * apart);
    const forecasts = await model.predictFrom(series, origins, { ...raw, paths: 200 });
    for (let k = 0; k < horizon; k++) {
      const inside = origins.filter((origin, i) => {
        const [low, high] = forecasts[i]![k]!.y.interval;
        const actual = values[origin + k]!;
        return actual >= low && actual <= high;
      }).length;
      expect(Math.abs(inside / count - 0.8)).toBeLessThan(3 * Math.sqrt(0.16 / count));
    }
  });

  test("of differences spread like a walk, not as if all steps erred alike", async () => {
    for (const log of [false, true]) {
      const series = monthly({ y: [1, 1, 1] });
      const walk = [
        [0, 0],
        [0, Math.log(0.1)],
      ];
      const model = await linear(series, { ...gaussian, horizon: 9, seasonalDifference: 1, log }, walk);
      const levels = await forecastY(model, series, { ...raw, paths: 4000 });
      const last = levels.map((level) => (log ? Math.log(level[8]!) : level[8]! - 1));
      const within = 3 * errorOf(4000) * 0.3;
      [-z9, 0, z9].forEach((score, q) => expect(Math.abs(last[q]! - 0.3 * score)).toBeLessThan(within));
    }
  });

  test("read the calendar of the steps to come", async () => {
    const series = monthly({ y: [0, 0, 0] });
    const options = { ...gaussian, horizon: 5, calendar: true, quantiles: [0.5] };
    // The sine of the month is the second input, and nothing varies.
    const model = await linear(series, options, [
      [0, 1, 0, 0],
      [0, 0, 0, -40],
    ]);
    const [median] = await forecastY(model, series, raw);
    const months = [3, 4, 5, 6, 7];
    expectNear(
      median!,
      months.map((month) => Math.sin((Math.PI * month) / 6)),
      6,
    );
  });

  test("of several series read all of them", async () => {
    const series = monthly({ a: [0, 8], b: [0, 1] });
    // a halves, b is what a was.
    const model = await linear(series, { ...gaussian, horizon: 3 }, [
      [0.5, 0, 0],
      [1, 0, 0],
      [0, 0, -40],
      [0, 0, -40],
    ]);
    const rows = await model.predict(series, { ...raw, paths: 3 });
    expectNear(
      rows.map(({ a }) => a.median),
      [4, 2, 1],
      6,
    );
    expectNear(
      rows.map(({ b }) => b.median),
      [8, 4, 2],
      6,
    );
  });

  test("are drawn by the seed and the origin alone", async () => {
    const series = monthly({ y: autoregression(40, phi, sigma) });
    const model = await linear(series, { ...gaussian, horizon: 3 }, ofPhi);
    const settings = { ...raw, paths: 1100 }; // one origin per run
    const [alone] = await model.predictFrom(series, [30], settings);
    const [, among] = await model.predictFrom(series, [20, 30, 40], settings);
    expect(among).toEqual(alone);
    const [other] = await model.predictFrom(series, [30], { ...settings, seed: 2 });
    expect(other![0]).toEqual(alone![0]); // the first step is not drawn
    expect(other![2]!.y.median).not.toBe(alone![2]!.y.median);
  });

  test("that grow without bounds are an error, and so is asking for none", async () => {
    const series = monthly({ y: [1, 1] });
    const model = await linear(series, { ...gaussian, horizon: 9 }, [
      [1e30, 0],
      [0, 0],
    ]);
    await expect(model.predict(series, raw)).rejects.toThrow(
      /^forecast: a path from step 2 grew without bounds at step \d of 9; train the model longer/u,
    );
    await expect(model.predict(series, { ...raw, paths: 0 })).rejects.toThrow(
      "forecast: paths must be a whole number, 1 or more, not 0",
    );
  });
});

test.each(["gaussian", "quantiles"] as const)(
  "a recursive forecast of the next step is the direct one, from %s",
  async (output) => {
    const series = monthly({ a: autoregression(60, 0.5, 1), b: autoregression(60, 0.9, 2) });
    const options = { size: 7, context: 9, distribution: output, calendar: true, log: false } as const;
    const direct = alone(designForecaster(series, lagOf({ ...options, horizon: 1 })));
    const recursive = designForecaster(series, lagOf({ ...options, horizon: 1, strategy: "recursive" }));
    expect(recursive.network).toEqual(direct.network);
    const origins = [9, 30, 60];
    const model = await opened(direct.spec, direct.network);
    const calibrated = await model.predictFrom(series, origins);
    const same = await opened(recursive.spec, recursive.network);
    expect(await same.predictFrom(series, origins)).toEqual(calibrated);
    const longer = await opened({ ...recursive.spec, horizon: 3 }, direct.network);
    const further = await longer.predictFrom(series, origins, raw);
    const next = await model.predictFrom(series, origins, raw);
    expect(further.map(([row]) => row)).toEqual(next.map(([row]) => row));
  },
);

test("a network that learned the next step of a sine follows it for a whole turn", async () => {
  const values = Float64Array.from({ length: 400 }, (_, t) => Math.sin((2 * Math.PI * t) / 20));
  const series = monthly({ y: values });
  const options = {
    size: 16,
    context: 40,
    horizon: 20,
    distribution: "gaussian",
    strategy: "recursive",
  } as const;
  const device = wasmDevice({ threads: 1 });
  const run = train(forecast(options), series, {
    split: 0.75,
    batch: 16,
    rate: 0.01,
    steps: 600,
    patience: 0,
    device,
  });
  await run.finish();
  const model = await run.latest();
  const [rows] = await model.predictFrom(series, [350], raw);
  const errors = rows!.map(({ y }, k) => Math.abs(y.median - values[350 + k]!));
  expect(Math.max(...errors)).toBeLessThan(0.1);
  device.dispose();
});

describe("a forecast is refused", () => {
  const series = monthly({ y: [1, 2, 3, 4, 5, 6] });
  const network = linear(
    series,
    { horizon: 1, context: 2, distribution: "gaussian", seasonalDifference: 1 },
    [
      [1, 0],
      [0, 0],
    ],
  );

  test("for another frequency and other columns", async () => {
    const model = await network;
    const daily = seriesOf({ time: ["2000-01-01", "2000-01-02", "2000-01-03"], y: [1, 2, 3] });
    await expect(model.predict(daily)).rejects.toThrow(
      "forecast: the model learned steps of 1 month, but the series has steps of 1 day",
    );
    await expect(model.predict(monthly({ z: [1, 2, 3, 4] }))).rejects.toThrow(
      "forecast: the model does not know the column 'z'; give a series of y alone",
    );
  });

  test("for origins without the steps that the model reads", async () => {
    const model = await network;
    for (const origin of [2, 7, 3.5])
      await expect(model.predictFrom(series, [4, origin])).rejects.toThrow(
        `forecast: the model reads 3 steps, so an origin must be from 3 to 6, the end of the series, not ${origin}`,
      );
    expect(await model.predictFrom(series, [3, 6])).toHaveLength(2);
  });

  test("for settings that would do nothing, or are out of range", async () => {
    const model = await network;
    for (const settings of [{ paths: 5 }, { seed: 2 }])
      await expect(model.predict(series, settings)).rejects.toThrow(
        `forecast: this model forecasts all steps at once and draws no paths; leave out ${Object.keys(settings)[0]}`,
      );
    await expect(model.predict(series, { calibrate: -1 })).rejects.toThrow(
      "forecast: calibrate must be a whole number, 0 or more, not -1",
    );
  });
});
