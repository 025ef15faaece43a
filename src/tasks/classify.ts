// Classification of sequences: what one is as a whole, from texts or series with a label each. Makes the network and
// its examples, and reads its answers; trains nothing and reads no files.
import type { Example } from "../data/example.ts";
import type { Cell } from "../ir/cell.ts";
import type { Sizes } from "../ir/lower.ts";
import { nearest } from "../ir/nearest.ts";
import { planHead } from "../model/head.ts";
import { softmax } from "../model/logits.ts";
import { stack } from "../model/stack.ts";
import type { Network } from "../plan/network.ts";
import { createPredictor } from "../train/predict.ts";
import type { TaskModel } from "./model.ts";
import { pool, type Pooling } from "./pooled.ts";
import {
  encodeSequence,
  fitSequenceInput,
  planSequenceInput,
  sequenceInputName,
  type InputSettings,
  type SequenceInput,
  type SequenceValue,
} from "./sequence-input.ts";

export interface ClassifyTask {
  readonly kind: "classify";
  readonly input: SequenceInput;
  /** By class, in alphabetical order. */
  readonly labels: readonly string[];
}

export interface LabelledSequence {
  readonly value: SequenceValue;
  readonly label: string;
  /** Where it is from, for errors; `sequence 7` otherwise. */
  readonly place?: string;
}

export interface ClassifierSettings extends InputSettings {
  /** The cell of every recurrent layer. */
  readonly cell: Cell;
  /** Hidden width of each layer and direction. Default 128. */
  readonly size?: number;
  /** Default 1. */
  readonly layers?: number;
  /** Width of a learned vector for each symbol; 0 is one-hot. Default 0. */
  readonly embedding?: number;
  /** Rate of dropout after each recurrent layer and before the readout. Default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly bidirectional?: boolean;
  /** Default `last`. */
  readonly pooling?: Pooling;
  /** Where there are more than the sequences to learn from have. */
  readonly labels?: Iterable<string>;
  readonly sizes?: Sizes;
}

export interface Classifier {
  readonly task: ClassifyTask;
  readonly network: Network;
}

/** The network and the labels for sequences to learn from. Throws where there are fewer than two labels. */
export function classifier(items: readonly LabelledSequence[], settings: ClassifierSettings): Classifier {
  const { size = 128, embedding = 0, bidirectional = true, pooling = "last" } = settings;
  const labels = [...new Set([...(settings.labels ?? []), ...items.map((item) => item.label)])].sort();
  if (labels.length < 2) {
    throw new Error(
      `classification needs two labels or more, and the ${items.length} sequences have ${labels.length} ` +
        `(${labels.join("")}); give sequences of other classes too`,
    );
  }
  const input = fitSequenceInput(
    items.map((item) => item.value),
    settings,
  );
  const read = planSequenceInput(input, embedding);
  const { cell, layers, dropout, sizes } = settings;
  const recurrent = stack(read.output, read.width, {
    cell,
    size,
    ...(layers !== undefined && { layers }),
    ...(dropout !== undefined && { dropout }),
    ...(sizes && { sizes }),
    ...(bidirectional && { bidirectional: "concatenate" }),
  });
  const pooled = pool(recurrent, size, pooling, bidirectional);
  const head = planHead(pooled.output, pooled.width, { kind: "classes", classes: labels.length });
  return {
    task: { kind: "classify", input, labels },
    network: {
      inputs: [read.input],
      layers: [...read.layers, ...recurrent.layers, ...pooled.layers, ...head.layers],
      loss: head.loss,
    },
  };
}

export interface ExampleSettings {
  /** How much each class counts; default 1 each. */
  readonly classWeights?: readonly number[];
}

/** Sequences as examples, whose last step counts. Throws for a label that the task does not have, naming its place. */
export function classifyExamples(
  task: ClassifyTask,
  items: readonly LabelledSequence[],
  { classWeights }: ExampleSettings = {},
): Example[] {
  const classes = new Map(task.labels.map((label, i) => [label, i]));
  return items.map(({ value, label, place }, i) => {
    const own = place ?? `sequence ${i}`;
    const target = classes.get(label);
    if (target === undefined) {
      const near = nearest(label, task.labels);
      const remedy = near === undefined ? `it has ${task.labels.join(", ")}` : `did you mean '${near}'?`;
      throw new Error(`${own}: the label '${label}' is none of the ${task.labels.length} learned; ${remedy}`);
    }
    return exampleOf(task, value, own, target, classWeights?.[target] ?? 1);
  });
}

function exampleOf(
  task: ClassifyTask,
  value: SequenceValue,
  place: string,
  target: number,
  weight: number,
): Example {
  const { steps, values } = encodeSequence(task.input, value, place);
  const targets = new Int32Array(steps).fill(-1);
  targets[steps - 1] = target;
  const weights = weight === 1 ? undefined : new Float32Array(steps).fill(weight);
  return { steps, inputs: { [sequenceInputName]: values }, targets, ...(weights && { weights }) };
}

/**
 * Weights for rare classes: the mean class size over its own, to a power: 1 makes every class count the same, 0.5 goes half
 * the way and is safer where classes are very rare. By class; 0 where there is none.
 */
export function balancedWeights(
  task: ClassifyTask,
  items: readonly LabelledSequence[],
  power: number = 1,
): number[] {
  const counts = task.labels.map((label) => items.filter((item) => item.label === label).length);
  const mean = items.length / counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 0 : (mean / count) ** power));
}

export interface Classification {
  readonly label: string;
  /** By class, in the order of the task's labels; they sum to 1. */
  readonly probabilities: Float64Array;
}

/** What a trained model takes sequences for. */
export async function classify(
  model: TaskModel<ClassifyTask>,
  values: readonly SequenceValue[],
): Promise<Classification[]> {
  const { task } = model;
  const examples = values.map((value, i) => exampleOf(task, value, `sequence ${i}`, 0, 1));
  const logits = await createPredictor(model).predict(examples, "last step");
  return logits.map((own) => {
    const probabilities = softmax(own);
    const best = probabilities.indexOf(Math.max(...probabilities));
    return { label: task.labels[best] as string, probabilities };
  });
}
