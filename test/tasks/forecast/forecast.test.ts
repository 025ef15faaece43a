// Forecasts of networks whose answers are known: without a state, their readout is set by hand.
import { describe, expect, test } from "vitest";
import { cellNamed } from "../../../src/cells/index.ts";
import type { Series } from "../../../src/tasks/forecast/series.ts";
import type { Cell } from "../../../src/language/cell.ts";
import { equations } from "../../../src/language/equations.ts";
import { randomStream } from "../../../src/base/random.ts";
import { initialParameters } from "../../../src/model/initialise.ts";
import { parameterLayout } from "../../../src/plan/build.ts";
import type { Network } from "../../../src/plan/network.ts";
import { referenceDevice } from "../../../src/run/reference/device.ts";
import { wasmDevice } from "../../../src/run/wasm/device.ts";
import { forecast } from "../../../src/tasks/forecast/forecast.ts";
import { forecastExamples } from "../../../src/tasks/forecast/examples.ts";
import {
  forecaster,
  type ForecasterSettings,
  type ForecastTask,
} from "../../../src/tasks/forecast/forecaster.ts";
import type { TaskModel } from "../../../src/tasks/shared/model.ts";
import { fit } from "../../../src/train/fit.ts";

/** Hands on what it is given. */
const passing: Cell = equations("passing")`
  y = x
  output y
  width y = I
`;

const z9 = 1.2815515655446004; // the normal quantile of 0.9

function monthly(columns: Readonly<Record<string, ArrayLike<number>>>): Series {
  const steps = Object.values(columns)[0]?.length ?? 0;
  const times = Float64Array.from({ length: steps }, (_, i) => Date.UTC(2000, i, 1));
  return {
    start: times[0] as number,
    frequency: { unit: "month", every: 1 },
    times,
    columns: Object.entries(columns).map(([name, values]) => ({ name, values: Float64Array.from(values) })),
  };
}

/** A network whose readout has these rows, a weight of each input and the bias; on the scale of the series itself. */
function linear(
  series: Series,
  settings: Omit<ForecasterSettings, "cell">,
  readout: readonly (readonly number[])[],
): TaskModel<ForecastTask> {
  const { task, network } = forecaster(series, series.times.length, { cell: passing, ...settings });
  const layout = parameterLayout(network);
  const device = referenceDevice();
  const store = device.parameters(layout);
  const values = new Float64Array(layout.size);
  for (const { name, offset, size } of layout.places) {
    const own = name === "readout.b" ? readout.map((row) => row.at(-1)) : readout.map((r) => r.slice(0, -1));
    expect(own.flat()).toHaveLength(size);
    values.set(own.flat() as number[], offset);
  }
  store.write(values);
  const scalings = task.scalings.map((scaling) => ({ ...scaling, mean: 0, deviation: 1 }));
  return { task: { ...task, scalings }, network, device, store };
}

function random(task: ForecastTask, network: Network): TaskModel<ForecastTask> {
  const device = referenceDevice();
  const layout = parameterLayout(network);
  const store = device.parameters(layout);
  store.write(initialParameters(layout, 3));
  return { task, network, device, store };
}

const raw = { calibrate: 0 } as const;
const numbers = (found: { readonly quantiles: readonly (readonly Float64Array[])[] }): number[][] =>
  (found.quantiles[0] ?? []).map((level) => [...level]);

function expectNear(actual: readonly number[], expected: readonly number[], digits = 10): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, digits));
}

describe("a normal distribution", () => {
  test("is forecast by its quantiles, at any levels", async () => {
    const series = monthly({ y: [5, 3, 4] });
    const settings = { horizon: 2, context: 1, output: "gaussian", levels: [0.5, 0.025, 0.9] } as const;
    // Means 2 y + 1 and y - 1, deviations 0.5 and e.
    const model = linear(series, settings, [
      [2, 1],
      [1, -1],
      [0, Math.log(0.5)],
      [0, 1],
    ]);
    const [found] = await forecast(model, series, [3], raw);
    const levels = numbers(found!);
    expectNear(levels[0]!, [9 - 0.5 * 1.9599639845400545, 3 - Math.E * 1.9599639845400545]);
    expectNear(levels[1]!, [9, 3]);
    expectNear(levels[2]!, [9 + 0.5 * z9, 3 + Math.E * z9]);
  });

  test("of logarithms and of differences is put in the series' units", async () => {
    const series = monthly({ y: [2, 8, 4] });
    const settings = { horizon: 1, context: 1, log: true, lag: 1, output: "gaussian" } as const;
    const model = linear(series, settings, [
      [0, Math.log(3)],
      [0, Math.log(0.1)],
    ]);
    const [found] = await forecast(model, series, [3], raw);
    expectNear(numbers(found!).flat(), [12 * Math.exp(-0.1 * z9), 12, 12 * Math.exp(0.1 * z9)]);
  });

  test("is moved to where earlier errors say", async () => {
    for (const log of [false, true]) {
      const series = monthly({ y: Array.from({ length: 12 }, () => 3) });
      const settings = { horizon: 2, context: 1, log, output: "gaussian", strategy: "recursive" } as const;
      const model = linear(series, settings, [
        [0, 0],
        [0, -2],
      ]);
      const [found] = await forecast(model, series, [12], { calibrate: 5 });
      // Of the second step each origin draws its own quantiles.
      expectNear(
        numbers(found!).map((level) => level[0] as number),
        [3, 3, 3],
      );
      const [own] = await forecast(model, series, [12], raw);
      expectNear([own!.quantiles[0]![1]![0]!], [log ? 1 : 0]);
    }
  });
});

/** y[t] = φ y[t - 1] + σ noise, begun in its own distribution. */
function autoregression(steps: number, phi: number, sigma: number): Float64Array {
  const stream = randomStream(11, 2);
  const values = new Float64Array(steps);
  let last = (sigma / Math.sqrt(1 - phi * phi)) * stream.normal();
  return values.map(() => (last = phi * last + sigma * stream.normal()));
}

describe("paths", () => {
  const [phi, sigma, horizon] = [0.8, 0.5, 4];
  const gaussian = { context: 1, output: "gaussian", strategy: "recursive" } as const;
  const ofPhi = [
    [phi, 0],
    [0, Math.log(sigma)],
  ];
  /** Of the k-th step ahead. */
  const spread = (k: number): number => sigma * Math.sqrt((1 - phi ** (2 * k)) / (1 - phi ** 2));
  /** Standard error of an empirical quantile at 0.1 of so many draws, in deviations. */
  const errorOf = (paths: number): number => Math.sqrt(0.09 / paths) / 0.17549833193248685;

  test.each(["gaussian", "quantiles"] as const)(
    "of an autoregression spread as it does, from %s",
    async (output) => {
      const series = monthly({ y: [0, 0, 1.5] });
      const readout =
        output === "gaussian" ? ofPhi : [-z9, 0, z9].map((score) => [phi, sigma * score] as const);
      const model = linear(series, { ...gaussian, output, horizon }, readout);
      const paths = 4000;
      const [found] = await forecast(model, series, [3], { ...raw, paths });
      const [low, middle, high] = found!.quantiles[0]!;
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

  test("hold the share of what comes that their levels say", async () => {
    const apart = 20;
    const count = 400;
    const values = autoregression(count * apart + horizon, phi, sigma);
    const series = monthly({ y: values });
    const model = linear(series, { ...gaussian, horizon }, ofPhi);
    const origins = Array.from({ length: count }, (_, i) => (i + 1) * apart);
    const found = await forecast(model, series, origins, { ...raw, paths: 200 });
    for (let k = 0; k < horizon; k++) {
      const inside = origins.filter((origin, i) => {
        const [low, , high] = found[i]!.quantiles[0]!;
        const truth = values[origin + k]!;
        return truth >= low![k]! && truth <= high![k]!;
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
      const model = linear(series, { ...gaussian, horizon: 9, lag: 1, log }, walk);
      const [found] = await forecast(model, series, [3], { ...raw, paths: 4000 });
      const last = found!.quantiles[0]!.map((level) => (log ? Math.log(level[8]!) : level[8]! - 1));
      const within = 3 * errorOf(4000) * 0.3;
      [-z9, 0, z9].forEach((score, q) => expect(Math.abs(last[q]! - 0.3 * score)).toBeLessThan(within));
    }
  });

  test("read the calendar of the steps to come", async () => {
    const series = monthly({ y: [0, 0, 0] });
    const settings = { ...gaussian, horizon: 5, calendar: true, levels: [0.5] };
    // The sine of the month is the second input, and nothing varies.
    const model = linear(series, settings, [
      [0, 1, 0, 0],
      [0, 0, 0, -40],
    ]);
    const [found] = await forecast(model, series, [3], raw);
    const months = [3, 4, 5, 6, 7];
    expectNear(
      numbers(found!)[0]!,
      months.map((month) => Math.sin((Math.PI * month) / 6)),
      6,
    );
  });

  test("of several series read all of them", async () => {
    const series = monthly({ a: [0, 8], b: [0, 1] });
    // a halves, b is what a was.
    const model = linear(series, { ...gaussian, horizon: 3 }, [
      [0.5, 0, 0],
      [1, 0, 0],
      [0, 0, -40],
      [0, 0, -40],
    ]);
    const [found] = await forecast(model, series, [2], { ...raw, paths: 3 });
    expectNear([...found!.quantiles[0]![1]!], [4, 2, 1], 6);
    expectNear([...found!.quantiles[1]![1]!], [8, 4, 2], 6);
  });

  test("are drawn by the seed and the origin alone", async () => {
    const series = monthly({ y: autoregression(40, phi, sigma) });
    const model = linear(series, { ...gaussian, horizon: 3 }, ofPhi);
    const settings = { ...raw, paths: 1100 }; // one origin a run
    const [alone] = await forecast(model, series, [30], settings);
    const [, among] = await forecast(model, series, [20, 30, 40], settings);
    expect(among).toEqual(alone);
    const [other] = await forecast(model, series, [30], { ...settings, seed: 2 });
    expect(numbers(other!)[1]![0]).toBe(numbers(alone!)[1]![0]);
    expect(numbers(other!)[1]![2]).not.toBe(numbers(alone!)[1]![2]);
  });

  test("that grow without bounds are an error, and so are none", async () => {
    const series = monthly({ y: [1, 1] });
    const model = linear(series, { ...gaussian, horizon: 9 }, [
      [1e30, 0],
      [0, 0],
    ]);
    await expect(forecast(model, series, [2], raw)).rejects.toThrow(
      /^forecast: a path from step 2 grew without bounds at step \d of 9; train the model longer/u,
    );
    await expect(forecast(model, series, [2], { ...raw, paths: 0 })).rejects.toThrow(
      "forecast: paths must be a whole number, 1 or more, not 0",
    );
  });
});

test.each(["gaussian", "quantiles"] as const)(
  "a recursive forecast of the next step is the direct one, from %s",
  async (output) => {
    const series = monthly({ a: autoregression(60, 0.5, 1), b: autoregression(60, 0.9, 2) });
    const shape = { cell: cellNamed("gru"), size: 7, context: 9, output, calendar: true } as const;
    const direct = forecaster(series, 50, { ...shape, horizon: 1 });
    const recursive = forecaster(series, 50, { ...shape, horizon: 1, strategy: "recursive" });
    expect(recursive.network).toEqual(direct.network);
    const origins = [9, 30, 60];
    const own = await forecast(random(direct.task, direct.network), series, origins);
    expect(await forecast(random(recursive.task, recursive.network), series, origins)).toEqual(own);
    const further = { ...recursive.task, horizon: 3 };
    const all = await forecast(random(further, direct.network), series, origins, raw);
    const one = await forecast(random(direct.task, direct.network), series, origins, raw);
    all.forEach(({ quantiles }, i) =>
      expect(quantiles.map((column) => column.map((level) => level[0]))).toEqual(
        one[i]!.quantiles.map((column) => column.map((level) => level[0])),
      ),
    );
  },
);

test("a network that learned the next step of a sine follows it for a whole turn", async () => {
  const values = Float64Array.from({ length: 400 }, (_, t) => Math.sin((2 * Math.PI * t) / 20));
  const series = monthly({ y: values });
  const { task, network } = forecaster(series, 300, {
    cell: cellNamed("gru"),
    size: 16,
    context: 40,
    horizon: 20,
    output: "gaussian",
    strategy: "recursive",
  });
  const device = wasmDevice({ threads: 1 });
  const run = await fit({
    network,
    device,
    data: { kind: "examples", train: forecastExamples(task, series, 0, 300) },
    batch: 16,
    rate: 0.01,
    budget: { steps: 600 },
  });
  for await (const event of run) if (event.kind === "end") break;
  const model = { task, network, device, store: run.store };
  const [found] = await forecast(model, series, [350], raw);
  const median = found!.quantiles[0]![1]!;
  const worst = Math.max(...median.map((value, k) => Math.abs(value - values[350 + k]!)));
  expect(worst).toBeLessThan(0.1);
  device.dispose();
});
