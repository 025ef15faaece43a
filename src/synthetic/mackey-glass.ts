// The Mackey-Glass equation, a chaotic series with a delay, as a series and as a forecasting problem. Only correctly
// rounded operations, so a series has the same bits on every machine.
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticExample, SyntheticProblem } from "./problem.ts";

/** Settings of `mackeyGlass`. */
export interface MackeyGlassSettings {
  /** The number of samples, one per unit of time, from time 0. */
  readonly samples: number;
  /** x at time 0 and at all earlier times. Default 1.2. */
  readonly start?: number;
  /** The delay in units of time, a whole number. Default 17. */
  readonly delay?: number;
}

/** Integration steps per unit of time. */
const stepsPerUnit = 10;

/**
 * The series dx/dt = 0.2 x(t - delay) / (1 + x(t - delay)^10) - 0.1 x(t), [samples], by the classical Runge-Kutta method
 * of order 4 with steps of 0.1 and cubic Hermite interpolation of delayed values. Mackey & Glass 1977, Science 197.
 */
export function mackeyGlass({ samples, start = 1.2, delay = 17 }: MackeyGlassSettings): Float64Array {
  wholeSetting("mackey-glass", "samples", samples, 1);
  const lag = wholeSetting("mackey-glass", "delay", delay, 1) * stepsPerUnit;
  const h = 1 / stepsPerUnit;
  const steps = (samples - 1) * stepsPerUnit;
  const x = new Float64Array(steps + 1).fill(start, 0, 1);
  const slopes = new Float64Array(steps + 1);
  const value = (i: number): number => (i < 0 ? start : x[i]!);
  for (let i = 0; i < steps; i++) {
    const [from, to] = [value(i - lag), value(i + 1 - lag)];
    const bend = i < lag ? 0 : (h * (slopes[i - lag]! - slopes[i + 1 - lag]!)) / 8;
    const middle = (from + to) / 2 + bend;
    const now = x[i]!;
    const k1 = slope(now, from);
    const k2 = slope(now + (h / 2) * k1, middle);
    const k3 = slope(now + (h / 2) * k2, middle);
    const k4 = slope(now + h * k3, to);
    slopes[i] = k1;
    x[i + 1] = now + (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return Float64Array.from({ length: samples }, (_, i) => x[i * stepsPerUnit]!);
}

function slope(x: number, delayed: number): number {
  const square = delayed * delayed;
  const fourth = square * square;
  return (0.2 * delayed) / (1 + fourth * fourth * square) - 0.1 * x;
}

/**
 * The root mean squared error of `predictions` [n], divided by the standard deviation of the series: NRMSE@84 if they were
 * made 84 units of time before the `targets` [n]. Always predicting the mean scores 1. Throws for arrays that are empty or
 * of unequal length.
 */
export function nrmse(targets: ArrayLike<number>, predictions: ArrayLike<number>, variance: number): number {
  if (targets.length !== predictions.length || targets.length === 0) {
    throw new Error(
      `nrmse: expected as many predictions as targets, and at least 1, got ${predictions.length} and ${targets.length}`,
    );
  }
  if (!(variance > 0)) throw new Error(`nrmse: the variance must be more than 0, got ${variance}`);
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += (predictions[i]! - targets[i]!) ** 2;
  return Math.sqrt(sum / targets.length / variance);
}

/** The variance of the series with delay 17, measured over 200,000 units of time without the first 1000. */
export const mackeyGlassVariance = 0.05113;

/** Settings of `mackeyGlassForecast`. */
export interface MackeyGlassForecastSettings {
  /** Steps per example, one unit of time each. Default 500. */
  readonly length?: number;
  /** Steps at the beginning that are ignored, while a network's state settles. Default 100. */
  readonly washout?: number;
  /** Steps ahead. Default 84. */
  readonly horizon?: number;
}

/**
 * Forecasting: the input is x(t), [length, 1], the target x(t + horizon); each example has its own start in [0.6, 1.4), and
 * begins 1000 units of time later. Solved by an NRMSE below 0.1; the literature reports NRMSE and sets no limit. Jaeger &
 * Haas 2004, Science 304. Chance: a squared error of 0.05113, the variance.
 */
export const mackeyGlassForecast = (settings: MackeyGlassForecastSettings = {}): SyntheticProblem => {
  const name = "mackey-glass";
  const { length = 500, washout = 100, horizon = 84 } = settings;
  wholeSetting(name, "length", length, 1);
  wholeSetting(name, "washout", washout, 0, length - 1);
  wholeSetting(name, "horizon", horizon, 1);
  return {
    name,
    about: `a chaotic series ${horizon} steps ahead: Mackey & Glass 1977; NRMSE@84 as in Jaeger & Haas 2004, Science 304`,
    input: { kind: "dense", width: 1 },
    head: { kind: "squared-error", width: 1 },
    example(seed, index): SyntheticExample {
      const start = 0.6 + 0.8 * drawsOf(seed, index).uniform();
      const series = mackeyGlass({ samples: before + length + horizon, start });
      return {
        steps: length,
        inputs: { x: series.subarray(before, before + length) },
        targets: series.subarray(before + horizon),
        weights: new Float64Array(length).fill(1, washout),
      };
    },
    isSolved({ targets, steps }, outputs) {
      if (outputs.length !== steps)
        throw new Error(
          `outputs: expected ${steps} numbers for ${steps} steps of width 1, got ${outputs.length}`,
        );
      const counted = (all: ArrayLike<number>): number[] => Array.from(all).slice(washout);
      return nrmse(counted(targets), counted(outputs), mackeyGlassVariance) < 0.1;
    },
    chance: {
      loss: mackeyGlassVariance,
      derivation: "always the mean of the series: its variance, measured",
    },
  };
};

/** Units of time at the beginning of a series that are left out, until it no longer depends on its start. */
const before = 1000;
