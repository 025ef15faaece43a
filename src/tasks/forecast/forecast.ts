// Forecasts of series: quantiles of the steps that follow an origin, from the steps before, corrected by the errors of
// earlier forecasts. Trains nothing and reads no files.
import { describeFrequency } from "./frequency.ts";
import { invertQuantiles, type Scaling } from "./scaling.ts";
import type { Series } from "./series.ts";
import { createPredictor } from "../../train/predict.ts";
import { empiricalQuantiles } from "./empirical-quantiles.ts";
import { distributionReader, scoresOf } from "./distribution.ts";
import { columnNamed, rowsBefore, scaledSeries, type ScaledSeries } from "./examples.ts";
import { quantilesOfPaths } from "./paths.ts";
import { checkWhole, seriesInput, type ForecastTask } from "./forecaster.ts";
import type { TaskModel } from "../shared/model.ts";

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
  /** Of a recursive model: paths drawn from each origin. Default 100. */
  readonly paths?: number;
  /** Of the draws. Default 1. */
  readonly seed?: number;
}

/**
 * What follows each origin, which is a number of steps from the series' beginning: nothing from there on is read. Throws
 * where a history is shorter than the context.
 */
export async function forecast(
  model: TaskModel<ForecastTask>,
  series: Series,
  origins: readonly number[],
  { calibrate = 300, paths = 100, seed = 1 }: ForecastSettings = {},
): Promise<SeriesForecast[]> {
  const { task } = model;
  const { context, horizon } = task;
  checkWhole("paths", paths);
  const [given, learned] = [series, task].map(({ frequency }) => describeFrequency(frequency));
  if (given !== learned) {
    throw new Error(
      `forecast: the model learned steps of ${learned}, and the series has ${given}; give such a one`,
    );
  }
  const scaled = scaledSeries(task, series);
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
  const said =
    task.strategy === "recursive"
      ? await quantilesOfPaths(model, series, scaled, all, { paths, seed })
      : await quantilesSaid(model, series, scaled, all);
  const places = new Map(all.map((origin, i) => [origin, i]));

  return origins.map((origin) => ({
    quantiles: task.columns.map((name, j) => {
      const own = (at: number): readonly Float64Array[] =>
        said[places.get(at) as number]?.[j] as readonly Float64Array[];
      const values = columnNamed(series, name);
      return uncrossed(calibrated(task, own, values, origin, judged(origin), task.scalings[j] as Scaling));
    }),
  }));
}

/** By origin and column [levels][horizon], in the series' own units, as a network says that knows all steps ahead. */
async function quantilesSaid(
  model: TaskModel<ForecastTask>,
  series: Series,
  scaled: ScaledSeries,
  origins: readonly number[],
): Promise<(readonly Float64Array[])[][]> {
  const { task } = model;
  const { context, horizon, columns, levels } = task;
  const targets = new Float32Array(context * horizon * columns.length);
  const examples = origins.map((origin) => ({
    steps: context,
    inputs: { [seriesInput]: rowsBefore(task, scaled, origin) },
    targets,
  }));
  const readouts = await createPredictor(model).predict(examples, "last step");
  const distribution = distributionReader(task);
  const scores = scoresOf(levels);
  return readouts.map((readout, i) =>
    columns.map((name, j) => {
      const steps = Array.from({ length: horizon }, (_, k) => distribution(readout, 0, k, j));
      const quantiles = scores.map((score) => Float64Array.from(steps, (own) => own(score)));
      const history = columnNamed(series, name).subarray(0, origins[i]);
      return invertQuantiles(task.scalings[j] as Scaling, history, quantiles);
    }),
  );
}

/** The quantiles of an origin, moved by the errors of those `before`, of logarithms where the scale is one. */
function calibrated(
  { levels, horizon }: ForecastTask,
  quantilesAt: (origin: number) => readonly Float64Array[],
  values: Float64Array,
  origin: number,
  before: readonly number[],
  { log }: Scaling,
): readonly Float64Array[] {
  const own = quantilesAt(origin);
  if (before.length === 0) return own;
  const on = (value: number): number => (log ? Math.log(value) : value);
  return levels.map((level, q) =>
    Float64Array.from({ length: horizon }, (_, k) => {
      const at = (place: number): number => on(quantilesAt(place)[q]?.[k] as number);
      const errors = before.map((place) => on(values[place + k] as number) - at(place));
      const moved = at(origin) + (empiricalQuantiles(errors, [level])[0] as number);
      return log ? Math.exp(moved) : moved;
    }),
  );
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
