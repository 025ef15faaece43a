// Forecasts as people use them: a row per step ahead, with a prediction for each column under its name.
import type { ForecastSpec } from "./design.ts";
import { addPeriods } from "./frequency.ts";
import type { QuantileForecast } from "./quantile-forecasts.ts";
import type { SeriesTable } from "./series.ts";

/** The predicted distribution of one number. */
export interface Prediction {
  /** The quantile 0.5, which is the point forecast, in the units of the series. */
  readonly median: number;
  /** The outermost quantiles: by default 0.1 and 0.9, between which 80 % of the actual values should lie. */
  readonly interval: readonly [low: number, high: number];
  /** By level: `quantiles["0.1"]`. */
  readonly quantiles: Readonly<Record<string, number>>;
}

/** A step ahead: its time, and a prediction for each column under the column's name. */
export type ForecastRow<V extends string> = { readonly time: Date } & { readonly [K in V]: Prediction };

/** A step ahead of one of several series, with its name. */
export type NamedRow<V extends string> = ForecastRow<V> & { readonly series: string };

/** The rows after an origin. */
export function forecastRows<V extends string>(
  { columns, levels, horizon, frequency }: ForecastSpec,
  { start }: SeriesTable<V>,
  origin: number,
  forecast: QuantileForecast,
): ForecastRow<V>[] {
  return Array.from({ length: horizon }, (_, k) => {
    const time = new Date(addPeriods(start, frequency, origin + k));
    const predictions = columns.map((name, j) => {
      const values = (forecast[j] ?? []).map((level) => level[k] as number);
      return [name, predictionOf(levels, values)] as const;
    });
    return { time, ...Object.fromEntries(predictions) } as ForecastRow<V>;
  });
}

function predictionOf(levels: readonly number[], values: readonly number[]): Prediction {
  return {
    median: values[levels.indexOf(0.5)] as number,
    interval: [values[0] as number, values.at(-1) as number],
    quantiles: Object.fromEntries(levels.map((level, q) => [String(level), values[q] as number])),
  };
}

/** The names of a row's columns. */
export function columnsOf(row: ForecastRow<string>): string[] {
  return Object.keys(row).filter((name) => name !== "time" && name !== "series");
}
