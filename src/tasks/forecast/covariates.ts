// Columns that are read beside those that are forecast, as numbers for a network: those of the past, those that are known
// ahead, and what stays the same in a series.
import { momentsOfNumbers } from "../shared/moments.ts";
import { formatTime } from "./time.ts";
import { addPeriods } from "./frequency.ts";
import { upTo, type Covariate, type SeriesTable } from "./series.ts";

/** How a column is read: a number on its scale; or 1 for the label that it has, of those that training saw, and 0 for the others. */
export type CovariateSpec =
  | { readonly name: string; readonly mean: number; readonly deviation: number }
  | { readonly name: string; readonly labels: readonly string[] };

/** The columns that a model reads beside those that it forecasts; a kind is absent where it reads none. */
export interface CovariateSpecs {
  readonly past?: readonly CovariateSpec[];
  readonly future?: readonly CovariateSpec[];
  readonly statics?: readonly CovariateSpec[];
}

const mostLabels = 100;

/** How the columns of series are read, by what they hold. Throws where the series do not have the same columns. */
export function covariateSpecs(series: readonly SeriesTable[]): CovariateSpecs {
  const [first] = series;
  const specs = (kind: "past" | "future" | "statics"): CovariateSpec[] =>
    (first?.[kind] ?? []).map(({ name }) =>
      specOf(
        name,
        series.map((one) => {
          const known = covariateOf(one, kind, name);
          return kind === "future" ? upTo(known, one.times.length) : known;
        }),
      ),
    );
  const [past, future, statics] = [specs("past"), specs("future"), specs("statics")];
  return {
    ...(past.length > 0 && { past }),
    ...(future.length > 0 && { future }),
    ...(statics.length > 0 && { statics }),
  };
}

function specOf(name: string, columns: readonly Covariate[]): CovariateSpec {
  if (columns.some((column) => "labels" in column)) {
    const labels = [...new Set(columns.flatMap((column) => labelsOf(column)))].filter(
      (label) => label !== "",
    );
    if (labels.length <= mostLabels) return { name, labels: labels.sort() };
    throw new Error(
      `forecast: column '${name}' has ${labels.length} different texts, which are more than the ${mostLabels} that can be ` +
        "told apart; put rare ones together, or leave it out",
    );
  }
  const all = columns.flatMap((column) => ("values" in column ? Array.from(column.values) : []));
  return { name, ...momentsOfNumbers(Float64Array.from(all)) };
}

function labelsOf(column: Covariate): readonly string[] {
  return "labels" in column ? column.labels : Array.from(column.values, String);
}

/** Throws where the series lacks the column. */
function covariateOf(series: SeriesTable, kind: keyof CovariateSpecs, name: string): Covariate {
  const match = series[kind]?.find((column) => column.name === name);
  if (match) return match;
  const words = { past: "past", future: "future", statics: "static" };
  throw new Error(
    `forecast: the model reads the ${words[kind]} column '${name}', and ${series.name === undefined ? "the series" : `series '${series.name}'`} lacks it; ` +
      `add it (--${words[kind]})`,
  );
}

/** Numbers that a column is read as: one, or one per label. */
function widthOf(spec: CovariateSpec): number {
  return "labels" in spec ? spec.labels.length : 1;
}

/** Each number of columns as a series of its own, on the network's scale. */
function asNumbers(
  specs: readonly CovariateSpec[],
  series: SeriesTable,
  kind: keyof CovariateSpecs,
): Float64Array[] {
  return specs.flatMap((spec) => {
    const column = covariateOf(series, kind, spec.name);
    if (!("labels" in spec)) {
      if ("values" in column)
        return [Float64Array.from(column.values, (value) => (value - spec.mean) / spec.deviation)];
      throw new Error(
        `forecast: column '${spec.name}' had numbers where the model was trained, and has texts here; give numbers`,
      );
    }
    const labels = labelsOf(column);
    return spec.labels.map((label) => Float64Array.from(labels, (own) => (own === label ? 1 : 0)));
  });
}

/** The columns of a series that are known ahead, on the network's scale: [numbers][steps or more]. */
export function knownAhead({ future = [] }: CovariateSpecs, series: SeriesTable): Float64Array[] {
  return asNumbers(future, series, "future");
}

/** Numbers that a network reads at each step beside columns and calendar, where it predicts that many steps ahead. */
export function covariateWidth(
  { past = [], future = [], statics = [] }: CovariateSpecs,
  ahead: number,
): number {
  const sum = (specs: readonly CovariateSpec[]): number =>
    specs.reduce((total, spec) => total + widthOf(spec), 0);
  return sum(past) + ahead * sum(future) + sum(statics);
}

/** A series' columns as a network reads them. */
export interface ReadCovariates {
  readonly width: number;
  /**
   * The numbers at a step: the past columns there, the future ones of the steps that are predicted, and the static ones. A step
   * beyond the end has no past, and future values that nobody gave are taken to be usual; 0 stands for both.
   */
  at(step: number): Float64Array;
}

/** Throws where the series lacks a column of the model. */
export function readCovariates(specs: CovariateSpecs, series: SeriesTable, ahead: number): ReadCovariates {
  const { past = [], statics = [] } = specs;
  const before = asNumbers(past, series, "past");
  const after = knownAhead(specs, series);
  const constant = asNumbers(statics, series, "statics").map((column) => column[0] as number);
  const width = before.length + ahead * after.length + constant.length;
  return {
    width,
    at: (step) =>
      Float64Array.from([
        ...before.map((column) => column[step] ?? 0),
        ...after.flatMap((column) => Array.from({ length: ahead }, (_, k) => column[step + 1 + k] ?? 0)),
        ...constant,
      ]),
  };
}

/** Throws where the columns known ahead end before the forecast from an origin does. */
export function checkKnownAhead(
  { future = [] }: CovariateSpecs,
  series: SeriesTable,
  origin: number,
  horizon: number,
): void {
  for (const { name } of future) {
    const column = covariateOf(series, "future", name);
    const steps = ("labels" in column ? column.labels : column.values).length;
    if (steps >= origin + horizon) continue;
    const [next, last] = [Math.max(steps, origin), origin + horizon - 1].map((step) =>
      formatTime(addPeriods(series.start, series.frequency, step), series.isZoned),
    );
    throw new Error(
      `forecast: the column '${name}' must be known ahead, and has no value at ${next}${last === next ? "" : ` to ${last}`}` +
        `${series.name === undefined ? "" : ` in series '${series.name}'`}; add rows after the last with the value left empty, ` +
        "or give another table (--future-file)",
    );
  }
}
