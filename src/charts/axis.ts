// Axes: which position a value has between the two ends, and where ticks stand.
import { logTicks, timeTicks, valueTicks, type Tick } from "./ticks.ts";

/** The scale of an axis and its ticks. */
export interface Axis {
  /** From 0 at the axis's low end to 1 at its high end. */
  readonly position: (value: number) => number;
  readonly ticks: readonly Tick[];
}

/**
 * An axis of numbers with about `count` ticks. `room`: the share of the values' range that is left free at both ends,
 * default 0. Around a single value it reaches as far as that is from zero.
 */
export function linearAxis(values: readonly number[], count: number, room = 0): Axis {
  const [least, most] = rangeOf(values);
  const margin = most > least ? room * (most - least) : Math.abs(most) || 1;
  const [low, high] = [least - margin, most + margin];
  return { position: (value) => (value - low) / (high - low), ticks: valueTicks(low, high, count) };
}

/** A logarithmic axis of numbers above 0, with at most about `count` ticks; a factor of ten around a single value. */
export function logAxis(values: readonly number[], count: number, room = 0): Axis {
  const [least, most] = rangeOf(values.map((value) => Math.log(value)));
  const margin = most > least ? room * (most - least) : Math.log(10) / 2;
  const [low, high] = [least - margin, most + margin];
  return {
    position: (value) => (Math.log(value) - low) / (high - low),
    ticks: logTicks(Math.exp(low) * (1 - 1e-12), Math.exp(high) * (1 + 1e-12), count),
  };
}

/** An axis of times, in milliseconds since 1970 and at least two, with at most about `count` ticks. */
export function timeAxis(times: readonly number[], count: number): Axis {
  const [low, high] = rangeOf(times);
  return { position: (time) => (time - low) / (high - low), ticks: timeTicks(low, high, count) };
}

function rangeOf(values: readonly number[]): readonly [least: number, most: number] {
  return [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
}
