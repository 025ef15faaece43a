// Tagging of sequences: a label for every token of a text, or every step of a series. Makes the network and its
// examples, and reads its answers; trains nothing and reads no files.
import type { Example } from "../../batch/example.ts";
import { planHead } from "../../model/head.ts";
import type { Network } from "../../plan/network.ts";
import { createPredictor } from "../../train/predict.ts";
import { classFinder, gatherLabels, judge } from "../shared/labels.ts";
import type { TaskModel } from "../shared/model.ts";
import {
  encodeSequence,
  fitSequenceInput,
  sequenceInputName,
  tokensOf,
  type InputSettings,
  type SequenceInput,
  type SequenceValue,
} from "../shared/sequence-input.ts";
import { planReader, type ReaderSettings } from "../shared/sequence-reader.ts";

export interface TagTask {
  readonly kind: "tag";
  readonly input: SequenceInput;
  /** By class, in alphabetical order. */
  readonly labels: readonly string[];
}

export interface TaggedSequence {
  /** Tokens as they are, a text to be split into them, or the numbers of each step. */
  readonly value: SequenceValue;
  /** [steps] */
  readonly tags: readonly string[];
  /** Where it is from, for errors; `sequence 7` otherwise. */
  readonly place?: string;
  /** [steps] Where each token is from; `place`, token 3, otherwise. */
  readonly places?: readonly string[];
}

/** As a classifier's, but a symbol of a text is a word by default. */
export interface TaggerSettings extends InputSettings, ReaderSettings {
  /** Where there are more than the sequences to learn from have. */
  readonly labels?: Iterable<string>;
}

export interface Tagger {
  readonly task: TagTask;
  readonly network: Network;
}

/** The network and the labels for sequences to learn from. Throws where there are fewer than two labels. */
export function tagger(items: readonly TaggedSequence[], settings: TaggerSettings): Tagger {
  const { unit = "word", labels: further = [] } = settings;
  const given = new Set(further);
  for (const { tags } of items) for (const label of tags) given.add(label);
  const labels = gatherLabels(given, "tagging", items.length);
  const input = fitSequenceInput(
    items.map((item) => stepsOf(item.value, unit)),
    { ...settings, unit },
  );
  const reader = planReader(input, settings);
  const head = planHead(reader.output, reader.width, { kind: "classes", classes: labels.length });
  return {
    task: { kind: "tag", input, labels },
    network: { inputs: [reader.input], layers: [...reader.layers, ...head.layers], loss: head.loss },
  };
}

/**
 * Sequences as examples, every step of which counts. Throws for as many tags as there are no tokens, and for a label
 * that the task does not have, naming the place.
 */
export function tagExamples(task: TagTask, items: readonly TaggedSequence[]): Example[] {
  const classOf = classFinder(task.labels);
  return items.map(({ value, tags, place, places }, i) => {
    const own = place ?? `sequence ${i}`;
    const example = exampleOf(task, splitAs(task, value), own);
    if (example.steps !== tags.length) {
      throw new Error(
        `${own}: ${example.steps} tokens need as many tags, not ${tags.length}; tag every token`,
      );
    }
    const targets = Int32Array.from(tags, (label, t) => classOf(label, places?.[t] ?? `${own}, token ${t}`));
    return { ...example, targets };
  });
}

/** With targets that are there but mean nothing. */
function exampleOf({ input }: TagTask, value: SequenceValue, place: string): Example {
  const { steps, values } = encodeSequence(input, value, place);
  return { steps, inputs: { [sequenceInputName]: values }, targets: new Int32Array(steps) };
}

type Steps = Exclude<SequenceValue, string>;

/** A text is split before its letters may become small ones, for that may change how many there are. */
function stepsOf(value: SequenceValue, unit: "char" | "word"): Steps {
  return typeof value === "string" ? tokensOf(value, unit, false) : value;
}

function splitAs({ input }: TagTask, value: SequenceValue): Steps {
  return stepsOf(value, input.kind === "text" ? input.vocabulary.unit : "word");
}

export interface Tagging {
  /** What the tags are of: tokens, or the numbers of each step. */
  readonly tokens: Steps;
  /** [steps] the most probable one of each. */
  readonly tags: readonly string[];
  /** [steps] by class, in the order of the task's labels; they sum to 1. */
  readonly probabilities: readonly Float64Array[];
}

/** What a trained model takes the tokens of sequences for. */
export async function tag(
  model: TaskModel<TagTask>,
  sequences: readonly SequenceValue[],
): Promise<Tagging[]> {
  const { task } = model;
  const { labels } = task;
  const split = sequences.map((value) => splitAs(task, value));
  const examples = split.map((value, i) => exampleOf(task, value, `sequence ${i}`));
  const logits = await createPredictor(model).predict(examples);
  return split.map((tokens, i) => {
    const own = logits[i] as Float64Array; // [steps, labels]
    const judgements = Array.from({ length: tokens.length }, (_, t) =>
      judge(own.subarray(t * labels.length, (t + 1) * labels.length), labels),
    );
    return {
      tokens,
      tags: judgements.map((found) => found.label),
      probabilities: judgements.map((found) => found.probabilities),
    };
  });
}
