// The task of forecasting: what is read and forecast of which series, and the network for it. Forecasts nothing.
import { calendarFeatures } from "./calendar.ts";
import type { Frequency } from "./frequency.ts";
import { fitScaling, type Scaling, type ScalingSettings } from "./scaling.ts";
import type { Series, SeriesColumn } from "./series.ts";
import type { Cell } from "../../language/cell.ts";
import type { Sizes } from "../../graph/lower.ts";
import { planHead, type Head } from "../../model/head.ts";
import { stack } from "../../model/stack.ts";
import type { Network } from "../../plan/network.ts";

/**
 * What the network says of each number: `quantiles` at the task's levels, trained by the pinball loss, or the mean and
 * the deviation of a normal distribution on the scale of the network (`gaussian`), trained by its likelihood.
 */
export const forecastOutputs = ["quantiles", "gaussian"] as const;
export type ForecastOutput = (typeof forecastOutputs)[number];

/**
 * `direct`: the network says all steps ahead at once. `recursive`: it says the next step, and reads what was drawn of it
 * to say the one after, along many paths. Columns of a path are drawn independently of each other at each step.
 */
export const forecastStrategies = ["direct", "recursive"] as const;
export type ForecastStrategy = (typeof forecastStrategies)[number];

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
  readonly output: ForecastOutput;
  readonly strategy: ForecastStrategy;
}

export interface ForecasterSettings extends ScalingSettings {
  readonly cell: Cell;
  readonly horizon: number;
  readonly context: number;
  /** Default 0.1, 0.5, 0.9. */
  readonly levels?: readonly number[];
  /** Default `quantiles`. */
  readonly output?: ForecastOutput;
  /** Default `direct`. */
  readonly strategy?: ForecastStrategy;
  /** Default false. */
  readonly calendar?: boolean;
  /** Hidden width of each layer. Default 32. */
  readonly size?: number;
  readonly layers?: number;
  readonly dropout?: number;
  readonly sizes?: Sizes;
}

/** Named values of the network, [steps, columns and calendar]. */
export const seriesInput = "x";

/** Steps that the network itself says at once. */
export function stepsSaid({ strategy, horizon }: ForecastTask): number {
  return strategy === "recursive" ? 1 : horizon;
}

/** The network, and the scales of the first `trained` steps of the series, from which it is to learn. */
export function forecaster(
  series: Series,
  trained: number,
  settings: ForecasterSettings,
): { readonly task: ForecastTask; readonly network: Network } {
  const { cell, horizon, context, levels = [0.1, 0.5, 0.9], log = false, lag = 0 } = settings;
  const { output = "quantiles", strategy = "direct", calendar = false } = settings;
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
    scalings: series.columns.map((column) => scalingOf(column, trained, { log, lag })),
    frequency: series.frequency,
    calendar,
    horizon,
    context,
    levels: ascending,
    output,
    strategy,
  };
  const { size = 32, layers = 1, dropout = 0, sizes } = settings;
  const width = task.columns.length + (calendar ? calendarFeatures(series.frequency).length : 0);
  const recurrent = stack(seriesInput, width, { cell, size, layers, dropout, ...(sizes && { sizes }) });
  const head = planHead(recurrent.output, recurrent.width, headOf(task));
  return {
    task,
    network: {
      inputs: [{ name: seriesInput, width, kind: "dense", per: "step" }, ...head.inputs],
      layers: [...recurrent.layers, ...head.layers],
      loss: head.loss,
    },
  };
}

function headOf(task: ForecastTask): Head {
  const width = stepsSaid(task) * task.columns.length;
  return task.output === "gaussian"
    ? { kind: "gaussian", width }
    : { kind: "quantiles", width, levels: task.levels };
}

function scalingOf({ name, values }: SeriesColumn, trained: number, settings: ScalingSettings): Scaling {
  try {
    return fitScaling(values.subarray(0, trained), settings);
  } catch (cause) {
    throw new Error(`column '${name}': ${(cause as Error).message}`, { cause });
  }
}

export function checkWhole(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new Error(`forecast: ${name} must be a whole number, 1 or more, not ${value}`);
}
