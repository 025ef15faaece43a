// Quantiles of the steps that follow an origin, from the steps before it, corrected by the errors of earlier forecasts.
import { predict } from "../../infer/predict.ts";
import type { Session } from "../../infer/session.ts";
import { checkKnownAhead, knownAhead } from "./covariates.ts";
import { checkWhole, seriesInput, type ForecastSpec } from "./design.ts";
import { distributionReader, normalScores } from "./distribution.ts";
import { empiricalQuantiles } from "./empirical-quantiles.ts";
import { rowsBefore, scaledSeries, stepsRead, type ScaledSeries } from "./examples.ts";
import { describeFrequency } from "./frequency.ts";
import { specFor } from "./local-spec.ts";
import { forecastPath, onScale, type LinearPath } from "./path/linear-path.ts";
import { quantilesOfPaths } from "./paths.ts";
import { invertQuantiles, type Scaling } from "./scaling.ts";
import { columnValues, type SeriesTable } from "./series.ts";

/** A network that forecasts, on a device. */
export interface ForecastNetwork {
  readonly spec: ForecastSpec;
  /** The session for whole sequences. */
  readonly session: () => Session;
  /** Opens another session, which the caller disposes of. */
  readonly open: () => Session;
  /** The first time of a series that training did not see, in milliseconds since 1970; undefined where that is not known. */
  readonly unseenFrom: (series: SeriesTable) => number | undefined;
}

/** How a model forecasts. */
export interface ForecastSettings {
  /**
   * Number of forecasts before the origin, of steps that training did not see, whose errors are known by then and move each
   * quantile towards where its share of them lies, and a median beside a linear path half as far; 0 leaves the model's own
   * quantiles. Corrects intervals in the spirit of Romano et al. 2019 (arXiv:1905.03222v1). Default 300.
   */
  readonly calibrate?: number;
  /** For a recursive model: paths drawn from each origin. Default 100. */
  readonly paths?: number;
  /** For a recursive model: random seed of the draws. Default 1. */
  readonly seed?: number;
}

/** By column [levels][horizon], in the column's units; they never cross. */
export type QuantileForecast = readonly (readonly Float64Array[])[];

/**
 * The quantiles after each origin, a number of steps from the beginning of the series: nothing after it is read. Throws
 * for another frequency or other columns than the model's, for a history shorter than the model reads, and for settings
 * that would do nothing.
 */
export async function forecastQuantiles(
  network: ForecastNetwork,
  series: SeriesTable,
  origins: readonly number[],
  settings: ForecastSettings = {},
): Promise<QuantileForecast[]> {
  const spec = specFor(network.spec, series, Math.min(...origins));
  const { calibrate: earlier = 300, paths = 100, seed = 1 } = settings;
  checkSettings(spec, settings);
  checkSeries(spec, series);
  checkOrigins(network.spec, series, origins);
  checkKnownAhead(spec, series, Math.max(...origins), spec.horizon);
  const scaled = scaledSeries(spec, series);
  const unseen = spec.paths ? firstUnseen(series, network.unseenFrom(series)) : 0;
  /** Earlier origins whose forecasts can be compared with actual values by then. */
  const originsBefore = (origin: number): number[] =>
    Array.from({ length: earlier }, (_, i) => origin - spec.horizon - i).filter(
      (before) => before >= Math.max(stepsRead(network.spec), unseen),
    );
  const all = [...new Set(origins.flatMap((origin) => [origin, ...originsBefore(origin)]))];
  const forecasts =
    spec.strategy === "recursive"
      ? await quantilesOfPaths({ spec, open: network.open }, series, scaled, all, { paths, seed })
      : await directQuantiles(spec, network.session(), series, scaled, all);
  const indices = new Map(all.map((origin, i) => [origin, i]));

  const columns = spec.columns.map((name, j): ColumnForecasts => {
    return {
      spec,
      values: columnValues(series, name),
      log: (spec.scalings[j] as Scaling).log,
      deviations: spec.paths?.[j]?.deviations,
      quantilesAt: (at) => forecasts[indices.get(at) as number]?.[j] as readonly Float64Array[],
      errors: new Map(),
    };
  });
  return origins.map((origin) => {
    const before = originsBefore(origin);
    return columns.map((column) => sortQuantiles(calibrate(column, origin, before)));
  });
}

/** By origin and column [levels][horizon], in the series' units, from a network that predicts all steps ahead at once. */
async function directQuantiles(
  spec: ForecastSpec,
  session: Session,
  series: SeriesTable,
  scaled: ScaledSeries,
  origins: readonly number[],
): Promise<QuantileForecast[]> {
  const { context, horizon, columns, levels } = spec;
  const targets = new Float32Array(context * horizon * columns.length);
  const examples = origins.map((origin) => {
    const steps = Math.min(context, origin - scaled.lag);
    return {
      steps,
      inputs: { [seriesInput]: rowsBefore(scaled, origin, steps) },
      targets: targets.subarray(0, steps * horizon * columns.length),
    };
  });
  const future = knownAhead(spec, series);
  const readouts = await predict(session, examples, { at: "last step" });
  const distributionOf = distributionReader(spec);
  const scores = normalScores(levels);
  return readouts.map((readout, i) =>
    columns.map((name, j) => {
      const steps = Array.from({ length: horizon }, (_, k) => distributionOf(readout, 0, k, j));
      const quantiles = scores.map((score) =>
        Float64Array.from(steps, (distribution) => distribution(score)),
      );
      const scaling = spec.scalings[j] as Scaling;
      const values = columnValues(series, name);
      const path = spec.paths?.[j];
      return path
        ? besidePath(path, scaling.log, forecastPath(path, values, origins[i] as number, future), quantiles)
        : invertQuantiles(scaling, values.subarray(0, origins[i]), quantiles);
    }),
  );
}

/** Quantiles [levels][horizon] of what the path will miss, in units of its errors, as quantiles of the column's values. */
function besidePath(
  path: LinearPath,
  log: boolean,
  forecast: Float64Array,
  quantiles: readonly Float64Array[],
): Float64Array[] {
  const centre = forecast.map((value) => onScale(value, log));
  return quantiles.map((level) =>
    level.map((missed, k) => {
      const value = (centre[k] as number) + missed * (path.deviations[k] as number);
      return log ? Math.exp(value) : value;
    }),
  );
}

/** The first step that training did not see; beyond the end where that is not known. */
function firstUnseen({ times }: SeriesTable, from: number = Infinity): number {
  const step = times.findIndex((time) => time >= from);
  return step < 0 ? times.length : step;
}

/** Forecasts whose errors count as much as what the model knows of its own. */
const enoughForecasts = 30;

/** Quantiles at origins of a column, and the values that came. */
interface ColumnForecasts {
  readonly spec: ForecastSpec;
  readonly values: Float64Array;
  /** Whether errors are those of logarithms. */
  readonly log: boolean;
  /** [horizon] of the path's errors; undefined without a path. */
  readonly deviations: readonly number[] | undefined;
  readonly quantilesAt: (origin: number) => readonly Float64Array[];
  /** Errors that were computed before, by origin [levels][horizon], over the deviations if there are any. */
  readonly errors: Map<number, readonly Float64Array[]>;
}

function errorsAt(column: ColumnForecasts, origin: number): readonly Float64Array[] {
  const { values, log, deviations, quantilesAt, errors } = column;
  let known = errors.get(origin);
  if (known === undefined) {
    known = quantilesAt(origin).map((level) =>
      level.map(
        (value, k) =>
          (onScale(values[origin + k] as number, log) - onScale(value, log)) / (deviations?.[k] ?? 1),
      ),
    );
    errors.set(origin, known);
  }
  return known;
}

/**
 * The quantiles of an origin, moved by the errors of those `before`; with `log` by those of logarithms. Beside paths, errors in
 * units of the paths' are one sample over all steps ahead, and count the more, the more there are.
 */
function calibrate(
  column: ColumnForecasts,
  origin: number,
  before: readonly number[],
): readonly Float64Array[] {
  const { spec, log, deviations, quantilesAt } = column;
  const { levels, horizon } = spec;
  if (before.length === 0) return quantilesAt(origin);
  const known = before.map((at) => errorsAt(column, at));
  const moveOf = (level: number, q: number): ((k: number) => number) => {
    const rows = known.map((errors) => errors[q] as Float64Array);
    const quantileOf = (errors: ArrayLike<number>): number =>
      empiricalQuantiles(errors, [level])[0] as number;
    if (!deviations) return (k) => quantileOf(rows.map((row) => row[k] as number));
    const errors = new Float64Array(rows.length * horizon);
    rows.forEach((row, i) => errors.set(row, i * horizon));
    // A path that was too low so far is often too high later: the median moves by half.
    const share = level === 0.5 ? 0.5 : 1;
    const move = ((share * before.length) / (before.length + enoughForecasts)) * quantileOf(errors);
    return (k) => move * (deviations[k] as number);
  };
  return levels.map((level, q) => {
    const move = moveOf(level, q);
    return Float64Array.from({ length: horizon }, (_, k) => {
      const moved = onScale(quantilesAt(origin)[q]?.[k] as number, log) + move(k);
      return log ? Math.exp(moved) : moved;
    });
  });
}

/** Each step's quantiles in ascending order. Chernozhukov et al. 2010, Econometrica 78(3). */
function sortQuantiles(quantiles: readonly Float64Array[]): Float64Array[] {
  const sorted = quantiles.map((level) => level.slice());
  const horizon = sorted[0]?.length ?? 0;
  for (let k = 0; k < horizon; k++) {
    const ascending = Float64Array.from(quantiles, (level) => level[k] as number).sort();
    sorted.forEach((level, q) => (level[k] = ascending[q] as number));
  }
  return sorted;
}

function checkSettings({ strategy }: ForecastSpec, settings: ForecastSettings): void {
  const { calibrate: earlier = 0, paths = 1 } = settings;
  if (!Number.isSafeInteger(earlier) || earlier < 0)
    throw new Error(`forecast: calibrate must be a whole number, 0 or more, not ${earlier}`);
  checkWhole("paths", paths);
  const idle = (["paths", "seed"] as const).find((name) => settings[name] !== undefined);
  if (strategy === "recursive" || idle === undefined) return;
  throw new Error(`forecast: this model forecasts all steps at once and draws no paths; leave out ${idle}`);
}

/** Throws for a series with another frequency or other columns than the model's. */
function checkSeries({ frequency, columns }: ForecastSpec, series: SeriesTable): void {
  const [expected, actual] = [frequency, series.frequency].map((step) => describeFrequency(step));
  if (actual !== expected) {
    throw new Error(
      `forecast: the model learned steps of ${expected}, but the series has steps of ${actual}`,
    );
  }
  const unknown = series.columns.find(({ name }) => !columns.includes(name));
  if (unknown === undefined) return;
  throw new Error(
    `forecast: the model does not know the column '${unknown.name}'; give a series of ${columns.join(", ")} alone`,
  );
}

function checkOrigins(spec: ForecastSpec, { times }: SeriesTable, origins: readonly number[]): void {
  const least = stepsRead(spec);
  const wrong = origins.find(
    (origin) => !(Number.isInteger(origin) && origin >= least && origin <= times.length),
  );
  if (wrong === undefined) return;
  throw new Error(
    `forecast: the model reads ${least} steps, so an origin must be from ${least} to ${times.length}, the end of the ` +
      `series, not ${wrong}; give a longer series, or fewer origins`,
  );
}
