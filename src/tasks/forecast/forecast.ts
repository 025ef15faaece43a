// Forecasts of series of numbers in time: quantiles of the next steps.
import * as z from "zod/mini";
import { modelCore } from "../shared/model.ts";
import { recurrentOptions } from "../shared/network-options.ts";
import { checkSpec } from "../shared/spec-schema.ts";
import { grouped } from "../shared/words.ts";
import { maker, type Maker, type Model, type Part, type Parts, type Trained } from "../task.ts";
import {
  errorRows,
  scoreForecasts,
  type BacktestSettings,
  type ErrorRow,
  type ForecastScore,
} from "./backtest.ts";
import {
  defaultHorizon,
  designForecaster,
  forecastDefaults,
  forecastRules,
  forecastOutputs,
  forecastStrategies,
  type ForecastOptions,
  type ForecastSpec,
  type ForecastStrategy,
} from "./design.ts";
import { forecastExamples } from "./examples.ts";
import { describeFrequency, frequencyUnits, type Frequency } from "./frequency.ts";
import { partsOfData, recordedParts, recordOfData, unseenFrom } from "./parts.ts";
import {
  forecastQuantiles,
  type ForecastNetwork,
  type ForecastSettings,
  type QuantileForecast,
} from "./quantile-forecasts.ts";
import { forecastRows, type ForecastRow, type NamedRow } from "./rows.ts";
import { scoreSeveral } from "./score-several.ts";
import {
  areSeveral,
  checkSeries,
  checkSeriesData,
  listOf,
  type SeriesData,
  type SeriesTable,
} from "./series.ts";

/**
 * A trained forecaster. A series is scored where training did not see it, a part of one where the part lies; the steps
 * before an origin are always read.
 */
export interface Forecaster extends Model<SeriesData, ForecastScore> {
  readonly kind: "forecast";
  /** Names of the columns, all of which are read and forecast. */
  readonly columns: readonly string[];
  /** The step of the series that it knows. */
  readonly frequency: Frequency;
  /** Steps ahead. */
  readonly horizon: number;
  /** Levels of the quantiles, ascending. */
  readonly quantiles: readonly number[];
  /** Whether all steps are forecast at once, or one after another along drawn paths. */
  readonly strategy: ForecastStrategy;
  /**
   * The steps after the end of a series, one per row. Throws for a series with other columns or another frequency, and where
   * columns that are known ahead end too early.
   */
  predict<V extends string>(
    series: SeriesTable<V>,
    settings?: ForecastSettings,
  ): Promise<readonly ForecastRow<V>[]>;
  /** The steps after the end of each of several series, with its name under `series`. Throws as of one. */
  predict<V extends string>(
    series: readonly SeriesTable<V>[],
    settings?: ForecastSettings,
  ): Promise<readonly NamedRow<V>[]>;
  /** The steps after each of several origins, numbers of steps from the beginning; nothing after an origin is read. */
  predictFrom<V extends string>(
    series: SeriesTable<V>,
    origins: readonly number[],
    settings?: ForecastSettings,
  ): Promise<readonly (readonly ForecastRow<V>[])[]>;
  /**
   * Forecasts from rolling origins that training did not see, scored beside baselines; of several series each, and their
   * means. Throws where not one origin fits.
   */
  score(data: SeriesData | Part, settings?: BacktestSettings): Promise<ForecastScore>;
  /** The errors of `score` as a table: a row for this model and for each baseline. */
  backtest(data: SeriesData, settings?: BacktestSettings): Promise<Record<string, ErrorRow>>;
  /** What training saw of its series, as the training part, and the rest as the test part. */
  parts<D extends SeriesData>(data: D): Promise<Parts<D>>;
}

/**
 * Forecasts of one series or several together, as quantiles of the next 12 steps by default. Starts from a mixture of simple
 * methods (regressions, exponential smoothing, naive forecasts; on values and logarithms), weighed by their errors at earlier
 * origins, and trains a GRU of 32 on what that misses. Scores MASE, sMAPE, CRPS, coverage and the Winkler score beside naive,
 * seasonal naive, linear and theta forecasts.
 *
 * @function
 * @example
 * ```ts
 * import { forecast, readSeries, train } from "unrolled/node";
 * const sales = await readSeries("sales.csv", { time: "month", value: "sold" });
 * const run = train(forecast({ horizon: 12 }), sales, { epochs: 40, patience: 8 });
 * await run.finish();
 * const model = await run.best();
 * console.table(await model.backtest(sales)); // from origins after what training saw, beside the baselines
 * for (const { time, sold } of await model.predict(sales)) console.log(time, sold.median, sold.interval);
 * ```
 */
export const forecast: Maker<ForecastOptions, SeriesData, Forecaster> = maker(
  (options = {}) => ({
    kind: "forecast",
    defaults: { budget: { epochs: 40 }, rate: 0.003, patience: 8, split: "0.7/0.1/0.2" },
    design(data, { split }) {
      checkSeriesData("forecast", data);
      const parts = partsOfData(data, split, options.horizon ?? defaultHorizon);
      // What no update sees may choose the linear paths, but for the part that is left for scores.
      const known = parts.test === undefined ? parts.train : (parts.validation ?? parts.train);
      const { spec, network, cell, words } = designForecaster(parts.train, options, known);
      return {
        spec,
        network,
        cell,
        parts,
        examples: {
          kind: "examples",
          train: forecastExamples(spec, parts.train),
          validation: parts.validation && forecastExamples(spec, parts.validation),
        },
        record: async () => recordOfData(data, split),
        summary: [dataInWords(data, parts), ...words],
        ...(spec.paths && { firstMargin: marginOf(spec, parts.validation) }),
        open: (trained) => openForecaster(trained, parts),
      };
    },
  }),
  {
    kind: "forecast",
    options: forecastRules,
    validate: (options) => recurrentOptions(options, forecastDefaults),
    check: (spec) => checkSpec(schema, spec),
    open: (trained) => openForecaster(trained),
  },
);

/**
 * What the network must gain on the validation part over the linear path alone: more than the error of a mean over its steps,
 * whose losses are about half their mean apart, and the more, the more columns it reads, since one of many fits by chance more
 * often. Chosen on series of all lengths.
 */
function marginOf(
  { columns, past = [], future = [], statics = [] }: ForecastSpec,
  validation: SeriesData | undefined,
): number {
  const steps = validation ? stepsIn(validation) : 0;
  const beside = (past.length + future.length + statics.length) / columns.length;
  return gainPerError * Math.sqrt((1 + beside) / Math.max(1, steps));
}

const gainPerError = 0.35;

/** Steps of a part, less the history before it. */
function stepsIn(part: SeriesData): number {
  return listOf(part).reduce((sum, { times, partFrom = 0 }) => sum + times.length - partFrom, 0);
}

const count = z.int().check(z.minimum(1));

const pathSchema = z.strictObject({
  maps: z
    .array(
      z.strictObject({
        log: z.boolean(),
        share: z.number(),
        mean: z.number(),
        deviation: z.number().check(z.positive()),
        reads: count,
        weights: z.array(z.number()),
        constants: z.array(z.number()),
        effects: z.exactOptional(z.array(z.number())),
      }),
    )
    .check(z.minLength(1)),
  deviations: z.array(z.number().check(z.positive())),
  season: count,
});

const covariateSchema = z.union([
  z.strictObject({ name: z.string(), mean: z.number(), deviation: z.number().check(z.positive()) }),
  z.strictObject({ name: z.string(), labels: z.array(z.string()) }),
]);

const scaleSchema = z.strictObject({ mean: z.number(), deviation: z.number().check(z.positive()) });

const scalingSchema = z.strictObject({
  log: z.boolean(),
  lag: z.int().check(z.minimum(0)),
  mean: z.number(),
  deviation: z.number().check(z.positive()),
});

const seriesSchema = z.strictObject({
  name: z.string(),
  columns: z.array(
    z.strictObject({
      scaling: scalingSchema,
      scale: z.strictObject({ values: scaleSchema, logs: z.exactOptional(scaleSchema) }),
    }),
  ),
});

const schema: z.ZodMiniType<ForecastSpec> = z.strictObject({
  kind: z.literal("forecast"),
  columns: z.array(z.string()).check(z.minLength(1)),
  scalings: z.array(scalingSchema).check(z.minLength(1)),
  frequency: z.strictObject({
    unit: z.enum(frequencyUnits),
    every: count,
    monthEnd: z.exactOptional(z.literal(true)),
    monthDay: z.exactOptional(z.int().check(z.minimum(1), z.maximum(31))),
  }),
  calendar: z.boolean(),
  horizon: count,
  context: count,
  levels: z.array(z.number().check(z.gt(0), z.lt(1))).check(z.minLength(1)),
  // Early files, from before these were choices, have neither.
  output: z._default(z.enum(forecastOutputs), "quantiles"),
  strategy: z._default(z.enum(forecastStrategies), "direct"),
  paths: z.exactOptional(z.array(pathSchema)),
  offsets: z.exactOptional(z.array(z.number())),
  past: z.exactOptional(z.array(covariateSchema)),
  future: z.exactOptional(z.array(covariateSchema)),
  statics: z.exactOptional(z.array(covariateSchema)),
  series: z.exactOptional(z.array(seriesSchema)),
});

/** "144 steps of 1 month; train on the first 100, validate on 15, leave 29 for testing". */
function dataInWords(data: SeriesData, { train, validation, test }: Parts<SeriesData>): string {
  const stepsOf = (part: SeriesData): string => grouped(stepsIn(part));
  const series = listOf(data);
  const [{ frequency }] = series as [SeriesTable];
  const lengths = series.map(({ times }) => times.length);
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)].map(grouped);
  const several = areSeveral(data)
    ? `${grouped(data.length)} series of ${least === most ? "" : `${least} to `}`
    : "";
  return (
    `${several}${most} steps of ${describeFrequency(frequency)}; train on ${areSeveral(data) ? "" : "the first "}${stepsOf(train)}, ` +
    `validate on ${validation ? stepsOf(validation) : "nothing"}` +
    (test ? `, leave ${stepsOf(test)} for testing` : "")
  );
}

function openForecaster(trained: Trained, trainedOn?: Parts<SeriesData>): Forecaster {
  const spec = trained.spec as ForecastSpec;
  const { columns, frequency, horizon, levels, strategy } = spec;
  const core = modelCore<"forecast", SeriesData>("forecast", trained, trainedOn);
  const network: ForecastNetwork = {
    spec,
    session: core.session,
    open: core.open,
    unseenFrom: (series) => unseenFrom(core.metadata, series),
  };

  async function predictFrom<V extends string>(
    series: SeriesTable<V>,
    origins: readonly number[],
    settings?: ForecastSettings,
  ): Promise<ForecastRow<V>[][]> {
    checkSeries("predictFrom", series);
    const forecasts = await forecastQuantiles(network, series, origins, settings);
    return origins.map((origin, i) => forecastRows(spec, series, origin, forecasts[i] as QuantileForecast));
  }

  async function predict<V extends string>(
    data: SeriesData<V>,
    settings?: ForecastSettings,
  ): Promise<(ForecastRow<V> | NamedRow<V>)[]> {
    checkSeriesData("predict", data);
    const all: (ForecastRow<V> | NamedRow<V>)[] = [];
    for (const series of listOf(data)) {
      const [rows = []] = await predictFrom(series, [series.times.length], settings);
      const { name } = series;
      all.push(...(areSeveral(data) ? rows.map((row) => ({ series: name as string, ...row })) : rows));
    }
    return all;
  }

  const score: Forecaster["score"] = async (data, settings) => {
    const scored = core.dataOf(data);
    checkSeriesData("score", scored);
    return areSeveral(scored)
      ? scoreSeveral(network, scored, core.metadata, settings)
      : scoreForecasts(network, scored, core.metadata, settings);
  };

  return {
    ...core,
    columns,
    frequency,
    horizon,
    quantiles: levels,
    strategy,
    predictFrom,
    predict: predict as Forecaster["predict"],
    score,
    backtest: async (data, settings) => errorRows(await score(data, settings)),
    parts: async <D extends SeriesData>(data: D) => recordedParts(data, core.metadata) as Parts<D>,
  };
}
