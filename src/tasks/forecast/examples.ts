// A series as rows that a forecasting network reads, on its scale and with the calendar, and windows of them as examples.
import { calendarValues } from "./calendar.ts";
import type { Example } from "../../batch/example.ts";
import { addPeriods } from "./frequency.ts";
import { applyScaling, type Scaling } from "./scaling.ts";
import type { Series } from "./series.ts";
import { seriesInput, stepsSaid, type ForecastTask } from "./forecaster.ts";

/** Rows of what the network reads, [steps, width], of the steps from `lag` on; and the scaled columns alone. */
export interface ScaledSeries {
  readonly lag: number;
  readonly width: number;
  readonly rows: Float32Array;
  readonly columns: readonly Float64Array[];
}

/** Throws where the series lacks a column of the task. */
export function scaledSeries(task: ForecastTask, series: Series): ScaledSeries {
  const { scalings, frequency } = task;
  const lag = scalings[0]?.lag ?? 0;
  const columns = task.columns.map((name, j) =>
    applyScaling(scalings[j] as Scaling, columnNamed(series, name)),
  );
  const steps = columns[0]?.length ?? 0;
  const next = Array.from(series.times.subarray(lag), (time) => addPeriods(time, frequency, 1));
  const features = calendarOf(task, next);
  const further = features.length / steps;
  const width = columns.length + further;
  const rows = new Float32Array(steps * width);
  for (let t = 0; t < steps; t++) {
    columns.forEach((column, j) => (rows[t * width + j] = column[t] as number));
    rows.set(features.subarray(t * further, (t + 1) * further), t * width + columns.length);
  }
  return { lag, width, rows, columns };
}

/** What is read of the calendar, [times, features]; none where the task reads no calendar. */
export function calendarOf({ calendar, frequency }: ForecastTask, times: readonly number[]): Float64Array {
  return calendar ? calendarValues(times, frequency) : new Float64Array(0);
}

/** Its values, in its own units. */
export function columnNamed(series: Series, name: string): Float64Array {
  const column = series.columns.find((own) => own.name === name);
  if (column) return column.values;
  const known = series.columns.map((own) => own.name).join(", ");
  throw new Error(`forecast: the series has no column '${name}', which the model reads; it has ${known}`);
}

/** What the network reads before an origin, [context, width]. */
export function rowsBefore({ context }: ForecastTask, scaled: ScaledSeries, origin: number): Float32Array {
  const end = origin - scaled.lag;
  return scaled.rows.subarray((end - context) * scaled.width, end * scaled.width);
}

/**
 * Windows of `context` steps of the steps from `from` to `to`, as examples: each step's target are the next `horizon`
 * (the next one where the task is recursive), all of which are before `to`. Only targets from step `judged` (default
 * `from`) on count. Throws where not one fits.
 */
export function forecastExamples(
  task: ForecastTask,
  series: Series,
  from: number,
  to: number,
  judged: number = from,
): Example[] {
  const { context } = task;
  const ahead = stepsSaid(task);
  const scaled = scaledSeries(task, series);
  const first = Math.max(0, from - scaled.lag);
  const last = to - scaled.lag - ahead - context;
  if (last < first) {
    throw new Error(
      `forecast: steps ${from} to ${to} have no room for ${context} steps to read and ${ahead} to forecast` +
        `${scaled.lag > 0 ? `, of which the first ${scaled.lag} are lost to differences` : ""}; use a longer series, or ` +
        `a shorter context or horizon`,
    );
  }
  // Short series are used in every position, long ones in overlapping halves.
  const stride = last - first < 20 * context ? 1 : Math.max(1, Math.floor(context / 2));
  const starts: number[] = [];
  for (let start = last; start >= first; start -= stride) starts.push(start);
  // What has read little yet counts less than nothing else would: not at all.
  const counts = (start: number, t: number): boolean =>
    t >= context / 4 && scaled.lag + start + t + 1 >= judged;
  return starts.map((start) => ({
    steps: context,
    inputs: { [seriesInput]: rowsBefore(task, scaled, scaled.lag + start + context) },
    targets: targetsOf(task, scaled, start),
    weights: Float32Array.from({ length: context }, (_, t) => (counts(start, t) ? 1 : 0)),
  }));
}

/** [context, steps ahead × columns]: of each step the next ones, a step ahead after the other. */
function targetsOf(task: ForecastTask, scaled: ScaledSeries, start: number): Float32Array {
  const ahead = stepsSaid(task);
  const targets = new Float32Array(task.context * ahead * task.columns.length);
  let at = 0;
  for (let t = start; t < start + task.context; t++) {
    for (let k = 1; k <= ahead; k++)
      for (const column of scaled.columns) targets[at++] = column[t + k] as number;
  }
  return targets;
}
