// Tagging of sequences: a label for every token of a text, or every step of a series.
import * as z from "zod/mini";
import { predict } from "../../infer/predict.ts";
import { decodeBest, decodeChain, type ChainScores, type DecodedChain } from "../../infer/chain.ts";
import type { Transitions } from "../../model/crf.ts";
import { lossName } from "../../model/head.ts";
import { softmax } from "../../model/logits.ts";
import { checkItems, checkList } from "../shared/data-checks.ts";
import { modelCore } from "../shared/model.ts";
import { recurrentOptions } from "../shared/network-options.ts";
import { partsOfItems, recordedSplit, recordOf } from "../shared/parts.ts";
import type { SequenceValue } from "../shared/sequence-input.ts";
import { checkSpec, labelsSchema, sequenceInputSchema, vocabularySchema } from "../shared/spec-schema.ts";
import { trainingLength } from "../shared/training-length.ts";
import { longestInWords, repeatedInWords, splitInWords } from "../shared/words.ts";
import { maker, type Maker, type Model, type Parts, type Trained } from "../task.ts";
import {
  classesOf,
  designTagger,
  exampleOf,
  splitFor,
  tagDefaults,
  tagRules,
  tagExamples,
  unknownAtRandom,
  type Steps,
  type TaggedItem,
  type TagOptions,
  type TagSpec,
} from "./design.ts";
import { rareLabels } from "../shared/labels.ts";
import { baselineTags, scoreTags, type BaselineTags, type TagScores } from "./scores.ts";
import { schemeName, spanScheme } from "./spans.ts";
import { tagOrders, transitionsOf } from "./transitions.ts";
import { allAspects } from "./word-form.ts";

/** A sequence with a tag for each of its tokens. */
export interface Tagging<V extends SequenceValue = SequenceValue> {
  /** The tokens of a text; a sequence that was split already and a series are as given. */
  readonly tokens: V extends string ? readonly string[] : V;
  /**
   * [tokens] The most probable tags together; or, without a conditional random field, the most probable of each, the first of
   * equally probable ones.
   */
  readonly tags: readonly string[];
  /** [tokens] The probability of each label, in the order of the tagger's `labels`; they sum to 1. */
  readonly probabilities: readonly Float64Array[];
}

/** Scores of a tagger, and of baselines on the same sequences. */
export interface TagScore extends TagScores {
  /** The tags, in the order of `confusion`. */
  readonly labels: readonly string[];
  /** Sequences scored. */
  readonly sequences: number;
  /** Tokens of all sequences. */
  readonly tokens: number;
  /** The most frequent tag of each token; absent without data to learn from, and for series. */
  readonly baseline?: TagScores & { readonly name: string };
  /** An averaged perceptron with features of words and their neighbours; absent as `baseline`. */
  readonly perceptron?: TagScores & { readonly name: string };
}

/** A trained tagger. */
export interface Tagger extends Model<readonly TaggedItem[], TagScore> {
  readonly kind: "tag";
  /** The labels, in alphabetical order. */
  readonly labels: readonly string[];
  /**
   * Tags texts, which are split into the model's tokens, lists of tokens, or series. Throws for an empty sequence, and for
   * numbers where texts were learned.
   */
  predict<const I extends readonly SequenceValue[]>(
    items: I,
  ): Promise<{ readonly [K in keyof I]: Tagging<I[K]> }>;
}

/**
 * Tagging of the tokens of texts, or of the steps of series: names in sentences, parts of speech. By default a bidirectional
 * GRU of 128 reads words and their form, and a conditional random field predicts the tags of a sequence together (Lample et
 * al. 2016, arXiv:1603.01360v3, with affixes in place of letters); scores tokens, and spans where labels mark them, beside
 * each token's most frequent tag and a perceptron.
 *
 * @function
 * @example
 * ```ts
 * import { readTagged, tag, train } from "unrolled/node";
 * const run = train(tag({ layers: 2, dropout: 0.3 }), await readTagged("names.conll"), { epochs: 10 });
 * await run.finish();
 * const model = await run.best();
 * const [{ tokens, tags }] = await model.predict(["Ada Lovelace lived in London"]);
 * ```
 */
export const tag: Maker<TagOptions, readonly TaggedItem[], Tagger> = maker(
  (options = {}) => ({
    kind: "tag",
    defaults: { batch: lengthOfTraining.batch, rate: 0.003, schedule: "cosine" },
    design(items, settings) {
      checkItems("tag", items, itemFields);
      const parts = partsOfItems(items, settings);
      const { spec, network, cell } = designTagger(parts.train, items, options);
      const learned = tagExamples(spec, parts.train);
      return {
        spec,
        network,
        cell,
        parts,
        examples: {
          kind: "examples",
          train: learned,
          validation: parts.validation && tagExamples(spec, parts.validation),
          vary: unknownAtRandom(spec, learned),
        },
        record: () => recordOf(items, settings),
        defaults: trainingLength(learned.length, lengthOfTraining),
        score: {
          name: spanScheme(spec.labels) ? "F1 of spans" : "accuracy",
          of: async (model) => worth(await model.score(parts.validation ?? [])),
        },
        longest: longestInWords(parts.train, learned),
        summary: [
          `${spec.labels.length} labels; ${splitInWords(parts, "sequence")}`,
          ...labelNotes(spec.labels, items),
          ...repeatedInWords(parts, ({ value }) => JSON.stringify(value), "remove repetitions from the file"),
        ],
        open: (trained) => openTagger(trained, parts),
      };
    },
  }),
  {
    kind: "tag",
    options: tagRules,
    validate: (options) => recurrentOptions(options, tagDefaults),
    check: (spec) => checkSpec(schema, spec),
    open: (trained) => openTagger(trained),
  },
);

/** How long a tagger is trained by default. */
export const lengthOfTraining = { batch: 16, epochs: 6, updates: 1000, patience: 5, spared: 500 } as const;

/** The score that counts: F1 of spans where labels mark them, else accuracy. */
export const worth = ({ spans, accuracy }: TagScores): number => spans?.f1 ?? accuracy;

/** How the tags mark spans, in words, and which labels have a single token. */
function labelNotes(labels: readonly string[], items: readonly TaggedItem[]): string[] {
  const scheme = spanScheme(labels);
  const tags = items.map((item) => item.tags);
  const spans = scheme
    ? `spans: ${schemeName(scheme, tags)}`
    : `spans are not scored: tags such as ${labels.slice(0, 3).join(", ")} are not all of one scheme, such as BIO`;
  return [spans, ...rareLabels(tags.flat(), "token")];
}

const itemFields = { value: "sequence", tags: "texts" } as const;

const schema: z.ZodMiniType<TagSpec> = z.strictObject({
  kind: z.literal("tag"),
  input: sequenceInputSchema,
  labels: labelsSchema,
  forms: z.optional(z.array(z.strictObject({ of: z.enum(allAspects), vocabulary: vocabularySchema }))),
  order: z.optional(z.enum(tagOrders)),
});

function openTagger(trained: Trained, trainedOn?: Parts<readonly TaggedItem[]>): Tagger {
  const spec = trained.spec as TagSpec;
  const { labels } = spec;
  const core = modelCore("tag", trained, trainedOn);
  const transitions = spec.order && transitionsOf(labels, spec.order);

  /** The tokens of each sequence and the network's readout for it, [steps, labels]. */
  async function readAll(values: readonly SequenceValue[]): Promise<(readonly [Steps, Float64Array])[]> {
    checkList("predict", values);
    const sequences = values.map((value) => splitFor(spec, value));
    const examples = sequences.map((steps, i) => exampleOf(spec, steps, `sequence ${i}`, transitions));
    const readouts = await predict(core.session(), examples);
    return sequences.map((tokens, i) => [tokens, readouts[i] as Float64Array]);
  }

  async function scores(): Promise<ChainScores | undefined> {
    // Not kept: the weights of a model that training scores change.
    return transitions && chainScores(trained, transitions);
  }

  async function tagAll(values: readonly SequenceValue[]): Promise<Tagging[]> {
    const all = await readAll(values);
    const known = await scores();
    return all.map(([tokens, readout]) => {
      const { classes, probabilities } = known
        ? decodeChain(known, readout)
        : decodeEach(readout, labels.length);
      return { tokens, tags: classes.map((k) => labels[k] as string), probabilities };
    });
  }

  /** The tags alone, which take less time than their probabilities. */
  async function tagsOf(values: readonly SequenceValue[]): Promise<string[][]> {
    const all = await readAll(values);
    const known = await scores();
    return all.map(([, readout]) => {
      const classes = known ? decodeBest(known, readout) : decodeEach(readout, labels.length).classes;
      return classes.map((k) => labels[k] as string);
    });
  }

  return {
    ...core,
    labels,
    predict: async (items) => (await tagAll(items)) as never,
    parts: async (items) => partsOfItems(items, await recordedSplit(items, core.metadata)),
    async score(data, options) {
      const items = core.dataOf(data);
      checkItems("score", items, itemFields);
      // A label that was not learned is an error that names its place.
      classesOf(spec, items);
      const targets = items.map(({ tags }) => tags);
      const predictions = await tagsOf(items.map(({ value }) => value));
      const learned = core.baselineOf(data, options);
      const baselines = learned && baselineTags(spec, learned, items);
      const scored = ({ name, tags }: BaselineTags): TagScores & { readonly name: string } => ({
        name,
        ...scoreTags(labels, targets, tags),
      });
      return {
        labels,
        sequences: items.length,
        tokens: targets.reduce((sum, tags) => sum + tags.length, 0),
        ...scoreTags(labels, targets, predictions),
        ...(baselines && {
          baseline: scored(baselines.frequent),
          perceptron: scored(baselines.perceptron),
        }),
      };
    },
  };
}

/** The most probable class of each step by itself. */
function decodeEach(readout: Float64Array, classes: number): DecodedChain {
  const rows = Array.from({ length: readout.length / classes }, (_, t) =>
    readout.subarray(t * classes, (t + 1) * classes),
  );
  return {
    classes: rows.map((row) => row.indexOf(Math.max(...row))),
    probabilities: rows.map((row) => softmax(row)),
  };
}

/** What a model's weights say of tags in a row. Throws where the network has no such weights. */
async function chainScores({ store }: Trained, transitions: Transitions): Promise<ChainScores> {
  const weights = await store.read();
  const [between, first, last] = (["w", "b", "e"] as const).map((name, i) => {
    const place = store.layout.places.find((one) => one.name === `${lossName}.${name}`);
    const size = (i === 0 ? transitions.from : transitions.begin).length;
    if (place?.size === size) return weights.subarray(place.offset, place.offset + size);
    throw new Error(
      `tag: the model has ${place?.size ?? 0} scores of transitions, expected ${size}; the file is damaged, copy or save it again`,
    );
  }) as [Float64Array, Float64Array, Float64Array];
  return { transitions, between, first, last };
}
