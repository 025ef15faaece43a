// A series as the rows that a forecasting network reads, on its scale and with the calendar, and windows of them as
// examples.
import type { Example } from "../../batch/example.ts";
import { calendarValues } from "./calendar.ts";
import { predictedSteps, seriesInput, type ForecastSpec } from "./design.ts";
import { addPeriods } from "./frequency.ts";
import { forecastPath, onScale, pathReads } from "./path/linear-path.ts";
import { applyScaling, type Scaling } from "./scaling.ts";
import { columnValues, type SeriesTable } from "./series.ts";

/** What a network reads of a series. Differences leave out the first `lag` steps. */
export interface ScaledSeries {
  readonly lag: number;
  readonly width: number;
  readonly rows: Float32Array; // [steps - lag, width] columns and calendar
  readonly columns: readonly Float64Array[]; // [columns][steps - lag]
}

/** Throws where the series lacks a column of the model. */
export function scaledSeries(spec: ForecastSpec, series: SeriesTable): ScaledSeries {
  const { scalings, frequency } = spec;
  const lag = scalings[0]?.lag ?? 0;
  const columns = spec.columns.map((name, j) =>
    applyScaling(scalings[j] as Scaling, columnValues(series, name)),
  );
  const steps = columns[0]?.length ?? 0;
  const nextTimes = Array.from(series.times.subarray(lag), (time) => addPeriods(time, frequency, 1));
  const calendar = calendarOf(spec, nextTimes);
  const features = calendar.length / steps;
  const width = columns.length + features;
  const rows = new Float32Array(steps * width);
  for (let t = 0; t < steps; t++) {
    columns.forEach((column, j) => (rows[t * width + j] = column[t] as number));
    rows.set(calendar.subarray(t * features, (t + 1) * features), t * width + columns.length);
  }
  return { lag, width, rows, columns };
}

/** The calendar features that the model reads, [times, features]; empty where it reads no calendar. */
export function calendarOf({ calendar, frequency }: ForecastSpec, times: readonly number[]): Float64Array {
  return calendar ? calendarValues(times, frequency) : new Float64Array(0);
}

/** Steps of a series that a forecast needs before it. */
export function stepsRead({ context, scalings, paths = [] }: ForecastSpec): number {
  return Math.max(context + (scalings[0]?.lag ?? 0), ...paths.map(({ season }) => season));
}

/** The step from which on forecasts of the linear paths are learned from: where they read enough, or the first third. */
function firstLearned({ paths = [] }: ForecastSpec, { times }: SeriesTable): number {
  return Math.min(Math.max(0, ...paths.map(pathReads)), Math.floor(times.length / 3));
}

/** The rows that the network reads before an origin, [context, width]. */
export function rowsBefore({ context }: ForecastSpec, scaled: ScaledSeries, origin: number): Float32Array {
  const end = origin - scaled.lag;
  return scaled.rows.subarray((end - context) * scaled.width, end * scaled.width);
}

/**
 * Windows of `context` steps as examples: each step's targets are the next `horizon` steps, or the next one for a recursive
 * model, all within the series. Of a part only targets inside it count; the steps before may be read. Throws where not one
 * window fits.
 */
export function forecastExamples(spec: ForecastSpec, series: SeriesTable): Example[] {
  const { context } = spec;
  const { partFrom = 0, times } = series;
  const learnedFrom = Math.max(partFrom, firstLearned(spec, series));
  const [from, to] = [Math.max(0, partFrom - context), times.length];
  const ahead = predictedSteps(spec);
  const scaled = scaledSeries(spec, series);
  const first = Math.max(0, from - scaled.lag);
  const last = to - scaled.lag - ahead - context;
  if (last < first) {
    throw new Error(
      `forecast: steps ${from} to ${to} have no room for ${context} steps to read and ${ahead} to forecast` +
        `${scaled.lag > 0 ? `, and differences take the first ${scaled.lag}` : ""}; use a longer series, or ` +
        `a shorter context or horizon`,
    );
  }
  // Short series are used from every step, long ones in overlapping halves.
  const stride = last - first < 20 * context ? 1 : Math.max(1, Math.floor(context / 2));
  const starts: number[] = [];
  for (let start = last; start >= first; start -= stride) starts.push(start);
  // In the first quarter of a context the network has seen too little to learn from its errors.
  const counts = (start: number, t: number): boolean =>
    t >= context / 4 && scaled.lag + start + t + 1 >= learnedFrom;
  const aheadOf = spec.paths === undefined ? scaledAhead(spec, scaled) : missedAhead(spec, series);
  return starts.map((start) => ({
    steps: context,
    inputs: { [seriesInput]: rowsBefore(spec, scaled, scaled.lag + start + context) },
    targets: targetsOf(spec, scaled.lag + start, aheadOf),
    weights: Float32Array.from({ length: context }, (_, t) => (counts(start, t) ? 1 : 0)),
  }));
}

/** The targets after the first `end` steps of a series, [steps ahead × columns]. */
type TargetsAhead = (end: number) => ArrayLike<number>;

/** The next steps themselves, as the network reads them. */
function scaledAhead(spec: ForecastSpec, { lag, columns }: ScaledSeries): TargetsAhead {
  const ahead = predictedSteps(spec);
  return (end) =>
    Array.from({ length: ahead }, (_, k) => columns.map((column) => column[end - lag + k] as number)).flat();
}

/** What the linear paths miss of the next steps, in units of their errors. Zero where there is less than a season. */
function missedAhead(spec: ForecastSpec, series: SeriesTable): TargetsAhead {
  const { horizon, columns, paths = [], scalings } = spec;
  const values = columns.map((name) => columnValues(series, name));
  const known = new Map<number, Float64Array>();
  const read = (end: number): Float64Array => {
    const missed = new Float64Array(horizon * columns.length);
    if (end < stepsRead(spec) - spec.context) return missed;
    paths.forEach((path, j) => {
      const column = values[j] as Float64Array;
      const { log } = scalings[j] as Scaling;
      forecastPath(path, column, end).forEach((forecast, k) => {
        const distance = onScale(column[end + k] as number, log) - onScale(forecast, log);
        missed[k * columns.length + j] = distance / (path.deviations[k] as number);
      });
    });
    return missed;
  };
  return (end) => {
    const missed = known.get(end) ?? read(end);
    known.set(end, missed);
    return missed;
  };
}

/** The targets after each step of a window that begins at step `first`, [context, steps ahead, columns]. */
function targetsOf(spec: ForecastSpec, first: number, aheadOf: TargetsAhead): Float32Array {
  const width = predictedSteps(spec) * spec.columns.length;
  const targets = new Float32Array(spec.context * width);
  for (let t = 0; t < spec.context; t++) targets.set(aheadOf(first + t + 1), t * width);
  return targets;
}
