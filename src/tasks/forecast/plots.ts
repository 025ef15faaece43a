// Charts of a model's predictions and of its backtest.
import { forecastChart, type ForecastPanel, type PanelForecast } from "./chart.ts";
import type { ForecastScore } from "./backtest.ts";
import { seasonOf } from "./frequency.ts";
import { columnsOf, type ForecastRow, type Prediction } from "./rows.ts";
import { columnValues, type SeriesTable } from "./series.ts";

/** Settings of the charts of forecasts. */
export interface ForecastPlotSettings {
  /** Default the steps that are shown, in words. */
  readonly title?: string;
}

/** An SVG of predictions from the end of a series and of the steps before, with a panel per column. */
export function predictionChart<V extends string>(
  series: SeriesTable<V>,
  rows: readonly ForecastRow<V>[],
  settings: ForecastPlotSettings = {},
): string {
  const title = `the next ${rows.length} steps`;
  return drawForecasts(
    series,
    [{ origin: series.times.length, rows: rows as DrawnForecast["rows"] }],
    title,
    settings,
  );
}

/** An SVG of the last forecasts of a backtest, with the actual values and the baselines, with a panel per column. */
export function backtestChart(
  series: SeriesTable,
  { forecasts, horizon }: Pick<ForecastScore, "forecasts" | "horizon">,
  settings: ForecastPlotSettings = {},
): string {
  return drawForecasts(series, forecasts, `${horizon} steps ahead, and the actual values`, settings);
}

interface DrawnForecast {
  readonly origin: number;
  readonly rows: readonly ForecastRow<string>[];
  readonly baselines?: ForecastScore["forecasts"][number]["baselines"];
}

/** Draws ascending forecasts, the actual values up to the end of the last, and as much before as helps to compare them. */
function drawForecasts(
  series: SeriesTable,
  forecasts: readonly DrawnForecast[],
  subject: string,
  { title }: ForecastPlotSettings,
): string {
  const [first, last] = [forecasts[0], forecasts.at(-1)];
  const row = first?.rows[0];
  if (!first || !last || !row) throw new Error("forecast chart: there is no forecast to draw; give one");
  const names = columnsOf(row);
  const horizon = first.rows.length;
  const from = Math.max(0, first.origin - Math.max(3 * horizon, 2 * seasonOf(series.frequency)));
  const to = last.origin + horizon;
  const panels = names.map((name): ForecastPanel => {
    return {
      name,
      times: series.times.subarray(from, to),
      values: columnValues(series, name).subarray(from, to),
      forecasts: forecasts.map((forecast) => panelForecast(forecast, name, from)),
    };
  });
  const levels = levelsOf(row[names[0] as string] as Prediction).map(Number);
  return forecastChart(panels, { title: title ?? `${names.join(", ")}: ${subject}`, levels });
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
