// Theta forecasts beside those of R, and what their fit refuses.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fitTheta, thetaHistory } from "../../../src/tasks/forecast/theta.ts";

interface Golden {
  readonly cases: Readonly<Record<string, { period: number; values: number[]; mean: number[] }>>;
}

const url = new URL("../../goldens/forecasting/theta.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(url, "utf8")) as Golden;

test.each(Object.entries(cases))("%s as R has it", (_, { period, values, mean }) => {
  const forecast = fitTheta(values, { horizon: mean.length, period, levels: [] })(values);
  // Two optimisers of the smoothing rate agree to about four digits.
  forecast.mean.forEach((value, k) => expect(Math.abs(value / mean[k]! - 1)).toBeLessThan(5e-4));
});

test("the forecast goes on from later values with the seasons where they are", () => {
  const wave = Array.from({ length: 60 }, (_, t) => 10 * (1 + 0.3 * Math.sin((2 * Math.PI * t) / 12)));
  const theta = fitTheta(wave.slice(0, 48), { horizon: 12, period: 12, levels: [0.5] });
  const { mean } = theta(wave.slice(0, 53));
  mean.slice(0, 7).forEach((value, k) => expect(Math.abs(value - wave[53 + k]!)).toBeLessThan(0.3));
  expect(theta(wave.slice(0, 53)).mean).toEqual(mean);
});

test("too few values are refused", () => {
  expect(thetaHistory({ horizon: 8 })).toBe(9);
  expect(() => fitTheta([1, 2, 3], { horizon: 1, levels: [] })).toThrow(
    "theta: fitting needs a history of 4 values or more, not 3",
  );
});
