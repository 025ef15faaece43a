// The network of a forecaster, and what its model file says of it.
import type { OptionRules } from "../../base/options.ts";
import { planHead, type Head } from "../../model/head.ts";
import { stack } from "../../model/stack.ts";
import { cellRecord, recurrentOptions } from "../shared/network-options.ts";
import { recurrentRules, type RecurrentOptions } from "../shared/recurrent-options.ts";
import type { Design } from "../task.ts";
import { calendarFeatures } from "./calendar.ts";
import type { Frequency } from "./frequency.ts";
import { fitScaling, type Scaling, type ScalingSettings } from "./scaling.ts";
import type { SeriesColumn, SeriesTable } from "./series.ts";

/**
 * What the network predicts for each number: `quantiles` at the spec's levels, trained by the pinball loss; or
 * `gaussian`, the mean and the deviation of a normal distribution on the network's scale, trained by its likelihood.
 */
export type ForecastOutput = "quantiles" | "gaussian";

export const forecastOutputs: readonly ForecastOutput[] = ["quantiles", "gaussian"];

/**
 * `direct`: the network predicts all steps ahead at once. `recursive`: it predicts the next step, and reads a draw from
 * that to predict the one after, along many paths. The columns of a path are drawn independently at each step.
 */
export type ForecastStrategy = "direct" | "recursive";

export const forecastStrategies: readonly ForecastStrategy[] = ["direct", "recursive"];

/** What a forecaster keeps in its model file. */
export interface ForecastSpec {
  readonly kind: "forecast";
  /** Names of the series' columns, all of which are read and forecast. */
  readonly columns: readonly string[];
  /** By column, fitted on the training part alone. */
  readonly scalings: readonly Scaling[];
  readonly frequency: Frequency;
  /** Whether the calendar of the next step is read, too. */
  readonly calendar: boolean;
  /** Steps ahead. */
  readonly horizon: number;
  /** Steps that are read before a forecast. */
  readonly context: number;
  /** Levels of the quantiles, ascending, 0.5 among them. */
  readonly levels: readonly number[];
  readonly output: ForecastOutput;
  readonly strategy: ForecastStrategy;
}

/** Options of `forecast`. Default a GRU of 32. */
export interface ForecastOptions extends RecurrentOptions {
  /** Steps ahead. Default 12. */
  readonly horizon?: number;
  /** Steps that are read before a forecast. Default 48. */
  readonly context?: number;
  /** Whether to take logarithms first: for values above 0 whose swings grow with them. Default false. */
  readonly log?: boolean;
  /** Steps of a season whose differences are learned, such as 12 for months; 0 learns the values. Default 0. */
  readonly seasonalDifference?: number;
  /** Whether to read the calendar of the next step, too. Default false. */
  readonly calendar?: boolean;
  /** Levels of the quantiles, each between 0 and 1, 0.5 among them. Default 0.1, 0.5, 0.9. */
  readonly quantiles?: readonly number[];
  /** Default `quantiles`. */
  readonly distribution?: "quantiles" | "gaussian";
  /** Default `direct`. */
  readonly strategy?: ForecastStrategy;
}

export const forecastRules: OptionRules<ForecastOptions> = {
  ...recurrentRules,
  horizon: "number",
  context: "number",
  log: "boolean",
  seasonalDifference: "number",
  calendar: "boolean",
  quantiles: "any",
  distribution: forecastOutputs,
  strategy: forecastStrategies,
};

/** The defaults of a forecaster's recurrent layers. */
export const forecastDefaults = { cell: "gru", size: 32 } as const;

/** The network's input, [steps, columns and calendar]. */
export const seriesInput = "x";

/** Steps ahead that the network predicts at once. */
export function predictedSteps({ strategy, horizon }: ForecastSpec): number {
  return strategy === "recursive" ? 1 : horizon;
}

/** The network and the scales for a series to learn from. Throws for options out of range. */
export function designForecaster(
  learned: SeriesTable,
  options: ForecastOptions,
): Pick<Design<never, never>, "network" | "cell"> & { readonly spec: ForecastSpec } {
  const { horizon = 12, context = 48, log = false, seasonalDifference: lag = 0 } = options;
  const { calendar = false, distribution = "quantiles", strategy = "direct" } = options;
  checkWhole("horizon", horizon);
  checkWhole("context", context);
  const spec: ForecastSpec = {
    kind: "forecast",
    columns: learned.columns.map((column) => column.name),
    scalings: learned.columns.map((column) => scalingOf(column, { log, lag })),
    frequency: learned.frequency,
    calendar,
    horizon,
    context,
    levels: levelsOf(options.quantiles ?? [0.1, 0.5, 0.9]),
    output: distribution,
    strategy,
  };
  const width = spec.columns.length + (calendar ? calendarFeatures(spec.frequency).length : 0);
  const recurrent = recurrentOptions(options, forecastDefaults);
  const layers = stack(seriesInput, width, recurrent);
  const head = planHead(layers.output, layers.width, headOf(spec));
  return {
    spec,
    network: {
      inputs: [{ name: seriesInput, width, kind: "dense", per: "step" }, ...head.inputs],
      layers: [...layers.layers, ...head.layers],
      loss: head.loss,
    },
    cell: cellRecord(recurrent.cell),
  };
}

function headOf(spec: ForecastSpec): Head {
  const width = predictedSteps(spec) * spec.columns.length;
  return spec.output === "gaussian"
    ? { kind: "gaussian", width }
    : { kind: "quantiles", width, levels: spec.levels };
}

/** Ascending, each once. */
function levelsOf(quantiles: readonly number[]): number[] {
  const wrong = quantiles.find((level) => !(level > 0 && level < 1));
  if (wrong !== undefined)
    throw new Error(`forecast: a quantile must be between 0 and 1, not ${wrong}; write a tenth as 0.1`);
  if (!quantiles.includes(0.5)) {
    throw new Error(
      `forecast: quantiles must have 0.5, which is the point forecast, not only ${quantiles.join(", ")}; add it`,
    );
  }
  return [...new Set(quantiles)].sort((a, b) => a - b);
}

function scalingOf({ name, values }: SeriesColumn, settings: ScalingSettings): Scaling {
  try {
    return fitScaling(values, settings);
  } catch (cause) {
    throw new Error(`column '${name}': ${(cause as Error).message}`, { cause });
  }
}

/** Throws for a number that is not whole or below 1, naming it. */
export function checkWhole(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new Error(`forecast: ${name} must be a whole number, 1 or more, not ${value}`);
}
