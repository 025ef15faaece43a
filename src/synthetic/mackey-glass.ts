// The Mackey-Glass equation, a chaotic series with a delay, as a series and as a task of forecasting. Additions and
// products only, so a series has the same bits on every machine. Knows no network.
import { drawsOf } from "./draws.ts";
import { wholeSetting } from "./setting.ts";
import type { SyntheticExample, SyntheticTask } from "./problem.ts";

export interface MackeyGlassSettings {
  /** Samples, one of each unit of time, from time 0 on. */
  readonly samples: number;
  /** x at time 0 and at all times before; default 1.2. */
  readonly start?: number;
  /** The delay in units of time, a whole number; default 17. */
  readonly delay?: number;
}

/** Steps of integration in a unit of time. */
const stepsOfUnit = 10;

/**
 * dx/dt = 0.2 x(t - delay) / (1 + x(t - delay)^10) - 0.1 x(t), Mackey & Glass 1977, Science 197, by the classical
 * Runge-Kutta method of order 4 with steps of 0.1; delayed values between steps by cubic Hermite interpolation.
 */
export function mackeyGlass({ samples, start = 1.2, delay = 17 }: MackeyGlassSettings): Float64Array {
  wholeSetting("mackey-glass", "samples", samples, 1);
  const lag = wholeSetting("mackey-glass", "delay", delay, 1) * stepsOfUnit;
  const h = 1 / stepsOfUnit;
  const steps = (samples - 1) * stepsOfUnit;
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
  return Float64Array.from({ length: samples }, (_, i) => x[i * stepsOfUnit]!);
}

function slope(x: number, delayed: number): number {
  const square = delayed * delayed;
  const fourth = square * square;
  return (0.2 * delayed) / (1 + fourth * fourth * square) - 0.1 * x;
}

/**
 * Root mean squared error in deviations of the series: NRMSE@84 where `predictions` [n] were made 84 units of time before
 * `targets` [n]; `variance` is the series'. 1 is what its mean reaches. Throws at rows of unequal length, and at none.
 */
export function nrmse(targets: ArrayLike<number>, predictions: ArrayLike<number>, variance: number): number {
  if (targets.length !== predictions.length || targets.length === 0) {
    throw new Error(
      `nrmse: targets and predictions must be as many and at least 1, not ${targets.length} and ${predictions.length}`,
    );
  }
  if (!(variance > 0)) throw new Error(`nrmse: the variance must be more than 0, not ${variance}`);
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += (predictions[i]! - targets[i]!) ** 2;
  return Math.sqrt(sum / targets.length / variance);
}

/** Of the series with delay 17, over 200,000 units of time but the first 1000; the test measures it. */
export const mackeyGlassVariance = 0.05113;

export interface ForecastSettings {
  /** Steps of an example, a unit of time each; default 500. */
  readonly length?: number;
  /** Steps first that do not count, in which a network may find its state; default 100. */
  readonly settling?: number;
  /** How far ahead the target is; default 84. */
  readonly horizon?: number;
}

/**
 * x(t) is read, x(t + horizon) is asked for; each example has a start of its own in [0.6, 1.4), and 1000 units of time
 * before it begins. The literature reports NRMSE and sets no bound; solved is here an NRMSE below 0.1.
 */
export const mackeyGlassForecast = (settings: ForecastSettings = {}): SyntheticTask => {
  const name = "mackey-glass";
  const { length = 500, settling = 100, horizon = 84 } = settings;
  wholeSetting(name, "length", length, 1);
  wholeSetting(name, "settling", settling, 0, length - 1);
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
        weights: new Float64Array(length).fill(1, settling),
      };
    },
    isSolved({ targets, steps }, outputs) {
      if (outputs.length !== steps)
        throw new Error(`outputs: ${steps} steps of width 1 need ${steps} numbers, not ${outputs.length}`);
      const counted = (all: ArrayLike<number>): number[] => Array.from(all).slice(settling);
      return nrmse(counted(targets), counted(outputs), mackeyGlassVariance) < 0.1;
    },
    chance: { loss: mackeyGlassVariance, why: "always the mean of the series: its variance, measured" },
  };
};

/** Units of time of a series that are left out, until the start is forgotten. */
const before = 1000;
