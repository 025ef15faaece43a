import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  mackeyGlass,
  mackeyGlassForecast,
  mackeyGlassVariance,
  nrmse,
} from "../../src/synthetic/mackey-glass.ts";
import { examplesOf } from "./constant-loss.ts";

/** Made by mackey_glass.py beside it. */
const golden = JSON.parse(
  readFileSync(new URL("../goldens/synthetic/mackey-glass.json", import.meta.url), "utf8"),
) as { readonly rk4: readonly number[]; readonly steps: readonly number[] };

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe("the Mackey-Glass equation", () => {
  it("agrees with the same method in Python", () => {
    expect(golden.rk4.length).toBe(301);
    expect(furthest(golden.rk4, mackeyGlass({ samples: 301 }))).toBeLessThan(1e-10);
  });

  it("agrees with SciPy's DOP853, which does not interpolate as it does", () => {
    expect(golden.steps.length).toBe(103);
    expect(furthest(golden.steps, mackeyGlass({ samples: 103 }))).toBeLessThan(1e-6);
  });

  it("has the variance that forecasts are measured by", () => {
    const series = mackeyGlass({ samples: 200_000 }).subarray(1000);
    const mean = series.reduce((sum, v) => sum + v, 0) / series.length;
    const variance = series.reduce((sum, v) => sum + (v - mean) ** 2, 0) / series.length;
    expect(Math.abs(variance - mackeyGlassVariance)).toBeLessThan(1e-4);
  });

  it("rests where it stands still: 0.2 / (1 + x^10) = 0.1 at x = 1", () => {
    expect(furthest(mackeyGlass({ samples: 20, start: 1 }), new Float64Array(20).fill(1))).toBeLessThan(
      1e-12,
    );
  });
});

describe("forecasts", () => {
  const problem = mackeyGlassForecast({ length: 50, washout: 10, horizon: 4 });

  it("ask for what comes later", () => {
    for (const { inputs, targets } of examplesOf(problem, 5))
      expect(Array.from(targets).slice(0, 46)).toEqual(Array.from(inputs.x).slice(4));
  });

  it("are solved below an NRMSE of 0.1 after the washout", () => {
    const example = problem.example(1, 0);
    const off = (error: number): number[] =>
      Array.from(example.targets, (target, step) => target + (step < 10 ? 9 : error));
    const deviation = Math.sqrt(mackeyGlassVariance);
    expect(problem.isSolved(example, off(0.099 * deviation))).toBe(true);
    expect(problem.isSolved(example, off(0.101 * deviation))).toBe(false);
  });

  it("are measured in deviations", () => {
    // Errors 1 and 3 have a mean square of 5; √(5 / 4).
    expect(nrmse([0, 0], [1, -3], 4)).toBeCloseTo(Math.sqrt(1.25), 14);
    expect(() => nrmse([1], [], 1)).toThrow(
      "expected as many predictions as targets, and at least 1, got 0 and 1",
    );
    expect(() => nrmse([1], [1], 0)).toThrow("the variance must be more than 0, got 0");
    expect(() => mackeyGlass({ samples: 0 })).toThrow("samples must be a whole number, 1 or more, got 0");
    expect(() => mackeyGlassForecast({ washout: 500 })).toThrow(
      "washout must be a whole number, from 0 to 499",
    );
  });
});
