// Classification of sequences: what one is as a whole, from texts or series with a label each. Makes the network and
// its examples, and reads its answers; trains nothing and reads no files.
import type { Example } from "../../model/example.ts";
import { planHead } from "../../model/head.ts";
import type { Network } from "../../plan/network.ts";
import { createPredictor } from "../../train/predict.ts";
import { classFinder, gatherLabels, judge, type Judgement } from "../shared/labels.ts";
import type { TaskModel } from "../shared/model.ts";
import { pool, type Pooling } from "./pooling.ts";
import {
  encodeSequence,
  fitSequenceInput,
  sequenceInputName,
  type InputSettings,
  type SequenceInput,
  type SequenceValue,
} from "../shared/sequence-input.ts";
import { planReader, type ReaderSettings } from "../shared/sequence-reader.ts";

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

export interface ClassifierSettings extends InputSettings, ReaderSettings {
  /** Default `last`. */
  readonly pooling?: Pooling;
  /** Where there are more than the sequences to learn from have. */
  readonly labels?: Iterable<string>;
}

export interface Classifier {
  readonly task: ClassifyTask;
  readonly network: Network;
}

/** The network and the labels for sequences to learn from. Throws where there are fewer than two labels. */
export function classifier(items: readonly LabelledSequence[], settings: ClassifierSettings): Classifier {
  const given = [...(settings.labels ?? []), ...items.map((item) => item.label)];
  const labels = gatherLabels(given, "classification", items.length);
  const input = fitSequenceInput(
    items.map((item) => item.value),
    settings,
  );
  const reader = planReader(input, settings);
  const pooled = pool(reader, reader.size, settings.pooling ?? "last", reader.bidirectional);
  const head = planHead(pooled.output, pooled.width, { kind: "classes", classes: labels.length });
  return {
    task: { kind: "classify", input, labels },
    network: {
      inputs: [reader.input],
      layers: [...reader.layers, ...pooled.layers, ...head.layers],
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
  const classOf = classFinder(task.labels);
  return items.map(({ value, label, place }, i) => {
    const own = place ?? `sequence ${i}`;
    const target = classOf(label, own);
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

/** The label of a sequence, and how probable each was. */
export type Classification = Judgement;

/** What a trained model takes sequences for. */
export async function classify(
  model: TaskModel<ClassifyTask>,
  values: readonly SequenceValue[],
): Promise<Classification[]> {
  const { task } = model;
  const examples = values.map((value, i) => exampleOf(task, value, `sequence ${i}`, 0, 1));
  const logits = await createPredictor(model).predict(examples, "last step");
  return logits.map((own) => judge(own, task.labels));
}
