// Forecasts from rolling origins that training did not see, scored beside baselines that are fitted to everything before
// the first of them.
import { meanOver } from "../shared/series-checks.ts";
import { counted, grouped } from "../shared/words.ts";
import type { ModelMetadata, ScoreOptions } from "../task.ts";
import type { PointForecast } from "./baseline.ts";
import { baselineHistory, fitBaselines, type Baselines } from "./fit-baselines.ts";
import { checkWhole, type ForecastSpec } from "./design.ts";
import { mase, repeats, smape } from "./errors.ts";
import { stepsRead } from "./examples.ts";
import { addPeriods, seasonOf, type Frequency } from "./frequency.ts";
import { rollingOrigins } from "./origins.ts";
import { evaluationStart, type EvaluationStart } from "./parts.ts";
import {
  forecastQuantiles,
  type ForecastNetwork,
  type ForecastSettings,
  type QuantileForecast,
} from "./quantile-forecasts.ts";
import { crpsQuantiles, intervalScore, winklerScore } from "./quantiles.ts";
import { forecastRows, type ForecastRow } from "./rows.ts";
import { columnValues, listOf, type SeriesData, type SeriesTable } from "./series.ts";
import { formatTime } from "./time.ts";

/** Where forecasts are made from to be scored, and beside what. */
export interface BacktestSettings extends ForecastSettings, ScoreOptions<SeriesData> {
  /** Steps of a season, for MASE and the baselines. Default a year; a week of days; a day of shorter steps. */
  readonly period?: number;
  /** Number of origins, the last of which is a horizon before the end. Default all that there is room for. */
  readonly origins?: number;
  /** Steps from one origin to the next. Default 1. */
  readonly stride?: number;
}

/** Errors of forecasts, averaged over all origins and steps ahead. */
export interface ErrorRow {
  /**
   * Error of the median over that of the seasonal naive forecast within the history; below 1 is better than that. Undefined
   * where the history repeats itself exactly or is no longer than a season.
   */
  readonly mase: number | undefined;
  /** Symmetric error of the median, from 0 to 200 percent. */
  readonly smape: number;
  /** Distance of the quantiles from the actual values, in the units of the series. */
  readonly crps: number;
  /** Share of the actual values in the widest interval. */
  readonly coverage: number;
  /** Winkler score of the widest interval, in the units of the series; undefined where there is one quantile only. */
  readonly winkler: number | undefined;
}

/** Errors of a model, and of baselines at the same origins. */
export interface ComparedErrors extends ErrorRow {
  /** By name: those of `fitBaselines` that the history is long enough for. */
  readonly baselines: Readonly<Record<string, ErrorRow>>;
}

/** Scores of a forecaster; its errors are means over the columns. */
export interface ForecastScore extends ComparedErrors {
  /** The errors of each column. */
  readonly columns: Readonly<Record<string, ComparedErrors>>;
  /** Number of origins. */
  readonly origins: number;
  /** Time of the first step that is forecast. */
  readonly from: Date;
  /** Steps ahead. */
  readonly horizon: number;
  /** Steps of a season. */
  readonly period: number;
  /** The step of the series. */
  readonly frequency: Frequency;
  /** What is left out, and why, one sentence each: MASE where it is undefined, and baselines that need more history. */
  readonly notes: readonly string[];
  /** The last forecasts that do not overlap, at most three, for a chart; none in the score of several series. */
  readonly forecasts: readonly OriginForecast[];
  /** By name, where several series were scored; the errors beside it are their means. */
  readonly series?: Readonly<Record<string, ForecastScore>>;
}

/** The forecasts of a model and of baselines from one origin. */
export interface OriginForecast {
  /** Steps of the series before the forecast. */
  readonly origin: number;
  /** [horizon] the model's forecast. */
  readonly rows: readonly ForecastRow<string>[];
  /** Point forecasts by column and baseline, [horizon] each. */
  readonly baselines: Readonly<Record<string, Readonly<Record<string, Float64Array>>>>;
}

/** A table of errors with a row for the model and for each baseline; of several columns with `name: ` before the row's. */
export function errorRows({ columns }: ForecastScore): Record<string, ErrorRow> {
  const isOne = Object.keys(columns).length === 1;
  const rows = Object.entries(columns).flatMap(([name, { baselines, ...errors }]) =>
    Object.entries({ "this model": errors, ...baselines }).map(([title, row]) => {
      return [isOne ? title : `${name}: ${title}`, row] as const;
    }),
  );
  return Object.fromEntries(rows);
}

/** Scores a model on a series, or on a part of one. Throws where not one origin fits. */
export async function scoreForecasts(
  network: ForecastNetwork,
  series: SeriesTable,
  metadata: ModelMetadata,
  settings: BacktestSettings = {},
): Promise<ForecastScore> {
  const { spec } = network;
  const { horizon, levels, frequency } = spec;
  const { period = seasonOf(frequency), baseline: learned } = settings;
  const origins = originsOf(spec, series, metadata, settings);
  const first = origins[0] as number;
  const forecasts = await forecastQuantiles(network, series, origins, settings);
  const columns = spec.columns.map((name, j) => {
    const values = columnValues(series, name);
    const history = values.subarray(0, first);
    const fitted = learned ? columnValues(learnedOf(learned, series), name) : history;
    const { baselines, notes } = fitBaselines(fitted, first, { horizon, period, levels });
    const targets: Targets = { values, history, origins, levels, period };
    const errors = errorsOf(targets, (i) => {
      const quantiles = (forecasts[i] as QuantileForecast)[j] ?? [];
      return { mean: quantiles[levels.indexOf(0.5)] as Float64Array, quantiles };
    });
    const beside = mapValues(baselines, (baseline) =>
      errorsOf(targets, (_, origin) => baseline(values.subarray(0, origin))),
    );
    return {
      name,
      values,
      baselines,
      notes: [...noteOfMase(history, period), ...notes],
      score: { ...errors, baselines: beside },
    };
  });
  return {
    ...meanScore(columns.map(({ score }) => score)),
    columns: Object.fromEntries(columns.map(({ name, score }) => [name, score])),
    origins: origins.length,
    from: new Date(series.times[first] as number),
    horizon,
    period,
    frequency,
    notes: columns.flatMap(({ name, notes }) =>
      columns.length === 1 ? notes : notes.map((note) => `${name}: ${note}`),
    ),
    forecasts: lastApart(origins, horizon).map((i) => {
      const origin = origins[i] as number;
      return {
        origin,
        rows: forecastRows(spec, series, origin, forecasts[i] as QuantileForecast),
        baselines: Object.fromEntries(columns.map((column) => [column.name, pointsAt(column, origin)])),
      };
    }),
  };
}

/** What a baseline may learn of a series. */
function learnedOf(data: SeriesData, { name }: SeriesTable): SeriesTable {
  const all = listOf(data);
  return (all.find((series) => series.name === name) ?? all[0]) as SeriesTable;
}

/** Why MASE is undefined, if it is. */
function noteOfMase(history: Float64Array, period: number): string[] {
  const reason =
    history.length <= period
      ? `a season is ${grouped(period)} steps, and there are ${grouped(history.length)} before the first forecast`
      : repeats(history, period)
        ? `the history repeats itself every ${period === 1 ? "step" : counted(period, "step")}, which leaves nothing to divide by`
        : undefined;
  return reason === undefined ? [] : [`MASE is left out: ${reason}; another period (--period) may give it`];
}

/** Where the first origin of a series is, and how many have room from there on. */
interface OriginRoom extends EvaluationStart {
  /** Steps before the first origin. */
  readonly needed: number;
  readonly room: number;
}

function originRoom(
  spec: ForecastSpec,
  series: SeriesTable,
  metadata: ModelMetadata,
  { period = seasonOf(spec.frequency), stride = 1 }: BacktestSettings,
): OriginRoom {
  const { horizon } = spec;
  const start = evaluationStart(series, metadata);
  const roomFrom = (needed: number): number =>
    Math.floor((series.times.length - horizon - Math.max(start.step, needed)) / stride) + 1;
  const read = Math.max(1, stepsRead(spec));
  // Origins with enough before them for the naive baselines, or else any.
  const all = Math.max(read, baselineHistory({ horizon, period }));
  const needed = roomFrom(all) >= 1 ? all : read;
  return { ...start, needed, room: roomFrom(needed) };
}

/** Whether a series has room for an origin. */
export function canBeScored(
  spec: ForecastSpec,
  series: SeriesTable,
  metadata: ModelMetadata,
  settings: BacktestSettings,
): boolean {
  return originRoom(spec, series, metadata, settings).room >= 1;
}

function originsOf(
  spec: ForecastSpec,
  series: SeriesTable,
  metadata: ModelMetadata,
  settings: BacktestSettings,
): readonly number[] {
  const { horizon } = spec;
  const { length } = series.times;
  const { origins: count, stride = 1, period = 1 } = settings;
  for (const [name, value] of Object.entries({ period, stride })) checkWhole(name, value);
  const { step: from, where, needed, room } = originRoom(spec, series, metadata, settings);
  const minimum = Math.max(from, needed);
  if (room >= 1) return rollingOrigins({ length, horizon, count: count ?? room, stride, minimum });
  const time = formatTime(addPeriods(series.start, series.frequency, from), series.isZoned);
  throw new Error(
    from + horizon > length
      ? `backtest: there are no ${horizon} steps from ${time} on, where ${where}; give a longer series, or ` +
          "train with a part for testing, such as the split 0.7/0.1/0.2"
      : `backtest: the model reads ${needed} steps before a forecast, which with ${horizon} to forecast are more than the ` +
          `${length} there are; give a longer series`,
  );
}

interface Targets {
  readonly values: Float64Array;
  /** The values before the first origin, for MASE. */
  readonly history: Float64Array;
  readonly origins: readonly number[];
  readonly levels: readonly number[];
  readonly period: number;
}

function errorsOf(
  { values, history, origins, levels, period }: Targets,
  forecastAt: (i: number, origin: number) => PointForecast,
): ErrorRow {
  const share = (levels.at(-1) as number) - (levels[0] as number);
  const hasMase = history.length > period && !repeats(history, period);
  return meanErrors(
    origins.map((origin, i) => {
      const { mean, quantiles } = forecastAt(i, origin);
      const [low, high] = [quantiles[0] as Float64Array, quantiles.at(-1) as Float64Array];
      const actual = values.subarray(origin, origin + low.length);
      const byStep = Float64Array.from({ length: actual.length * levels.length }, (_, at) => {
        return (quantiles[at % levels.length] as Float64Array)[Math.floor(at / levels.length)] as number;
      });
      return {
        mase: hasMase ? mase(actual, mean, { history, period }) : undefined,
        smape: smape(actual, mean),
        crps: crpsQuantiles(actual, byStep, levels),
        coverage: intervalScore(actual, low, high).coverage,
        winkler: levels.length > 1 ? winklerScore(actual, low, high, share) : undefined,
      };
    }),
  );
}

/** Means, of MASE over the rows that have it. */
export function meanErrors(rows: readonly ErrorRow[]): ErrorRow {
  const mean = (of: keyof ErrorRow): number | undefined => {
    const values = rows.map((row) => row[of]).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : meanOver(values.length, (i) => values[i] as number);
  };
  const [smape, crps, coverage] = [mean("smape"), mean("crps"), mean("coverage")] as [number, number, number];
  return { mase: mean("mase"), smape, crps, coverage, winkler: mean("winkler") };
}

/** The mean over columns or series, with the baselines that all of them have. */
export function meanScore(columns: readonly ComparedErrors[]): ComparedErrors {
  const names = Object.keys(columns[0]?.baselines ?? {}).filter((name) =>
    columns.every(({ baselines }) => baselines[name] !== undefined),
  );
  const baselines = Object.fromEntries(
    names.map((name) => [name, meanErrors(columns.map((column) => column.baselines[name] as ErrorRow))]),
  );
  return { ...meanErrors(columns), baselines };
}

function pointsAt(
  { values, baselines }: { readonly values: Float64Array; readonly baselines: Baselines },
  origin: number,
): Record<string, Float64Array> {
  const history = values.subarray(0, origin);
  return mapValues(baselines, (baseline) => baseline(history).mean);
}

const mostDrawn = 3;

/** The indices of the last of ascending `origins` that are `horizon` or more apart, ascending. */
function lastApart(origins: readonly number[], horizon: number): number[] {
  const chosen: number[] = [];
  for (let i = origins.length - 1; i >= 0 && chosen.length < mostDrawn; i--) {
    const next = origins[chosen[0] ?? -1] ?? Infinity;
    if ((origins[i] as number) + horizon <= next) chosen.unshift(i);
  }
  return chosen;
}

function mapValues<A, B>(
  values: Readonly<Record<string, A>>,
  to: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(value, name)]));
}
