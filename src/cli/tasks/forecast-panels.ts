// Forecasts as panels of a picture: as much of each series before as can be compared with what was forecast.
import type { z } from "zod";
import { addPeriods } from "../../tasks/forecast/frequency.ts";
import type { Series } from "../../tasks/forecast/series.ts";
import { forecastChart, type ForecastPanel } from "../../tasks/forecast/chart.ts";
import { columnNamed } from "../../tasks/forecast/examples.ts";
import type { ForecastTask } from "../../tasks/forecast/forecaster.ts";
import { outputField } from "../output-file.ts";
import { seasonOf } from "./forecast-reading.ts";

export const pictureField: z.ZodOptional<z.ZodType<string, string>> = outputField(".svg").optional();

/** A forecast of all columns, from a step of the series. */
export interface DrawnForecast {
  readonly origin: number;
  /** [columns][levels][horizon] */
  readonly quantiles: readonly (readonly Float64Array[])[];
  /** By name, [horizon] of each column. */
  readonly rivals?: readonly Readonly<Record<string, Float64Array>>[];
}

/** An SVG of these forecasts, ascending, and of what came up to the end of the last. */
export function drawForecasts(
  title: string,
  task: ForecastTask,
  series: Series,
  forecasts: readonly DrawnForecast[],
): string {
  const { horizon, frequency, levels } = task;
  const [first, last] = [forecasts[0]?.origin ?? 0, forecasts.at(-1)?.origin ?? 0];
  const from = Math.max(0, first - Math.max(3 * horizon, 2 * seasonOf(task)));
  const panels = task.columns.map((name, j): ForecastPanel => {
    return {
      name,
      times: series.times.subarray(from, last + horizon),
      values: columnNamed(series, name).subarray(from, last + horizon),
      forecasts: forecasts.map(({ origin, quantiles, rivals }) => ({
        origin: origin - from,
        times: Float64Array.from({ length: horizon }, (_, k) =>
          addPeriods(series.start, frequency, origin + k),
        ),
        quantiles: quantiles[j] ?? [],
        ...(rivals?.[j] && { baselines: rivals[j] }),
      })),
    };
  });
  return forecastChart(panels, { title, levels });
}
