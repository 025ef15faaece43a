// A series as the rows that a forecasting network reads, on its scale and with the calendar, and windows of them as
// examples.
import type { Example } from "../../batch/example.ts";
import { calendarFeatures, calendarValues } from "./calendar.ts";
import { knownAhead, readCovariates } from "./covariates.ts";
import { predictedSteps, seriesInput, type ForecastSpec } from "./design.ts";
import { addPeriods } from "./frequency.ts";
import { forecastPath, onScale, pathReads } from "./path/linear-path.ts";
import { applyScaling, type Scaling } from "./scaling.ts";
import { specFor } from "./local-spec.ts";
import { areSeveral, columnValues, type SeriesData, type SeriesTable } from "./series.ts";

/** What a network reads of a series. Differences leave out the first `lag` steps. */
export interface ScaledSeries {
  readonly lag: number;
  readonly width: number;
  readonly rows: Float32Array; // [steps - lag, width] columns and calendar
  readonly columns: readonly Float64Array[]; // [columns][steps - lag]
}

/** Throws where the series lacks a column of the model. */
export function scaledSeries(spec: ForecastSpec, series: SeriesTable): ScaledSeries {
  const { scalings } = spec;
  const lag = scalings[0]?.lag ?? 0;
  const columns = spec.columns.map((name, j) =>
    applyScaling(scalings[j] as Scaling, columnValues(series, name)),
  );
  const steps = columns[0]?.length ?? 0;
  const features = featuresAfter(spec, series);
  const width = columns.length + features.width;
  const rows = new Float32Array(steps * width);
  for (let t = 0; t < steps; t++) {
    columns.forEach((column, j) => (rows[t * width + j] = column[t] as number));
    rows.set(features.at(lag + t), t * width + columns.length);
  }
  return { lag, width, rows, columns };
}

/** What a network reads at a step beside the columns: the calendar of the next step, and other columns. */
export interface ReadFeatures {
  readonly width: number;
  /** Of a step, which may be beyond the end. */
  at(step: number): Float64Array;
}

/** Throws where the series lacks a column of the model. */
export function featuresAfter(spec: ForecastSpec, series: SeriesTable): ReadFeatures {
  const { calendar, frequency } = spec;
  const covariates = readCovariates(spec, series, predictedSteps(spec));
  const calendarWidth = calendar ? calendarFeatures(frequency).length : 0;
  const width = calendarWidth + covariates.width;
  return {
    width,
    at(step) {
      const features = new Float64Array(width);
      if (calendar) features.set(calendarValues([addPeriods(series.start, frequency, step + 1)], frequency));
      features.set(covariates.at(step), calendarWidth);
      return features;
    },
  };
}

/** Steps of a series that a forecast needs before it. */
export function stepsRead({ context, scalings, paths = [], series }: ForecastSpec): number {
  const lag = scalings[0]?.lag ?? 0;
  // One of several series may be shorter than the rest.
  return series ? lag + 1 : Math.max(context + lag, ...paths.map(({ season }) => season));
}

/** The step from which on forecasts of the linear paths are learned from: where they read enough, or the first third. */
function firstLearned({ paths = [] }: ForecastSpec, { times }: SeriesTable): number {
  return Math.min(Math.max(0, ...paths.map(pathReads)), Math.floor(times.length / 3));
}

/** The rows that the network reads before an origin, [context, width]. */
export function rowsBefore(scaled: ScaledSeries, origin: number, context: number): Float32Array {
  const end = origin - scaled.lag;
  return scaled.rows.subarray((end - context) * scaled.width, end * scaled.width);
}

/**
 * Windows of `context` steps as examples: each step's targets are the next `horizon` steps, or the next one for a recursive
 * model, all within the series. Of a part only targets inside it count; the steps before may be read. A short one of several
 * series has shorter windows, or none. Throws where not one window fits.
 */
export function forecastExamples(spec: ForecastSpec, data: SeriesData): Example[] {
  if (!areSeveral(data)) return windowsOf(spec, data, roomFor(spec, data), false);
  const rooms = data.map((series) => {
    const { partFrom = 0, times } = series;
    const most = times.length - (spec.scalings[0]?.lag ?? 0) - predictedSteps(spec);
    const local = { ...specFor(spec, series, times.length), context: Math.min(spec.context, most) };
    return partFrom < times.length && most >= 1 ? { series, local, room: roomFor(local, series) } : undefined;
  });
  const usable = rooms.filter((room) => room !== undefined);
  const windows = usable.reduce((sum, { room: { first, last } }) => sum + Math.max(0, last - first), 0);
  const isLong = windows >= fewWindows * spec.context;
  const examples = usable.flatMap(({ series, local, room }) =>
    room.last < room.first ? [] : windowsOf(local, series, room, isLong),
  );
  if (examples.length > 0) return examples;
  throw new Error(
    `forecast: no series has room for a step to read and ${predictedSteps(spec)} to forecast; use longer series, or a ` +
      "shorter horizon",
  );
}

/** About this many contexts of windows are used from every step, more in overlapping halves. */
const fewWindows = 20;

/** The first and the last window's beginning. */
interface Room {
  readonly first: number;
  readonly last: number;
}

function roomFor(spec: ForecastSpec, { partFrom = 0, times }: SeriesTable): Room {
  const lag = spec.scalings[0]?.lag ?? 0;
  const first = Math.max(0, Math.max(0, partFrom - spec.context) - lag);
  return { first, last: times.length - lag - predictedSteps(spec) - spec.context };
}

function windowsOf(
  spec: ForecastSpec,
  series: SeriesTable,
  { first, last }: Room,
  isLong: boolean,
): Example[] {
  const { context } = spec;
  const { partFrom = 0, times } = series;
  const learnedFrom = Math.max(partFrom, firstLearned(spec, series));
  const ahead = predictedSteps(spec);
  const scaled = scaledSeries(spec, series);
  if (last < first) {
    throw new Error(
      `forecast: steps ${Math.max(0, partFrom - context)} to ${times.length} have no room for ${context} steps to read and ${ahead} to forecast` +
        `${scaled.lag > 0 ? `, and differences take the first ${scaled.lag}` : ""}; use a longer series, or ` +
        `a shorter context or horizon`,
    );
  }
  // Short series are used from every step, long ones in overlapping halves.
  const isStrided = isLong || last - first >= fewWindows * context;
  const stride = isStrided ? Math.max(1, Math.floor(context / 2)) : 1;
  const starts: number[] = [];
  for (let start = last; start >= first; start -= stride) starts.push(start);
  // In the first quarter of a context the network has seen too little to learn from its errors.
  const counts = (start: number, t: number): number =>
    t >= Math.floor(context / 4) && scaled.lag + start + t + 1 >= learnedFrom ? 1 : 0;
  const aheadOf = spec.paths === undefined ? scaledAhead(spec, scaled) : missedAhead(spec, series);
  return starts
    .map((start) => ({ start, weights: Float32Array.from({ length: context }, (_, t) => counts(start, t)) }))
    .filter(({ weights }) => weights.includes(1))
    .map(({ start, weights }) => ({
      steps: context,
      inputs: { [seriesInput]: rowsBefore(scaled, scaled.lag + start + context, context) },
      targets: targetsOf(spec, scaled.lag + start, aheadOf),
      weights,
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
  const future = knownAhead(spec, series);
  const known = new Map<number, Float64Array>();
  const read = (end: number): Float64Array => {
    const missed = new Float64Array(horizon * columns.length);
    paths.forEach((path, j) => {
      const column = values[j] as Float64Array;
      const { log } = scalings[j] as Scaling;
      forecastPath(path, column, end, future).forEach((forecast, k) => {
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
