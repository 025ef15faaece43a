// The network of a classifier, and sequences as examples for it.
import type { OptionRules } from "../../base/options.ts";
import type { Example } from "../../batch/example.ts";
import { planHead } from "../../model/head.ts";
import { classFinder, gatherLabels } from "../shared/labels.ts";
import { cellRecord, recurrentOptions } from "../shared/network-options.ts";
import { recurrentRules, type RecurrentOptions } from "../shared/recurrent-options.ts";
import {
  encodeSequence,
  fitSequenceInput,
  inputRules,
  sequenceInputName,
  type InputOptions,
  type SequenceInput,
  type SequenceValue,
} from "../shared/sequence-input.ts";
import { planReader } from "../shared/sequence-reader.ts";
import type { Design } from "../task.ts";
import { pool, poolings, type Pooling } from "./pooling.ts";

/** What a classifier keeps in its model file. */
export interface ClassifySpec {
  readonly kind: "classify";
  readonly input: SequenceInput;
  /** By class, in alphabetical order. */
  readonly labels: readonly string[];
}

/** A sequence and its class. */
export interface LabelledItem {
  /** A text; its symbols, already split; or the numbers of each step. */
  readonly value: SequenceValue;
  readonly label: string;
  /** Where it is from, for errors. Default `sequence 7`. */
  readonly place?: string;
}

/** Options of `classify`. Default a GRU of 128 in both directions. */
export interface ClassifyOptions extends RecurrentOptions, InputOptions {
  /** Width of a learned vector per symbol; 0 is one-hot. Default 0. */
  readonly embedding?: number;
  /** What stands for a whole sequence. Default `last`, the last states. */
  readonly pooling?: Pooling;
  /** Whether to read in both directions. Default true. */
  readonly bidirectional?: boolean;
  /**
   * The weight of a class: `none` weighs every sequence alike, `balanced` every class, `root` the square root of the
   * latter, which is safer where classes are very rare. Default `none`.
   */
  readonly classWeights?: "none" | "root" | "balanced";
}

export const classifyRules: OptionRules<ClassifyOptions> = {
  ...recurrentRules,
  ...inputRules,
  embedding: "number",
  pooling: poolings,
  bidirectional: "boolean",
  classWeights: ["none", "root", "balanced"],
};

/** The defaults of a classifier's recurrent layers. */
export const classifyDefaults = { cell: "gru", size: 128 } as const;

/** The network and the labels for `learned`; `all` may have further labels. Throws for fewer than two labels. */
export function designClassifier(
  learned: readonly LabelledItem[],
  all: readonly LabelledItem[],
  options: ClassifyOptions,
): Pick<Design<never, never>, "network" | "cell"> & { readonly spec: ClassifySpec } {
  const labels = gatherLabels(
    all.map((item) => item.label),
    "classification",
    learned.length,
  );
  const input = fitSequenceInput(
    learned.map((item) => item.value),
    options,
  );
  const { embedding = 0, pooling = "last", bidirectional = true } = options;
  const recurrent = recurrentOptions(options, classifyDefaults);
  const reader = planReader(input, { ...recurrent, embedding, bidirectional });
  const pooled = pool(reader, recurrent.size, pooling, bidirectional);
  const head = planHead(pooled.output, pooled.width, { kind: "classes", classes: labels.length });
  return {
    spec: { kind: "classify", input, labels },
    network: {
      inputs: [reader.input],
      layers: [...reader.layers, ...pooled.layers, ...head.layers],
      loss: head.loss,
    },
    cell: cellRecord(recurrent.cell),
  };
}

/**
 * Sequences as examples, whose last step counts; `classWeights` by class, default 1 each. Throws for a label that the
 * classifier does not have, naming its place.
 */
export function classifyExamples(
  spec: ClassifySpec,
  items: readonly LabelledItem[],
  classWeights?: readonly number[],
): Example[] {
  const classOf = classFinder(spec.labels);
  return items.map(({ value, label, place = "" }, i) => {
    const where = place || `sequence ${i}`;
    const target = classOf(label, where);
    return exampleOf(spec, value, where, target, classWeights?.[target] ?? 1);
  });
}

/** A sequence as an example of the class `target`. */
export function exampleOf(
  { input }: ClassifySpec,
  value: SequenceValue,
  place: string,
  target: number = 0,
  weight: number = 1,
): Example {
  const { steps, values } = encodeSequence(input, value, place);
  const targets = new Int32Array(steps).fill(-1);
  targets[steps - 1] = target;
  const weights = weight === 1 ? undefined : new Float32Array(steps).fill(weight);
  return { steps, inputs: { [sequenceInputName]: values }, targets, ...(weights && { weights }) };
}

const powers = { none: 0, root: 0.5, balanced: 1 } as const;

/** Weights of the classes, by class: the mean class size over the class's own, to a power; 0 without any item. */
export function weightsOfClasses(
  { labels }: ClassifySpec,
  items: readonly LabelledItem[],
  kind: NonNullable<ClassifyOptions["classWeights"]>,
): number[] | undefined {
  if (kind === "none") return undefined;
  const counts = labels.map((label) => items.filter((item) => item.label === label).length);
  const mean = items.length / counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 0 : (mean / count) ** powers[kind]));
}
