// The network of a forecaster, and what its model file says of it.
import type { OptionRules } from "../../base/options.ts";
import { planHead, type Head } from "../../model/head.ts";
import { stack } from "../../model/stack.ts";
import { zeroReadout } from "../../cells/parts.ts";
import { cellRecord, recurrentOptions } from "../shared/network-options.ts";
import { recurrentRules, type RecurrentOptions } from "../shared/recurrent-options.ts";
import type { Design } from "../task.ts";
import { calendarFeatures } from "./calendar.ts";
import type { Frequency } from "./frequency.ts";
import { covariateSpecs, covariateWidth, knownAhead, type CovariateSpecs } from "./covariates.ts";
import { commonLag, fitColumn, scalingOf, type FittedColumn } from "./path/columns.ts";
import { offsetsOf } from "./path/fit-path.ts";
import { pathInUnits, pathReads, type LinearPath, type SeriesScale } from "./path/linear-path.ts";
import { pathsInWords } from "./path/path-words.ts";
import type { Scaling } from "./scaling.ts";
import { areSeveral, listOf, type SeriesColumn, type SeriesData, type SeriesTable } from "./series.ts";

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
export interface ForecastSpec extends CovariateSpecs {
  readonly kind: "forecast";
  /** Names of the series' columns, all of which are read and forecast. */
  readonly columns: readonly string[];
  /** By column, fitted on the training part alone. Of several series only `log` and `lag` are used. */
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
  /**
   * By column, the forecasts that the network's are added to, in units of the deviations of their errors. Absent where the
   * network forecasts alone, as it does recursively and did in early files.
   */
  readonly paths?: readonly LinearPath[];
  /** [levels] quantiles of the paths' errors, which the network's quantiles are added to; only with paths. */
  readonly offsets?: readonly number[];
  /** The series that one model of several was trained on; its `paths` are of series on the scales 0 and 1. */
  readonly series?: readonly KnownSeries[];
}

/** The scales of a series, fitted on what training knew of it. */
export interface KnownSeries {
  readonly name: string;
  readonly columns: readonly {
    /** For what the network reads. */
    readonly scaling: Scaling;
    /** For the path. */
    readonly scale: SeriesScale;
  }[];
}

/** Options of `forecast`. Default a GRU of 32. */
export interface ForecastOptions extends RecurrentOptions {
  /** Steps ahead. Default 12. */
  readonly horizon?: number;
  /** Steps that the network reads before a forecast. Default two seasons or 24, at most 48, fewer for short series. */
  readonly context?: number;
  /**
   * Whether to take logarithms first: for values above 0 whose swings grow with them. Default what forecasts better at
   * rolling origins before the last part.
   */
  readonly log?: boolean;
  /**
   * Steps back to the value that each is taken as the difference from: 12 for a season of months, 1 for the step before, 0
   * for none. Default what forecasts better at rolling origins before the last part.
   */
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

/** Steps ahead. */
export const defaultHorizon = 12;

/** The defaults of a forecaster's recurrent layers. */
export const forecastDefaults = { cell: "gru", size: 32 } as const;

/** The network's input, [steps, columns and calendar]. */
export const seriesInput = "x";

/** Steps ahead that the network predicts at once. */
export function predictedSteps({ strategy, horizon }: ForecastSpec): number {
  return strategy === "recursive" ? 1 : horizon;
}

/** A network for a series, and what it was chosen by. */
export interface ForecastDesign extends Pick<Design<never, never>, "network" | "cell"> {
  readonly spec: ForecastSpec;
  /** What was chosen, and why; a sentence per column. */
  readonly words: readonly string[];
}

/**
 * The network and the scales for one series or several to learn from; `known` are the steps that the linear paths may learn
 * from, which may be more. Throws for options out of range.
 */
export function designForecaster(
  learned: SeriesData,
  options: ForecastOptions,
  known: SeriesData = learned,
): ForecastDesign {
  const {
    horizon = defaultHorizon,
    calendar = false,
    distribution = "quantiles",
    strategy = "direct",
  } = options;
  checkWhole("horizon", horizon);
  if (options.context !== undefined) checkWhole("context", options.context);
  const levels = levelsOf(options.quantiles ?? [0.1, 0.5, 0.9]);
  const { log, seasonalDifference: lag, context } = options;
  const [learnedList, knownList] = [listOf(learned), listOf(known)];
  const { columns, frequency } = learnedList[0] as SeriesTable;
  const covariates = covariateSpecs(learnedList);
  if (strategy === "recursive" && covariates.past !== undefined)
    throw new Error(
      "forecast: the recursive strategy would have to forecast the columns of the past, too; use the direct one, or name " +
        "the columns among those to forecast",
    );
  const ahead = knownList.map((series) => knownAhead(covariates, series));
  const fitted = columns.map((_, j) =>
    fitColumn(
      knownList.map((series) => series.columns[j] as SeriesColumn),
      ahead,
      frequency,
      { horizon, log, lag, context },
    ),
  );
  const rules = {
    lag: areSeveral(learned) ? (lag ?? commonLagOf(learned, fitted)) : commonLag(fitted),
  };
  const scaled = learnedList.map(({ name = "", columns: own }, s): KnownSeries => {
    return {
      name,
      columns: own.map((column, j) => {
        const { log: isLog, scales } = (fitted[j] as FittedColumn).found;
        return {
          scaling: scalingOf(column, { log: isLog, ...rules }),
          scale: scales[s] as SeriesScale,
        };
      }),
    };
  });
  const spec: ForecastSpec = {
    kind: "forecast",
    columns: columns.map((column) => column.name),
    scalings: (scaled[0] as KnownSeries).columns.map(({ scaling }) =>
      areSeveral(learned) ? { ...scaling, mean: 0, deviation: 1 } : scaling,
    ),
    frequency,
    calendar,
    horizon,
    context: options.context ?? contextFor(learnedList, fitted, horizon),
    levels,
    output: distribution,
    strategy,
    ...(strategy === "direct" && {
      paths: fitted.map(({ found: { path, scales, log: isLog } }) =>
        areSeveral(learned) ? path : pathInUnits(path, scales[0] as SeriesScale, isLog),
      ),
      ...(distribution === "quantiles" && {
        offsets: offsetsOf(
          fitted.flatMap(({ found }) => found.errors),
          levels,
        ),
      }),
    }),
    ...covariates,
    ...(areSeveral(learned) && { series: scaled }),
  };
  const words = pathsInWords(fitted, { log, lag }, Object.keys(covariates).length > 0);
  return { spec, words, ...networkOf(spec, options) };
}

/** Numbers that the network reads at each step. */
export function inputWidth(spec: ForecastSpec): number {
  const calendar = spec.calendar ? calendarFeatures(spec.frequency).length : 0;
  return spec.columns.length + calendar + covariateWidth(spec, predictedSteps(spec));
}

function networkOf(spec: ForecastSpec, options: ForecastOptions): Pick<ForecastDesign, "network" | "cell"> {
  const width = inputWidth(spec);
  const recurrent = recurrentOptions(options, forecastDefaults);
  const layers = stack(seriesInput, width, recurrent);
  const head = planHead(layers.output, layers.width, headOf(spec));
  const isZero = (name: string): boolean => spec.paths !== undefined && name === head.readout;
  return {
    network: {
      inputs: [{ name: seriesInput, width, kind: "dense", per: "step" }, ...head.inputs],
      layers: [
        ...layers.layers,
        ...head.layers.map((layer) => (isZero(layer.name) ? { ...layer, cell: zeroReadout } : layer)),
      ],
      loss: head.loss,
    },
    cell: cellRecord(recurrent.cell),
  };
}

/** The differences that one network reads of several series, of which the shortest has few steps. */
function commonLagOf(series: readonly SeriesTable[], fitted: readonly FittedColumn[]): number {
  const shortest = Math.min(...series.map(({ times }) => times.length));
  const lag = commonLag(fitted);
  return lag * 3 <= shortest ? lag : shortest > 3 ? Math.min(lag, 1) : 0;
}

const mostContext = 48;

/** Two seasons, or 24 steps, but at most a third of what the series, or the longest of several, has besides. */
function contextFor(
  series: readonly SeriesTable[],
  fitted: readonly FittedColumn[],
  horizon: number,
): number {
  const season = Math.max(...fitted.map(({ seasons }) => seasons[0]?.season ?? 1));
  const lag = Math.max(...fitted.map(({ found }) => Math.max(found.lag, pathReads(found.path) / 2)));
  const longest = Math.max(...series.map(({ times }) => times.length));
  const room = Math.floor((longest - lag - horizon) / 3);
  return Math.max(1, Math.min(season > 1 ? 2 * season : 24, mostContext, room));
}

function headOf(spec: ForecastSpec): Head {
  const width = predictedSteps(spec) * spec.columns.length;
  const { levels, offsets } = spec;
  return spec.output === "gaussian"
    ? { kind: "gaussian", width }
    : { kind: "quantiles", width, levels, ...(offsets && { offsets }) };
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

/** Throws for a number that is not whole or below 1, naming it. */
export function checkWhole(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new Error(`forecast: ${name} must be a whole number, 1 or more, not ${value}`);
}
