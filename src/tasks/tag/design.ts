// The network of a tagger, and sequences as examples for it.
import type { OptionRules } from "../../base/options.ts";
import type { Example, Variation } from "../../batch/example.ts";
import { crfTargets, type Transitions } from "../../model/crf.ts";
import { planHead } from "../../model/head.ts";
import { unknownId } from "../../text/vocabulary.ts";
import { classFinder, gatherLabels } from "../shared/labels.ts";
import { cellRecord, recurrentOptions } from "../shared/network-options.ts";
import { recurrentRules, type RecurrentOptions } from "../shared/recurrent-options.ts";
import {
  encodeSequence,
  fitSequenceInput,
  inputRules,
  sequenceInputName,
  tokensOf,
  type InputOptions,
  type SequenceInput,
  type SequenceValue,
} from "../shared/sequence-input.ts";
import { planReader } from "../shared/sequence-reader.ts";
import type { Design } from "../task.ts";
import { orderOf, transitionsOf, type TagOrder } from "./transitions.ts";
import { encodeForms, fitForms, type WordForm } from "./word-form.ts";
import { planWordReader } from "./word-reader.ts";

/** What a tagger keeps in its model file. */
export interface TagSpec {
  readonly kind: "tag";
  readonly input: SequenceInput;
  /** By class, in alphabetical order. */
  readonly labels: readonly string[];
  /** What is read of words besides themselves; absent where nothing is. */
  readonly forms?: readonly WordForm[] | undefined;
  /** Which tags may follow each other; absent where each is predicted on its own. */
  readonly order?: TagOrder | undefined;
}

/** A sequence and the tag of each of its tokens. */
export interface TaggedItem {
  /** Tokens; a text, to be split into them; or the numbers of each step. */
  readonly value: SequenceValue;
  /** [tokens] */
  readonly tags: readonly string[];
  /** Where the sequence is from, for errors. Default `sequence 7`. */
  readonly place?: string;
  /** [tokens] Where each token is from, for errors. Default the sequence's place and the token's number. */
  readonly places?: readonly string[];
}

/** Options of `tag`. Default a GRU of 128 in both directions. */
export interface TagOptions extends RecurrentOptions, Omit<InputOptions, "unit"> {
  /** The tokens of texts that are not split yet. Default `word`. */
  readonly unit?: "word" | "char";
  /** Rate of dropout after each recurrent layer, half of it on the vectors of words. Default 0.4; 0 for letters and series. */
  readonly dropout?: number;
  /** Width of a learned vector per token; 0 is one-hot. Default 64. Series have no tokens, so they ignore it. */
  readonly embedding?: number;
  /** Whether to read in both directions. Default true. */
  readonly bidirectional?: boolean;
  /**
   * Whether the form of words is read, too: prefixes, suffixes, case and digits. Default true. Letters and series have no
   * form, nor have one-hot words.
   */
  readonly forms?: boolean;
  /**
   * Whether the tags of a sequence are predicted together, by a conditional random field. Default true for up to 64 labels; its time
   * grows with the square of their number.
   */
  readonly crf?: boolean;
}

export const tagRules: OptionRules<TagOptions> = {
  ...recurrentRules,
  ...inputRules,
  embedding: "number",
  bidirectional: "boolean",
  forms: "boolean",
  crf: "boolean",
};

/** The defaults of a tagger's embedding and recurrent layers. */
export const tagDefaults = { cell: "gru", size: 128, embedding: 64, dropout: 0.4 } as const;

/** The most labels whose tags are predicted together by default. */
const mostLabels = 64;

/** The network and the labels for `learned`; `all` may have further labels. Throws for fewer than two labels. */
export function designTagger(
  learned: readonly TaggedItem[],
  all: readonly TaggedItem[],
  options: TagOptions,
): Pick<Design<never, never>, "network" | "cell"> & { readonly spec: TagSpec } {
  const { unit = "word", minCount, lowerCase = false } = options;
  const { embedding = tagDefaults.embedding, bidirectional = true, forms: hasForms = true } = options;
  const tags = all.map((item) => item.tags);
  const labels = gatherLabels(tags.flat(), "tagging", learned.length);
  const steps = learned.map(({ value }) => stepsOf(value, unit));
  const input = fitSequenceInput(steps, { ...options, unit });
  const hasWords = input.kind === "text" && unit === "word" && embedding > 0;
  const forms =
    hasForms && hasWords
      ? fitForms(
          steps.flatMap((words) => tokensOf(words as readonly string[], unit, lowerCase)),
          minCount ?? 1,
          lowerCase,
        )
      : undefined;
  const settings = {
    ...recurrentOptions(options, tagDefaults),
    dropout: options.dropout ?? (hasWords ? tagDefaults.dropout : 0),
    embedding,
    bidirectional,
  };
  const reader =
    forms && input.kind === "text"
      ? planWordReader(input.vocabulary, forms, settings)
      : readerOf(input, settings);
  const { crf = labels.length <= mostLabels } = options;
  const order = crf ? orderOf(labels, tags) : undefined;
  const head = planHead(
    reader.output,
    reader.width,
    order === undefined
      ? { kind: "classes", classes: labels.length }
      : { kind: "crf", classes: labels.length, transitions: transitionsOf(labels, order).from.length },
  );
  return {
    spec: { kind: "tag", input, labels, ...(forms && { forms }), ...(order && { order }) },
    network: {
      inputs: [...reader.inputs, ...head.inputs],
      layers: [...reader.layers, ...head.layers],
      loss: head.loss,
    },
    cell: cellRecord(settings.cell),
  };
}

function readerOf(...settings: Parameters<typeof planReader>): ReturnType<typeof planWordReader> {
  const { input, ...reader } = planReader(...settings);
  return { ...reader, inputs: [input] };
}

/** Sequences as examples, every step of which counts. Throws as `classesOf`. */
export function tagExamples(spec: TagSpec, items: readonly TaggedItem[]): Example[] {
  const transitions = spec.order && transitionsOf(spec.labels, spec.order);
  const classes = classesOf(spec, items);
  return items.map(({ value, place }, i) => {
    const where = place ?? `sequence ${i}`;
    const { steps, inputs } = encoded(spec, splitFor(spec, value), where);
    const targets = classes[i] as Int32Array;
    if (!transitions) return { steps, inputs, targets };
    return { steps, inputs: { ...inputs, ...crfTargets(transitions, targets, where) } };
  });
}

/**
 * The classes of the tags of each sequence. Throws where the counts of tokens and tags differ, and for a label
 * that the tagger does not have, naming the place.
 */
export function classesOf(spec: TagSpec, items: readonly TaggedItem[]): Int32Array[] {
  const classOf = classFinder(spec.labels);
  return items.map(({ value, tags, place, places }, i) => {
    const where = place ?? `sequence ${i}`;
    const { steps } = encoded(spec, splitFor(spec, value), where);
    if (steps !== tags.length) {
      throw new Error(`${where}: expected ${steps} tags, one per token, got ${tags.length}; tag every token`);
    }
    return Int32Array.from(tags, (tag, t) => classOf(tag, places?.[t] ?? `${where}, token ${t}`));
  });
}

/** How often a word or form that was seen once is made unknown in training. */
const unknownOnce = 0.8;

/**
 * Words and forms become unknown at random, the rarer the more often, so that training sees what will be new later. One
 * seen n times does with the probability a / (a + n), where a = 4.
 */
export function unknownAtRandom(spec: TagSpec, learned: readonly Example[]): Variation | undefined {
  const { forms } = spec;
  if (!forms) return undefined;
  const names = [sequenceInputName, ...forms.map(({ of }) => of as string)];
  const weight = unknownOnce / (1 - unknownOnce);
  const rates = names.map((name) => {
    const counts = new Map<number, number>();
    for (const { inputs } of learned) {
      for (const id of inputs[name] as Int32Array) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return new Map([...counts].map(([id, count]) => [id, weight / (weight + count)]));
  });
  return (example, uniform) => {
    const changed = names.map((name, i) => {
      const ids = example.inputs[name] as Int32Array;
      return [name, ids.map((id) => (uniform() < (rates[i]?.get(id) ?? 0) ? unknownId : id))] as const;
    });
    return { ...example, inputs: { ...example.inputs, ...Object.fromEntries(changed) } };
  };
}

/** A sequence as an example to predict, with targets that do not matter. */
export function exampleOf(spec: TagSpec, steps: Steps, place: string, transitions?: Transitions): Example {
  const example = encoded(spec, steps, place);
  const none = new Float32Array(example.steps);
  if (!transitions) return { ...example, targets: new Int32Array(example.steps) };
  return { ...example, inputs: { ...example.inputs, ...transitions, t: none, r: none, last: none } };
}

/** The steps of a sequence and what the network reads of them. */
function encoded({ input, forms }: TagSpec, steps: Steps, place: string): Pick<Example, "steps" | "inputs"> {
  const sequence = encodeSequence(input, steps, place);
  const inputs = { [sequenceInputName]: sequence.values };
  if (!forms || input.kind === "series") return { steps: sequence.steps, inputs };
  const words = tokensOf(steps as readonly string[], input.vocabulary.unit, input.lowerCase);
  return { steps: sequence.steps, inputs: { ...inputs, ...encodeForms(forms, words) } };
}

/** A sequence as its tokens, or as the numbers of each step. */
export type Steps = Exclude<SequenceValue, string>;

/** A sequence split as the tagger splits texts. */
export function splitFor({ input }: TagSpec, value: SequenceValue): Steps {
  return stepsOf(value, input.kind === "text" ? input.vocabulary.unit : "word");
}

/** Texts are split before they are lower-cased, which may change their number of letters. */
function stepsOf(value: SequenceValue, unit: "char" | "word"): Steps {
  return typeof value === "string" ? tokensOf(value, unit, false) : value;
}
