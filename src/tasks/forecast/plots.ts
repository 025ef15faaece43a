// Charts of a model's predictions and of its backtest.
import { forecastChart, type ForecastPanel, type PanelForecast } from "./chart.ts";
import type { ForecastScore } from "./backtest.ts";
import { seasonOf } from "./frequency.ts";
import { columnsOf, type ForecastRow, type NamedRow, type Prediction } from "./rows.ts";
import { areSeveral, columnValues, listOf, type SeriesData, type SeriesTable } from "./series.ts";

/** Settings of the charts of forecasts. */
export interface ForecastPlotSettings {
  /** Default the steps that are shown, in words. */
  readonly title?: string;
}

/**
 * An SVG of predictions from the end of a series and of the steps before, with a panel per column; of several series with a
 * panel for each, of the first eight.
 */
export function predictionChart<V extends string>(
  data: SeriesData<V>,
  rows: readonly ForecastRow<V>[] | readonly NamedRow<V>[],
  settings: ForecastPlotSettings = {},
): string {
  const drawn = listOf(data).map((series): DrawnSeries => {
    const own = areSeveral(data) ? rows.filter((row) => "series" in row && row.series === series.name) : rows;
    return { series, forecasts: [{ origin: series.times.length, rows: own as DrawnForecast["rows"] }] };
  });
  return drawForecasts(drawn, `the next ${drawn[0]?.forecasts[0]?.rows.length} steps`, settings);
}

/**
 * An SVG of the last forecasts of a backtest, with the actual values and the baselines, with a panel per column; of several
 * series with a panel for each, of the first eight.
 */
export function backtestChart(
  data: SeriesData,
  { forecasts, horizon, series: scores }: Pick<ForecastScore, "forecasts" | "horizon" | "series">,
  settings: ForecastPlotSettings = {},
): string {
  const drawn = areSeveral(data)
    ? data.flatMap((series): DrawnSeries[] => {
        const score = scores?.[series.name as string];
        return score ? [{ series, forecasts: score.forecasts }] : [];
      })
    : [{ series: data, forecasts }];
  return drawForecasts(drawn, `${horizon} steps ahead, and the actual values`, settings);
}

interface DrawnForecast {
  readonly origin: number;
  readonly rows: readonly ForecastRow<string>[];
  readonly baselines?: ForecastScore["forecasts"][number]["baselines"];
}

interface DrawnSeries {
  readonly series: SeriesTable;
  /** Ascending. */
  readonly forecasts: readonly DrawnForecast[];
}

const mostPanels = 8;

/** Draws forecasts, the actual values up to the end of the last, and as much before as helps to compare them. */
function drawForecasts(
  drawn: readonly DrawnSeries[],
  subject: string,
  { title }: ForecastPlotSettings,
): string {
  const row = drawn[0]?.forecasts[0]?.rows[0];
  if (!row) throw new Error("forecast chart: there is no forecast to draw; give one");
  const names = columnsOf(row);
  const isOne = drawn.length === 1;
  const panels = drawn.slice(0, mostPanels).flatMap(({ series, forecasts }) =>
    names.map((name): ForecastPanel => {
      const horizon = forecasts[0]?.rows.length ?? 0;
      const first = forecasts[0]?.origin ?? 0;
      const from = Math.max(0, first - Math.max(3 * horizon, 2 * seasonOf(series.frequency)));
      const to = (forecasts.at(-1)?.origin ?? 0) + horizon;
      return {
        name: isOne ? name : names.length === 1 ? (series.name ?? name) : `${series.name}: ${name}`,
        times: series.times.subarray(from, to),
        values: columnValues(series, name).subarray(from, to),
        forecasts: forecasts.map((forecast) => panelForecast(forecast, name, from)),
      };
    }),
  );
  const levels = levelsOf(row[names[0] as string] as Prediction).map(Number);
  const some = drawn.length > mostPanels ? ` (${mostPanels} of ${drawn.length} series)` : "";
  return forecastChart(panels, { title: title ?? `${names.join(", ")}: ${subject}${some}`, levels });
}

function panelForecast(
  { origin, rows, baselines }: DrawnForecast,
  name: string,
  from: number,
): PanelForecast {
  const predictions = rows.map((row) => row[name] as Prediction);
  const [prediction] = predictions as [Prediction];
  return {
    origin: origin - from,
    times: rows.map(({ time }) => time.getTime()),
    quantiles: levelsOf(prediction).map((level) =>
      predictions.map(({ quantiles }) => quantiles[level] as number),
    ),
    ...(baselines?.[name] && { baselines: baselines[name] }),
  };
}

function levelsOf({ quantiles }: Prediction): string[] {
  return Object.keys(quantiles);
}
