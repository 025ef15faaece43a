// The mixture of simple methods that a forecaster starts from, on series whose best forecasts are known.
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../../src/base/random.ts";
import { wasmDevice } from "../../../../src/run/wasm/device.ts";
import { forecast } from "../../../../src/tasks/forecast/forecast.ts";
import { fitLinearPath, offsetsOf, type FittedPath } from "../../../../src/tasks/forecast/path/fit-path.ts";
import { forecastPath } from "../../../../src/tasks/forecast/path/linear-path.ts";
import { seriesOf } from "../../../../src/tasks/forecast/regular-series.ts";
import { train } from "../../../../src/tasks/train.ts";
import { months } from "../shop.ts";

const noise = (count: number, seed: number): Float64Array => {
  const stream = randomStream(seed, 0);
  return Float64Array.from({ length: count }, () => stream.normal());
};
const free = { horizon: 6, seasons: [], context: Infinity, log: undefined, lag: undefined } as const;
const seasonal = { ...free, seasons: [12] } as const;

/** The mean absolute error of a path over that of `other`, from every origin after `from`. */
function against(
  path: FittedPath["path"],
  values: Float64Array,
  from: number,
  other: (origin: number, k: number) => number,
): number {
  let [own, theirs] = [0, 0];
  for (let origin = from; origin + free.horizon <= values.length; origin++)
    forecastPath(path, values, origin).forEach((value, k) => {
      own += Math.abs(value - values[origin + k]!);
      theirs += Math.abs(other(origin, k) - values[origin + k]!);
    });
  return own / theirs;
}

describe("a path", () => {
  test("repeats the last value of a random walk", () => {
    const steps = noise(500, 1);
    let at = 0;
    const walk = steps.map((step) => (at += step));
    const { path, lag, log } = fitLinearPath(walk.subarray(0, 400), free);
    expect([lag, log]).toEqual([1, false]);
    expect(against(path, walk, 400, (origin) => walk[origin - 1]!)).toBeLessThan(1.03);
  });

  test("returns to the mean of what returns to it, however far away a level is later", () => {
    const values = noise(300, 2);
    for (let t = 1; t < 300; t++) values[t]! += 0.5 * values[t - 1]!;
    const { path } = fitLinearPath(values.subarray(0, 240), free);
    expect(against(path, values, 240, () => 0)).toBeLessThan(1.02);
  });

  test("takes logarithms of what grows by a share, with seasons that grow with it", () => {
    const values = noise(144, 3).map((value, t) =>
      Math.exp(4 + 0.012 * t + 0.25 * Math.sin((2 * Math.PI * t) / 12) + 0.02 * value),
    );
    const found = fitLinearPath(values.subarray(0, 116), seasonal);
    expect(found.log).toBe(true);
    // Errors of 2 % at best; those of the seasonal naive forecast are 15 %.
    const naive = (origin: number, k: number): number => values[origin + k - 12]!;
    expect(against(found.path, values, 116, naive)).toBeLessThan(0.35);
    // Both what is set and what is chosen is a path.
    expect(fitLinearPath(values.subarray(0, 116), { ...seasonal, log: false, lag: 12 })).toMatchObject({
      log: false,
      lag: 12,
    });
  });

  test("knows its errors: their deviations grow as those of a random walk do", () => {
    let at = 0;
    const walk = noise(600, 4).map((step) => (at += step));
    const { path, errors, origins } = fitLinearPath(walk, free);
    expect(errors).toHaveLength(origins * free.horizon);
    path.deviations.forEach((deviation, k) => expect(deviation / Math.sqrt(k + 1)).toBeCloseTo(1, 0));
    const [low, middle, high] = offsetsOf(errors, [0.1, 0.5, 0.9]) as [number, number, number];
    expect([Math.abs(low + 1.28) < 0.3, middle, Math.abs(high - 1.28) < 0.3]).toEqual([true, 0, true]);
  });

  test("of a few values repeats the last one", () => {
    for (const values of [[5], [5, 7], [1, 2, 3]]) {
      const { path, methods } = fitLinearPath(Float64Array.from(values), free);
      expect(methods.length).toBeGreaterThan(0);
      expect([...forecastPath(path, values, values.length)]).toEqual(Array(6).fill(values.at(-1)));
    }
  });

  test("does without logarithms where a later value has none", () => {
    const values = noise(120, 5).map((value) => Math.exp(0.3 * value));
    const { path } = fitLinearPath(values.subarray(0, 96), free);
    expect(path.maps.map(({ log }) => log)).toEqual([false, true]);
    values[95] = -1;
    for (const value of forecastPath(path, values, 96)) expect(Number.isFinite(value)).toBe(true);
  });
});

test("a network that learns nothing leaves the forecasts of its path, with intervals", async () => {
  const device = wasmDevice({ threads: 1 });
  const values = noise(120, 6);
  const series = seriesOf({ time: months(120), y: values });
  const options = { epochs: 3, rate: 1e-30, device };
  const run = train(forecast({ horizon: 3, size: 4, log: false }), series, options);
  await run.finish();
  const model = await run.best();
  expect(model.metadata.trained?.updates).toBe(0);
  const { path } = fitLinearPath(values.subarray(0, 96), { ...free, horizon: 3, log: false });
  const expected = forecastPath(path, values, 120);
  for (const [k, { y }] of (await model.predict(series, { calibrate: 0 })).entries()) {
    expect(y.median).toBeCloseTo(expected[k]!, 6);
    // Of noise with deviation 1, four fifths lie in 2.56.
    expect(Math.abs(y.interval[1] - y.interval[0] - 2.56)).toBeLessThan(0.8);
  }
  device.dispose();
});
