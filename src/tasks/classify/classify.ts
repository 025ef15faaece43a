// Classification of sequences: the class of a text or a series as a whole.
import * as z from "zod/mini";
import { predict } from "../../infer/predict.ts";
import { softmax } from "../../model/logits.ts";
import { classificationReport, type ClassificationReport } from "../shared/classification.ts";
import { checkItems, checkList } from "../shared/data-checks.ts";
import { modelCore } from "../shared/model.ts";
import { recurrentOptions } from "../shared/network-options.ts";
import { partsOfItems, recordedSplit, recordOf } from "../shared/parts.ts";
import type { SequenceValue } from "../shared/sequence-input.ts";
import { checkSpec, labelsSchema, sequenceInputSchema } from "../shared/spec-schema.ts";
import { trainingLength } from "../shared/training-length.ts";
import { rareLabels } from "../shared/labels.ts";
import { countedInWords, longestInWords, repeatedInWords, splitInWords } from "../shared/words.ts";
import { maker, type Maker, type Model, type Parts, type Trained } from "../task.ts";
import {
  classifyDefaults,
  classifyRules,
  classifyExamples,
  designClassifier,
  exampleOf,
  weightsOfClasses,
  type ClassifyOptions,
  type ClassifySpec,
  type LabelledItem,
} from "./design.ts";
import { trainNaiveBayes } from "./naive-bayes.ts";

/** A label, and how probable it is. */
export interface LabelProbability {
  /** The most probable label; the first of equally probable ones. */
  readonly label: string;
  /** From 0 to 1. */
  readonly probability: number;
  /** By label; they sum to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** Scores of a classifier, and of a baseline on the same sequences. */
export interface ClassifyScore extends ClassificationReport {
  /** The names of the classes, in the order of `confusion`. */
  readonly labels: readonly string[];
  /** Sequences scored. */
  readonly sequences: number;
  /** Naive Bayes over runs of one to three characters; absent without data to learn from. */
  readonly baseline?: ClassificationReport & { readonly name: string };
}

/** A trained classifier. */
export interface Classifier extends Model<readonly LabelledItem[], ClassifyScore> {
  readonly kind: "classify";
  /** The labels, in alphabetical order. */
  readonly labels: readonly string[];
  /** The label of each sequence. Throws for an empty sequence, and for numbers where texts were learned. */
  predict<const I extends readonly SequenceValue[]>(
    items: I,
  ): Promise<{ readonly [K in keyof I]: LabelProbability }>;
}

/**
 * Classification of texts or series. Trains a bidirectional GRU of 128 by default; scores accuracy and F1 beside naive
 * Bayes.
 *
 * @function
 * @example
 * ```ts
 * import { classify, train } from "unrolled/node";
 * const reviews = [
 *   { value: "a good film", label: "good" },
 *   { value: "two lost hours", label: "bad" },
 * ]; // and many more, or `await readLabelledTable("reviews.csv")`
 * const run = train(classify({ cell: "gru", size: 32 }), reviews, { split: [0.8, 0.1, 0.1], epochs: 8 });
 * await run.finish();
 * const model = await run.best();
 * const [{ label, probability }] = await model.predict(["not bad at all"]);
 * const { accuracy, macroF1, baseline } = await model.score("test");
 * ```
 */
export const classify: Maker<ClassifyOptions, readonly LabelledItem[], Classifier> = maker(
  (options = {}) => ({
    kind: "classify",
    defaults: { batch: lengthOfTraining.batch },
    design(items, settings) {
      checkItems("classify", items, itemFields);
      const parts = partsOfItems(items, settings);
      const { spec, network, cell } = designClassifier(parts.train, items, options);
      const weights = weightsOfClasses(spec, parts.train, options.classWeights ?? "none");
      const learned = classifyExamples(spec, parts.train, weights);
      return {
        spec,
        network,
        cell,
        parts,
        examples: {
          kind: "examples",
          train: learned,
          validation: parts.validation && classifyExamples(spec, parts.validation, weights),
        },
        record: () => recordOf(items, settings),
        defaults: trainingLength(learned.length, lengthOfTraining),
        score: {
          name: "accuracy",
          of: async (model) => (await model.score(parts.validation ?? [])).accuracy,
        },
        longest: longestInWords(parts.train, learned),
        summary: [
          countedInWords(
            items.map(({ label }) => label),
            "classes",
          ),
          splitInWords(parts, "sequence"),
          ...rareLabels(
            items.map(({ label }) => label),
            "sequence",
          ),
          ...repeatedInWords(parts, ({ value }) => JSON.stringify(value), "--unique leaves repetitions out"),
        ],
        open: (trained) => openClassifier(trained, parts),
      };
    },
  }),
  {
    kind: "classify",
    options: classifyRules,
    validate: (options) => recurrentOptions(options, classifyDefaults),
    check: (spec) => checkSpec(schema, spec),
    open: (trained) => openClassifier(trained),
  },
);

/** How long a classifier is trained by default. */
export const lengthOfTraining = { batch: 64, epochs: 20, updates: 1000, patience: 5, spared: 500 } as const;

const itemFields = { value: "sequence", label: "text" } as const;

const schema: z.ZodMiniType<ClassifySpec> = z.strictObject({
  kind: z.literal("classify"),
  input: sequenceInputSchema,
  labels: labelsSchema,
});

function openClassifier(trained: Trained, trainedOn?: Parts<readonly LabelledItem[]>): Classifier {
  const spec = trained.spec as ClassifySpec;
  const { labels } = spec;
  const core = modelCore("classify", trained, trainedOn);

  async function labelsOf(values: readonly SequenceValue[]): Promise<LabelProbability[]> {
    checkList("predict", values);
    const examples = values.map((value, i) => exampleOf(spec, value, `sequence ${i}`));
    const logits = await predict(core.session(), examples, { at: "last step" });
    return logits.map((row) => {
      const probabilities = softmax(row);
      const best = row.indexOf(Math.max(...row));
      return {
        label: labels[best] as string,
        probability: probabilities[best] as number,
        probabilities: Object.fromEntries(labels.map((label, k) => [label, probabilities[k] as number])),
      };
    });
  }

  return {
    ...core,
    labels,
    predict: async (items) => (await labelsOf(items)) as never,
    parts: async (items) => partsOfItems(items, await recordedSplit(items, core.metadata)),
    async score(data, options) {
      const items = core.dataOf(data);
      checkItems("score", items, itemFields);
      // A label that was not learned is an error that names its place.
      classifyExamples(spec, items);
      const report = (predictions: readonly string[]): ClassificationReport =>
        classificationReport(
          items.map((item) => labels.indexOf(item.label)),
          predictions.map((label) => labels.indexOf(label)),
          labels,
        );
      const found = await labelsOf(items.map((item) => item.value));
      const learned = core.baselineOf(data, options);
      const bayes =
        learned && trainNaiveBayes(learned.map((item) => [String(item.value), item.label] as const));
      return {
        labels,
        sequences: items.length,
        ...report(found.map(({ label }) => label)),
        ...(bayes && {
          baseline: {
            name: "naive Bayes, 1- to 3-grams",
            ...report(items.map(({ value }) => bayes.predict(String(value)))),
          },
        }),
      };
    },
  };
}
