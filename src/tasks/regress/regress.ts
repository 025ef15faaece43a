// Regression of sequences: numbers from a text or a series, for the whole of it or at every step.
import { predict } from "../../infer/predict.ts";
import { readoutWidth } from "../../model/head.ts";
import { checkItems, checkList } from "../shared/data-checks.ts";
import { modelCore } from "../shared/model.ts";
import { recurrentOptions } from "../shared/network-options.ts";
import { partsOfItems, recordedSplit, recordOf } from "../shared/parts.ts";
import type { SequenceValue } from "../shared/sequence-input.ts";
import { checkSpec } from "../shared/spec-schema.ts";
import { trainingLength } from "../shared/training-length.ts";
import { longestInWords, repeatedInWords, splitInWords } from "../shared/words.ts";
import { maker, type Maker, type Model, type Parts, type Trained } from "../task.ts";
import {
  designRegression,
  exampleOf,
  headOf,
  levelsOf,
  regressDefaults,
  regressExamples,
  regressRules,
  type RegressItem,
  type RegressLoss,
  type RegressOptions,
  type RegressSpec,
} from "./design.ts";
import { estimatesOf, intendedCoverage, type Estimate } from "./estimates.ts";
import { scoreEstimates, type RegressScore } from "./score.ts";
import { specSchema } from "./spec.ts";
import { placeAt, type TargetPlace } from "./targets.ts";

/** A trained regression. */
export interface Regressor extends Model<readonly RegressItem[], RegressScore> {
  readonly kind: "regress";
  /** Names of the targets. */
  readonly targets: readonly string[];
  /** Whether targets are for a sequence as a whole (`last`) or at `every` step. */
  readonly at: TargetPlace;
  readonly loss: RegressLoss;
  /** The share of targets that intervals are meant to have; undefined for a loss without intervals. */
  readonly intervals: number | undefined;
  /** The targets of each sequence, by name. Throws for an empty sequence, and for numbers where texts were learned. */
  predict<const I extends readonly SequenceValue[]>(
    items: I,
  ): Promise<{ readonly [K in keyof I]: Readonly<Record<string, Estimate>> }>;
}

/**
 * Numbers from texts or series, one or several, for a sequence as a whole or at every step. Trains a GRU of 64 by default;
 * scores errors, R² and the coverage of intervals beside the mean and a linear regression.
 *
 * @function
 * @example
 * ```ts
 * import { regress, train } from "unrolled/node";
 * const rides = [
 *   { value: [[0.1, 4], [0.3, NaN]], target: 2.5 }, // two channels; NaN is a gap
 *   { value: [[0.2, 3], [0.2, 5], [0.4, 6]], target: 3.1 },
 * ]; // and many more, or `await readTargeted("rides.jsonl")`
 * const run = train(regress({ loss: "gaussian" }), rides, { split: [0.8, 0.1, 0.1] });
 * await run.finish();
 * const model = await run.best();
 * const [estimates] = await model.predict([[[0.1, 4], [0.2, 4]]]);
 * console.log(estimates.target?.value, estimates.target?.deviations);
 * const { r2, rmse, baselines } = await model.score("test");
 * ```
 */
export const regress: Maker<RegressOptions, readonly RegressItem[], Regressor> = maker(
  (options = {}) => ({
    kind: "regress",
    defaults: {
      batch: lengthOfTraining.batch,
      rate: 0.01,
      schedule: "cosine",
      clip: 1,
      split: "0.8/0.1/0.1",
    },
    design(items, settings) {
      checkItems("regress", items, itemFields);
      const parts = partsOfItems(items, settings);
      const { spec, network, cell } = designRegression(parts.train, items, options);
      const train = regressExamples(spec, parts.train);
      const validation = parts.validation && regressExamples(spec, parts.validation);
      // A sequence that cannot be scored is an error before training.
      if (parts.test) regressExamples(spec, parts.test);
      return {
        spec,
        network,
        cell,
        parts,
        examples: { kind: "examples", train, validation },
        defaults: trainingLength(train.length, lengthOfTraining),
        record: () => recordOf(items, settings),
        longest: longestInWords(parts.train, train),
        summary: [
          targetsInWords(spec),
          splitInWords(parts, "sequence"),
          ...gapsInWords(spec),
          ...repeatedInWords(parts, ({ value }) => JSON.stringify(value), "remove repetitions from the data"),
        ],
        open: (trained) => openRegressor(trained, parts),
      };
    },
  }),
  {
    kind: "regress",
    options: regressRules,
    validate: (options) => {
      recurrentOptions(options, regressDefaults);
      levelsOf(options);
    },
    check: (spec) => checkSpec(specSchema, spec),
    open: (trained) => openRegressor(trained),
  },
);

/** How long a regression is trained by default. */
export const lengthOfTraining = { batch: 32, epochs: 8, updates: 2000, patience: 4, spared: 500 } as const;

const itemFields = { value: "sequence" } as const;

function targetsInWords({ targets, at }: RegressSpec): string {
  const names = targets.join(", ");
  return at === "every"
    ? `predicts ${names} at every step (at "last": at the last step alone)`
    : `predicts ${names} for each sequence as a whole (at "every": at every step)`;
}

function gapsInWords({ gaps }: RegressSpec): string[] {
  if (!gaps || gaps.channels.length === 0) return [];
  const channels = gaps.channels.map((channel) => channel + 1).join(", ");
  return [
    `gaps keep the last reading and are marked; there are some in these columns of the series: ${channels}`,
  ];
}

function openRegressor(trained: Trained, trainedOn?: Parts<readonly RegressItem[]>): Regressor {
  const spec = trained.spec as RegressSpec;
  const { targets, at, loss } = spec;
  const core = modelCore("regress", trained, trainedOn);
  const width = readoutWidth(headOf(spec));

  async function estimate(
    values: readonly SequenceValue[],
    placeOf: (i: number) => string,
  ): Promise<Record<string, Estimate>[]> {
    const examples = values.map((value, i) => exampleOf(spec, value, placeOf(i)));
    const readouts = await predict(core.session(), examples, {
      at: at === "every" ? "every step" : "last step",
    });
    return readouts.map((readout) => estimatesOf(spec, readout, width));
  }

  return {
    ...core,
    targets,
    at,
    loss,
    intervals: intendedCoverage(spec),
    async predict(items) {
      checkList("predict", items);
      return (await estimate(items, (i) => `sequence ${i}`)) as never;
    },
    parts: async (items) => partsOfItems(items, await recordedSplit(items, core.metadata)),
    async score(data) {
      const items = core.dataOf(data);
      checkItems("score", items, itemFields);
      if (items.length === 0) throw new Error("score: there are no sequences; give one or more");
      const estimates = await estimate(
        items.map(({ value }) => value),
        (i) => placeAt(items[i] as RegressItem, i),
      );
      return scoreEstimates(spec, items, estimates);
    },
  };
}
