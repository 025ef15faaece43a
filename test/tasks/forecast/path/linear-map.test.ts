// Linear maps of the last values: anchors, regressions and smoothing, beside the same computed step by step.
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../../src/base/random.ts";
import { anchorMap, differenced, type Anchor } from "../../../../src/tasks/forecast/path/anchors.ts";
import {
  applyMap,
  iterateMap,
  mixMaps,
  type LinearMap,
} from "../../../../src/tasks/forecast/path/linear-map.ts";
import { minimise } from "../../../../src/tasks/forecast/path/minimise.ts";
import { fitRidge } from "../../../../src/tasks/forecast/path/ridge.ts";
import {
  autocorrelation,
  calendarSeasons,
  confirmedSeasons,
} from "../../../../src/tasks/forecast/path/seasons.ts";
import { fitSmoothing } from "../../../../src/tasks/forecast/path/smoothing.ts";

const noise = (count: number, seed: number): Float64Array => {
  const stream = randomStream(seed, 0);
  return Float64Array.from({ length: count }, () => stream.normal());
};
const near = (actual: Float64Array, expected: readonly number[], digits = 10): void => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, digits));
};

describe("anchors", () => {
  const values = Float64Array.of(1, 2, 4, 7, 11, 16, 22);
  test.each<[Anchor, number[], number[]]>([
    [{ kind: "none", season: 1 }, [0, 0, 0, 0], [...values]],
    [{ kind: "last", season: 1 }, [22, 22, 22, 22], [1, 2, 3, 4, 5, 6]],
    [{ kind: "season", season: 3 }, [11, 16, 22, 11], [6, 9, 12, 15]],
    // The last value, and the change to it over a season for each season ahead.
    [{ kind: "both", season: 3 }, [11 + 15, 16 + 15, 22 + 15, 11 + 30], [3, 3, 3]],
  ])("%o", (anchor, forecast, differences) => {
    near(applyMap(anchorMap(anchor, 4), values, 7), forecast);
    near(differenced(anchor, values), differences);
  });
});

test("a step repeated reads its own forecasts", () => {
  const step: LinearMap = { reads: 2, weights: Float64Array.of(0.5, 0.25), constants: Float64Array.of(1) };
  const values = Float64Array.of(8, 4);
  const one = 1 + 2 + 2;
  const two = 1 + 0.5 * one + 0.25 * 4;
  near(applyMap(iterateMap(step, 3), values, 2), [one, two, 1 + 0.5 * two + 0.25 * one]);
});

test("a mixture forecasts the mean of the forecasts, whatever each reads", () => {
  const values = Float64Array.of(5, 1, 2, 8);
  const [last, season] = [
    anchorMap({ kind: "last", season: 1 }, 2),
    anchorMap({ kind: "season", season: 4 }, 2),
  ];
  near(applyMap(mixMaps([last, season], [0.25, 0.75]), values, 4), [2 + 0.75 * 5, 2 + 0.75 * 1]);
});

describe("regressions", () => {
  const series = noise(300, 1);
  for (let t = 2; t < 300; t++) series[t]! += 3 + 0.6 * series[t - 1]! - 0.3 * series[t - 2]!;
  const common = { anchor: { kind: "none", season: 1 }, lags: 2, penalties: [1e-9], horizon: 2 } as const;

  test("find an autoregression, and repeat it", () => {
    const [map] = fitRidge([series.subarray(0, 300)], { ...common, isIterated: true })!;
    const [a, b] = map!.weights as unknown as [number, number];
    expect(Math.abs(a - 0.6)).toBeLessThan(0.12);
    expect(Math.abs(b + 0.3)).toBeLessThan(0.12);
    // The second step of an autoregression: a² + b and a b.
    near(map!.weights.subarray(2), [a * a + b, a * b]);
  });

  test("solve the normal equations of each step ahead", () => {
    const [map] = fitRidge([series.subarray(0, 300)], { ...common, isIterated: false })!;
    for (const k of [0, 1]) {
      // No weight can be changed for the better.
      const errorOf = (change: number, at: number): number => {
        const changed = { ...map!, weights: map!.weights.map((w, i) => (i === 2 * k + at ? w + change : w)) };
        let sum = 0;
        for (let end = 2; end < 300 - k; end++)
          sum += (series[end + k]! - applyMap(changed, series, end)[k]!) ** 2;
        return sum;
      };
      for (const at of [0, 1])
        for (const change of [-1e-3, 1e-3]) expect(errorOf(change, at)).toBeGreaterThan(errorOf(0, at));
    }
  });

  test("with an endless penalty leave the anchor and the mean", () => {
    const anchor: Anchor = { kind: "last", season: 1 };
    const line = Float64Array.from({ length: 40 }, (_, t) => 2 * t + (t % 2));
    const [map] = fitRidge([line.subarray(0, 40)], {
      anchor,
      lags: 3,
      penalties: [1e12],
      horizon: 1,
      isIterated: false,
    })!;
    expect(applyMap(map!, line, 40)[0]).toBeCloseTo(79 + 2, 0);
  });

  test("need windows", () => {
    expect(fitRidge([series.subarray(0, 9)], { ...common, lags: 5, isIterated: false })).toBeUndefined();
  });
});

describe("exponential smoothing", () => {
  test("of a line and of a season continues them", () => {
    const values = Float64Array.from({ length: 72 }, (_, t) => 5 + 0.5 * t + [3, -1, -2, 0][t % 4]!);
    const map = fitSmoothing([values.subarray(0, 72)], { season: 4, hasTrend: true, horizon: 4 })!;
    // A damped trend falls behind.
    applyMap(map, values, 72).forEach((value, k) => {
      expect(Math.abs(value - (5 + 0.5 * (72 + k) + [3, -1, -2, 0][k]!))).toBeLessThan(0.6);
    });
    expect(fitSmoothing([values.subarray(0, 8)], { season: 4, hasTrend: true, horizon: 4 })).toBeUndefined();
  });

  test("is the same for values in another unit and from another zero", () => {
    const values = noise(60, 3).map((value, t) => value + 0.1 * t);
    const settings = { season: 1, hasTrend: true, horizon: 3 } as const;
    const forecast = applyMap(fitSmoothing([values.subarray(0, 60)], settings)!, values, 60);
    const moved = values.map((value) => 1000 + 64 * value);
    near(
      applyMap(fitSmoothing([moved.subarray(0, 60)], settings)!, moved, 60),
      [...forecast].map((value) => 1000 + 64 * value),
      3,
    );
  });
});

test("the simplex finds the least of a curved valley", () => {
  const { at, value } = minimise(([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2, [-1, 1], 400);
  expect(value).toBeLessThan(1e-9);
  expect(at[0]).toBeCloseTo(1, 3);
});

describe("seasons", () => {
  test("are those of the calendar", () => {
    expect(calendarSeasons({ unit: "minute", every: 30 })).toEqual([48, 336]);
    expect(calendarSeasons({ unit: "day", every: 1 })).toEqual([7, 365]);
    expect(calendarSeasons({ unit: "month", every: 3 })).toEqual([4]);
    expect(calendarSeasons({ unit: "year", every: 1 })).toEqual([]);
  });

  test("count where changes repeat", () => {
    const wave = noise(200, 5).map((value, t) => 0.3 * value + 3 * Math.sin((2 * Math.PI * t) / 7));
    expect(confirmedSeasons([wave], [7, 365]).map(({ season }) => season)).toEqual([7]);
    expect(confirmedSeasons([noise(200, 6)], [7])).toEqual([]);
    expect(autocorrelation(Float64Array.of(1, -1, 1, -1), 2)).toBeCloseTo(1, 12);
    expect(autocorrelation(Float64Array.of(4, 4, 4), 1)).toBe(0);
  });
});
