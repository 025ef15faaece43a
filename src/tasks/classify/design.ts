// The network of a classifier, and sequences as examples for it.
import type { OptionRules } from "../../base/options.ts";
import type { Example } from "../../batch/example.ts";
import { classFinder, gatherLabels } from "../shared/labels.ts";
import { cellRecord, checkWhole, recurrentOptions } from "../shared/network-options.ts";
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
import { evidenceOf, fitEvidence, planEnd, type Evidence } from "./evidence.ts";
import { pool, poolings, type Pooling } from "./pooling.ts";

/** What a classifier keeps in its model file. */
export interface ClassifySpec {
  readonly kind: "classify";
  readonly input: SequenceInput;
  /** By class, in alphabetical order. */
  readonly labels: readonly string[];
  /** Steps of a series that the recurrent layers read at once; absent for one. */
  readonly frame?: number;
  /** What a linear layer reads beside the recurrent ones; absent without it. */
  readonly evidence?: Evidence;
}

/** A sequence and its class. */
export interface LabelledItem {
  /** A text; its symbols, already split; or the numbers of each step. */
  readonly value: SequenceValue;
  readonly label: string;
  /** Where it is from, for errors. Default `sequence 7`. */
  readonly place?: string;
}

/** Options of `classify`. Default a GRU of 64 in both directions. */
export interface ClassifyOptions extends RecurrentOptions, InputOptions {
  /** Width of a learned vector per symbol; 0 is one-hot. Default 0. */
  readonly embedding?: number;
  /** What stands for a whole sequence. Default `last`, the last states. */
  readonly pooling?: Pooling;
  /** Whether to read in both directions. Default true. */
  readonly bidirectional?: boolean;
  /**
   * Whether a linear layer reads the whole sequence beside the recurrent layers: the runs of one to four symbols of a text,
   * or some 2,000 convolutions of a series. Default true.
   */
  readonly linear?: boolean;
  /** Steps of a series that the recurrent layers read at once. Default: as many as leave 64 steps of the longest series. */
  readonly frame?: number;
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
  linear: "boolean",
  frame: "number",
  classWeights: ["none", "root", "balanced"],
};

/** The defaults of a classifier's recurrent layers. */
export const classifyDefaults = { cell: "gru", size: 64 } as const;

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
  checkWhole("classification", { frame: options.frame });
  const input = fitSequenceInput(
    learned.map((item) => item.value),
    options,
  );
  const { embedding = 0, pooling = "last", bidirectional = true, linear = true } = options;
  const recurrent = recurrentOptions(options, classifyDefaults);
  const encoded = learned.map(({ value, place }, i) => ({
    value,
    ...encodeSequence(input, value, place ?? `sequence ${i}`),
  }));
  const { frame = frameFor(input, encoded) } = options;
  const evidence = linear ? fitEvidence(input, encoded, labels.length) : undefined;
  const reader = planReader(framed(input, frame), { ...recurrent, embedding, bidirectional });
  const pooled = pool(reader, recurrent.size, pooling, bidirectional);
  const end = planEnd(evidence, pooled, labels.length);
  return {
    spec: {
      kind: "classify",
      input,
      labels,
      ...(frame > 1 && { frame }),
      ...(evidence && { evidence }),
    },
    network: {
      inputs: [reader.input, ...end.inputs],
      layers: [...reader.layers, ...pooled.layers, ...end.layers],
      loss: end.loss,
    },
    cell: cellRecord(recurrent.cell),
  };
}

/** Steps of the longest series that the recurrent layers take, at most. */
const mostSteps = 64;

function frameFor(input: SequenceInput, encoded: readonly { readonly steps: number }[]): number {
  if (input.kind === "text") return 1;
  return Math.ceil(encoded.reduce((most, { steps }) => Math.max(most, steps), 0) / mostSteps);
}

/** The input of the recurrent layers: `frame` steps of a series side by side. */
function framed(input: SequenceInput, frame: number): SequenceInput {
  if (input.kind === "text") return input;
  const repeated = (of: readonly number[]): number[] => Array.from({ length: frame }, () => of).flat();
  return { kind: "series", mean: repeated(input.mean), deviation: repeated(input.deviation) };
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
  { input, frame = 1, evidence }: ClassifySpec,
  value: SequenceValue,
  place: string,
  target: number = 0,
  weight: number = 1,
): Example {
  const encoded = encodeSequence(input, value, place);
  const steps = Math.ceil(encoded.steps / frame);
  const targets = new Int32Array(steps).fill(-1);
  targets[steps - 1] = target;
  const weights = weight === 1 ? undefined : new Float32Array(steps).fill(weight);
  const inputs = {
    [sequenceInputName]: filled(encoded.values, (encoded.values.length / encoded.steps) * frame * steps),
    ...(evidence && evidenceOf(evidence, input, { value, values: encoded.values })),
  };
  return { steps, inputs, targets, ...(weights && { weights }) };
}

/** The values, followed by zeros, the mean of a series, up to a length. */
function filled(values: ArrayLike<number>, length: number): ArrayLike<number> {
  if (values.length === length) return values;
  const longer = new Float32Array(length);
  longer.set(values);
  return longer;
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
