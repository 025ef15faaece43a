// The network of a tagger, and sequences as examples for it.
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
  tokensOf,
  type InputOptions,
  type SequenceInput,
  type SequenceValue,
} from "../shared/sequence-input.ts";
import { planReader } from "../shared/sequence-reader.ts";
import type { Design } from "../task.ts";

/** What a tagger keeps in its model file. */
export interface TagSpec {
  readonly kind: "tag";
  readonly input: SequenceInput;
  /** By class, in alphabetical order. */
  readonly labels: readonly string[];
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
  /** Width of a learned vector per token; 0 is one-hot. Default 64. Series have no tokens, so they ignore it. */
  readonly embedding?: number;
  /** Whether to read in both directions. Default true. */
  readonly bidirectional?: boolean;
}

export const tagRules: OptionRules<TagOptions> = {
  ...recurrentRules,
  ...inputRules,
  embedding: "number",
  bidirectional: "boolean",
};

/** The defaults of a tagger's embedding and recurrent layers. */
export const tagDefaults = { cell: "gru", size: 128, embedding: 64 } as const;

/** The network and the labels for `learned`; `all` may have further labels. Throws for fewer than two labels. */
export function designTagger(
  learned: readonly TaggedItem[],
  all: readonly TaggedItem[],
  options: TagOptions,
): Pick<Design<never, never>, "network" | "cell"> & { readonly spec: TagSpec } {
  const { unit = "word", embedding = tagDefaults.embedding, bidirectional = true } = options;
  const labels = gatherLabels(
    all.flatMap(({ tags }) => tags),
    "tagging",
    learned.length,
  );
  const input = fitSequenceInput(
    learned.map(({ value }) => stepsOf(value, unit)),
    { ...options, unit },
  );
  const recurrent = recurrentOptions(options, tagDefaults);
  const reader = planReader(input, { ...recurrent, embedding, bidirectional });
  const head = planHead(reader.output, reader.width, { kind: "classes", classes: labels.length });
  return {
    spec: { kind: "tag", input, labels },
    network: { inputs: [reader.input], layers: [...reader.layers, ...head.layers], loss: head.loss },
    cell: cellRecord(recurrent.cell),
  };
}

/**
 * Sequences as examples, every step of which counts. Throws where the counts of tokens and tags differ, and for a label
 * that the tagger does not have, naming the place.
 */
export function tagExamples(spec: TagSpec, items: readonly TaggedItem[]): Example[] {
  const classOf = classFinder(spec.labels);
  return items.map(({ value, tags, place, places }, i) => {
    const where = place ?? `sequence ${i}`;
    const example = exampleOf(spec, splitFor(spec, value), where);
    if (example.steps !== tags.length) {
      throw new Error(
        `${where}: expected ${example.steps} tags, one per token, got ${tags.length}; tag every token`,
      );
    }
    const targets = Int32Array.from(tags, (tag, t) => classOf(tag, places?.[t] ?? `${where}, token ${t}`));
    return { ...example, targets };
  });
}

/** A sequence as an example to predict, with targets that do not matter. */
export function exampleOf({ input }: TagSpec, steps: Steps, place: string): Example {
  const encoded = encodeSequence(input, steps, place);
  return {
    steps: encoded.steps,
    inputs: { [sequenceInputName]: encoded.values },
    targets: new Int32Array(encoded.steps),
  };
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
