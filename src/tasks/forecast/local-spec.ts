// A model of several series as one of a single series.
import type { ForecastSpec, KnownSeries } from "./design.ts";
import { scalingOf } from "./path/columns.ts";
import { scaleOf } from "./path/fit-path.ts";
import { isPositive, pathInUnits } from "./path/linear-path.ts";
import type { Scaling } from "./scaling.ts";
import { columnValues, type SeriesTable } from "./series.ts";

/**
 * The spec for a series: with its own scales, or for one that training did not know with those of its first `until` steps. The
 * same for a model of one series.
 */
export function specFor(spec: ForecastSpec, series: SeriesTable, until: number): ForecastSpec {
  if (spec.series === undefined) return spec;
  const known = spec.series.find(({ name }) => name === series.name) ?? scalesOf(spec, series, until);
  const { series: _, paths, ...rest } = spec;
  return {
    ...rest,
    scalings: known.columns.map(({ scaling }) => scaling),
    ...(paths && {
      paths: paths.map((path, j) =>
        pathInUnits(
          path,
          (known.columns[j] as KnownSeries["columns"][number]).scale,
          (spec.scalings[j] as Scaling).log,
        ),
      ),
    }),
  };
}

function scalesOf(spec: ForecastSpec, series: SeriesTable, until: number): KnownSeries {
  return {
    name: series.name ?? "",
    columns: spec.columns.map((name, j) => {
      const { log, lag } = spec.scalings[j] as Scaling;
      const values = columnValues(series, name).subarray(0, until);
      return {
        scaling: scalingOf({ name, values }, { log, lag }),
        scale: scaleOf(values, isPositive(values, 0, values.length)),
      };
    }),
  };
}
