// Forecasts of series: quantiles of the next steps, all at once, from the steps before. Makes the network and its
// examples, and forecasts from a history; trains nothing and reads no files.
import { calendarFeatures, calendarValues } from "../data/calendar.ts";
import type { Example } from "../data/example.ts";
import { addPeriods, type Frequency } from "../data/frequency.ts";
import {
  applyScaling,
  fitScaling,
  invertQuantiles,
  type Scaling,
  type ScalingSettings,
} from "../data/scaling.ts";
import type { Series } from "../data/series.ts";
import type { Cell } from "../ir/cell.ts";
import type { Sizes } from "../ir/lower.ts";
import { planHead } from "../model/head.ts";
import { stack } from "../model/stack.ts";
import type { Network } from "../plan/network.ts";
import { createPredictor } from "../train/predict.ts";
import type { TaskModel } from "./model.ts";

export interface ForecastTask {
  readonly kind: "forecast";
  /** The series, by the names of their columns; all are read and all are forecast. */
  readonly columns: readonly string[];
  /** Of each, fitted on the training part alone. */
  readonly scalings: readonly Scaling[];
  readonly frequency: Frequency;
  /** Whether the calendar of the next step is read too. */
  readonly calendar: boolean;
  /** Steps ahead, K. */
  readonly horizon: number;
  /** Steps that are read before a forecast. */
  readonly context: number;
  /** Of the quantiles, ascending, 0.5 among them. */
  readonly levels: readonly number[];
}

export interface ForecasterSettings extends ScalingSettings {
  readonly cell: Cell;
  readonly horizon: number;
  readonly context: number;
  /** Default 0.1, 0.5, 0.9. */
  readonly levels?: readonly number[];
  /** Default false. */
  readonly calendar?: boolean;
  /** Hidden width of each layer. Default 32. */
  readonly size?: number;
  readonly layers?: number;
  readonly dropout?: number;
  readonly sizes?: Sizes;
}

/** Named values of the network, [steps, columns and calendar]. */
const seriesInput = "x";

/** The network, and the scales of the first `trained` steps of the series, from which it is to learn. */
export function forecaster(
  series: Series,
  trained: number,
  settings: ForecasterSettings,
): { readonly task: ForecastTask; readonly network: Network } {
  const {
    cell,
    horizon,
    context,
    levels = [0.1, 0.5, 0.9],
    calendar = false,
    log = false,
    lag = 0,
  } = settings;
  checkWhole("horizon", horizon);
  checkWhole("context", context);
  const ascending = [...new Set(levels)].sort((a, b) => a - b);
  if (!ascending.includes(0.5)) {
    throw new Error(
      `forecast: levels must have 0.5, which is the point forecast, not only ${levels.join(", ")}; add it`,
    );
  }
  const task: ForecastTask = {
    kind: "forecast",
    columns: series.columns.map((column) => column.name),
    scalings: series.columns.map((column) => fitScaling(column.values.subarray(0, trained), { log, lag })),
    frequency: series.frequency,
    calendar,
    horizon,
    context,
    levels: ascending,
  };
  const { size = 32, layers = 1, dropout = 0, sizes } = settings;
  const width = task.columns.length + (calendar ? calendarFeatures(series.frequency).length : 0);
  const recurrent = stack(seriesInput, width, { cell, size, layers, dropout, ...(sizes && { sizes }) });
  const outputs = horizon * task.columns.length;
  const head = planHead(recurrent.output, recurrent.width, {
    kind: "quantiles",
    width: outputs,
    levels: ascending,
  });
  return {
    task,
    network: {
      inputs: [{ name: seriesInput, width, kind: "dense", per: "step" }, ...head.inputs],
      layers: [...recurrent.layers, ...head.layers],
      loss: head.loss,
    },
  };
}

function checkWhole(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new Error(`forecast: ${name} must be a whole number of steps, 1 or more, not ${value}`);
}

/** Rows of what the network reads, [steps, width], of the steps from `lag` on; and the scaled columns alone. */
interface Scaled {
  readonly lag: number;
  readonly steps: number;
  readonly width: number;
  readonly rows: Float32Array;
  readonly columns: readonly Float64Array[];
}

function scaledRows(task: ForecastTask, series: Series): Scaled {
  const { scalings, frequency, calendar } = task;
  const lag = scalings[0]?.lag ?? 0;
  const columns = task.columns.map((name, j) => {
    const column = series.columns.find((own) => own.name === name);
    if (!column) {
      const known = series.columns.map((own) => own.name).join(", ");
      throw new Error(`forecast: the series has no column '${name}', which the model reads; it has ${known}`);
    }
    return applyScaling(scalings[j] as Scaling, column.values);
  });
  const steps = columns[0]?.length ?? 0;
  // What is known of the next step when this one is read.
  const next = Array.from(series.times.subarray(lag), (time) => addPeriods(time, frequency, 1));
  const features = calendar ? calendarValues(next, frequency) : new Float64Array(0);
  const further = calendar ? features.length / steps : 0;
  const width = columns.length + further;
  const rows = new Float32Array(steps * width);
  for (let t = 0; t < steps; t++) {
    columns.forEach((column, j) => (rows[t * width + j] = column[t] as number));
    rows.set(features.subarray(t * further, (t + 1) * further), t * width + columns.length);
  }
  return { lag, steps, width, rows, columns };
}

/**
 * Windows of `context` steps of the steps from `from` to `to`, as examples: each step's target are the next `horizon`,
 * all of which are before `to`. Only targets from step `judged` (default `from`) on count. Throws where not one fits.
 */
export function forecastExamples(
  task: ForecastTask,
  series: Series,
  from: number,
  to: number,
  judged: number = from,
): Example[] {
  const { context, horizon } = task;
  const scaled = scaledRows(task, series);
  const first = Math.max(0, from - scaled.lag);
  const last = to - scaled.lag - horizon - context;
  if (last < first) {
    throw new Error(
      `forecast: steps ${from} to ${to} have no room for ${context} steps to read and ${horizon} to forecast` +
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
    inputs: { [seriesInput]: scaled.rows.subarray(start * scaled.width, (start + context) * scaled.width) },
    targets: targetsOf(task, scaled, start),
    weights: Float32Array.from({ length: context }, (_, t) => (counts(start, t) ? 1 : 0)),
  }));
}

/** [context, horizon × columns]: of each step the next ones, a step ahead after the other. */
function targetsOf(
  { context, horizon, columns: { length: count } }: ForecastTask,
  scaled: Scaled,
  start: number,
): Float32Array {
  const targets = new Float32Array(context * horizon * count);
  let at = 0;
  for (let t = start; t < start + context; t++) {
    for (let k = 1; k <= horizon; k++)
      for (const column of scaled.columns) targets[at++] = column[t + k] as number;
  }
  return targets;
}

export interface SeriesForecast {
  /** [levels][horizon] by column, in its own units; they never cross. */
  readonly quantiles: readonly (readonly Float64Array[])[];
}

export interface ForecastSettings {
  /**
   * Forecasts before the origin whose errors, known by then, move each quantile at each step ahead to where its share of
   * them is; 0 for the model's own. Romano et al. 2019 (arXiv:1905.03222v1) correct intervals in this spirit. Default 300.
   */
  readonly calibrate?: number;
}

/**
 * What follows each origin, which is a number of steps from the series' beginning: nothing from there on is read. Throws
 * where a history is shorter than the context.
 */
export async function forecast(
  model: TaskModel<ForecastTask>,
  series: Series,
  origins: readonly number[],
  { calibrate = 300 }: ForecastSettings = {},
): Promise<SeriesForecast[]> {
  const { task } = model;
  const { context, horizon, levels } = task;
  const scaled = scaledRows(task, series);
  const least = context + scaled.lag;
  const short = origins.find((origin) => !(origin >= least && origin <= series.times.length));
  if (short !== undefined) {
    throw new Error(
      `forecast: an origin must be from ${least}, the steps that the model reads, to ${series.times.length}, not ${short}; ` +
        "give a longer history, or fewer origins",
    );
  }
  /** Forecasts that could be judged by then. */
  const judged = (origin: number): number[] =>
    Array.from({ length: calibrate }, (_, i) => origin - horizon - i).filter((own) => own >= least);
  const all = [...new Set(origins.flatMap((origin) => [origin, ...judged(origin)]))];
  const predicted = new Map<number, Float64Array>();
  const outputs = await createPredictor(model).predict(
    all.map((origin) => exampleBefore(task, scaled, origin)),
    "last step",
  );
  outputs.forEach((output, i) => predicted.set(all[i] as number, output));
  const count = task.columns.length;
  const at = (origin: number, level: number, k: number, column: number): number =>
    (predicted.get(origin) as Float64Array)[(level * horizon + k) * count + column] as number;

  return origins.map((origin) => ({
    quantiles: task.columns.map((name, j) => {
      const moved = levels.map((level, q) =>
        Float64Array.from({ length: horizon }, (_, k) => {
          const errors = judged(origin).map((before) => {
            const truth = scaled.columns[j]?.[before - scaled.lag + k] as number;
            return truth - at(before, q, k, j);
          });
          return at(origin, q, k, j) + (errors.length > 0 ? quantileOf(errors, level) : 0);
        }),
      );
      const own = series.columns.find((c) => c.name === name) as Series["columns"][number];
      const history = own.values.subarray(0, origin);
      return uncrossed(invertQuantiles(task.scalings[j] as Scaling, history, uncrossed(moved)));
    }),
  }));
}

function exampleBefore({ context, horizon, columns }: ForecastTask, scaled: Scaled, origin: number): Example {
  const end = origin - scaled.lag;
  return {
    steps: context,
    inputs: { [seriesInput]: scaled.rows.subarray((end - context) * scaled.width, end * scaled.width) },
    targets: new Float32Array(context * horizon * columns.length),
  };
}

/** Each step's quantiles in ascending order. Chernozhukov et al. 2010, Econometrica 78(3). */
function uncrossed(quantiles: readonly Float64Array[]): Float64Array[] {
  const sorted = quantiles.map((level) => level.slice());
  const horizon = sorted[0]?.length ?? 0;
  for (let k = 0; k < horizon; k++) {
    const own = Float64Array.from(quantiles, (level) => level[k] as number).sort();
    sorted.forEach((level, q) => (level[k] = own[q] as number));
  }
  return sorted;
}

/**
 * Between the two nearest, in a straight line; at the place where the next value is as likely to lie above as the level
 * says, whatever they are distributed like.
 */
function quantileOf(values: readonly number[], level: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = Math.min(Math.max(level * (sorted.length + 1) - 1, 0), sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
  return low + (place - Math.floor(place)) * (high - low);
}
