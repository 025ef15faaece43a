// Sequence to sequence: texts become other texts, such as their translations or their canonical forms.
import * as z from "zod/mini";
import { exampleFeed } from "../../batch/example-feed.ts";
import type { PackedValues } from "../../batch/feed.ts";
import { decode } from "../../infer/decode.ts";
import { evaluate } from "../../infer/evaluate.ts";
import { decodeTokens } from "../../text/vocabulary.ts";
import { decodeSettings, type BeamOptions } from "../shared/beam-options.ts";
import { checkItems, checkTexts } from "../shared/data-checks.ts";
import { modelCore } from "../shared/model.ts";
import { recurrentOptions } from "../shared/network-options.ts";
import { partsOfItems, recordedSplit, recordOf } from "../shared/parts.ts";
import { checkSpec, vocabularySchema } from "../shared/spec-schema.ts";
import { repeatedInWords, splitInWords } from "../shared/words.ts";
import { maker, type Maker, type Model, type Parts, type ScoreOptions, type Trained } from "../task.ts";
import {
  designTranslator,
  longestPair,
  sourceExample,
  textOf,
  translateDefaults,
  translateRules,
  translateExamples,
  type TextPair,
  type TranslateOptions,
  type TranslateSpec,
} from "./design.ts";
import { memoryScores, translationScores, type TranslationScores } from "./scores.ts";

/** The translation of a text. */
export interface Translation {
  readonly text: string;
  /** The model's log-probability of it, in nats. */
  readonly logProbability: number;
}

/** Scores of a translator, and of a baseline on the same pairs. */
export interface TranslateScore extends TranslationScores {
  /** The mean loss per symbol of the targets and their ends. */
  readonly nats: number;
  /** Pairs scored. */
  readonly pairs: number;
  /** The target of the training source that is most like each source; absent without data to learn from. */
  readonly baseline?: TranslationScores & { readonly name: string };
}

/** What `Translator.score` may be told. */
export interface TranslateScoreOptions extends ScoreOptions<readonly TextPair[]>, BeamOptions {
  /** Sequences that are grown at once. Default 1: the most likely symbol each time. */
  readonly width?: number | undefined;
}

/** What `Translator.search` may be told. */
export interface TranslateSearchOptions extends BeamOptions {
  /** The place that each text comes from, for errors. Default `text 7`. */
  readonly places?: readonly string[];
}

/** A trained translator. */
export interface Translator extends Model<readonly TextPair[], TranslateScore> {
  readonly kind: "translate";
  /** The kind of symbols: characters, or words and marks. */
  readonly unit: "char" | "word";
  /** The most symbols of a source; undefined without attention, where there is no limit. */
  readonly maxSourceLength: number | undefined;
  /**
   * Scores pairs, or a part of those that `train` was given, beside a translation memory where there are data
   * for one.
   */
  score(
    data: readonly TextPair[] | "train" | "validation" | "test",
    options?: TranslateScoreOptions,
  ): Promise<TranslateScore>;
  /**
   * Translates texts by the most likely symbol each time; the translation of a blank text is empty. Throws for texts that
   * are too long.
   */
  predict<const I extends readonly string[]>(texts: I): Promise<{ readonly [K in keyof I]: Translation }>;
  /** The most likely translations of each text by beam search, best first. Throws as `predict`. */
  search(texts: readonly string[], options?: TranslateSearchOptions): Promise<Translation[][]>;
}

/**
 * Sequence to sequence with an encoder, a decoder and attention. Trains GRUs of 128 by default; scores exact matches and
 * BLEU-4 beside a translation memory.
 *
 * @function
 * @example
 * ```ts
 * import { readPairs, train, translate } from "unrolled/node";
 * const run = train(translate({ cell: "gru", size: 64 }), await readPairs("dates.csv"), { epochs: 20 });
 * await run.finish();
 * const model = await run.best();
 * const [{ text }] = await model.predict(["the 3rd of May, 1987"]);
 * const [beams] = await model.search(["the 3rd of May, 1987"], { width: 4 }); // the best one first
 * ```
 */
export const translate: Maker<TranslateOptions, readonly TextPair[], Translator> = maker(
  (options = {}) => ({
    kind: "translate",
    defaults: {
      budget: { epochs: 15 },
      batch: 64,
      rate: 0.003,
      schedule: { kind: "cosine" },
      clip: { kind: "norm", limit: 1 },
    },
    design(pairs, settings) {
      checkItems("translate", pairs, pairFields);
      const parts = partsOfItems(pairs, settings);
      const { spec, network, cell } = designTranslator(pairs, options);
      return {
        spec,
        network,
        cell,
        parts,
        examples: {
          kind: "examples",
          train: translateExamples(spec, parts.train),
          validation: parts.validation && translateExamples(spec, parts.validation),
        },
        record: () => recordOf(pairs, settings),
        summary: [
          splitInWords(parts, "pair"),
          ...repeatedInWords(parts, ({ source }) => source, "remove repetitions from the file"),
        ],
        longest: longestPair(spec, pairs),
        open: (trained) => openTranslator(trained, parts),
      };
    },
  }),
  {
    kind: "translate",
    options: translateRules,
    validate: (options) => recurrentOptions(options, translateDefaults),
    check: (spec) => checkSpec(schema, spec),
    open: (trained) => openTranslator(trained),
  },
);

const pairFields = { source: "text", target: "text" } as const;

const schema: z.ZodMiniType<TranslateSpec> = z.strictObject({
  kind: z.literal("translate"),
  source: vocabularySchema,
  target: vocabularySchema,
  lowerCase: z.boolean(),
  places: z.int().check(z.minimum(0)),
  longest: z.int().check(z.minimum(1)),
});

/** A translation as symbols. */
interface TranslatedSymbols {
  readonly tokens: readonly string[];
  readonly logProbability: number;
}

/** The only translation of a blank text. */
const blank: TranslatedSymbols = { tokens: [], logProbability: 0 };

/** Texts side by side. */
const batch = 32;

function openTranslator(trained: Trained, trainedOn?: Parts<readonly TextPair[]>): Translator {
  const spec = trained.spec as TranslateSpec;
  const { unit } = spec.target;
  const core = modelCore("translate", trained, trainedOn);

  async function searchSymbols(
    texts: readonly string[],
    { places = [], ...options }: TranslateSearchOptions = {},
  ): Promise<TranslatedSymbols[][]> {
    checkTexts("predict", texts);
    const full = texts.flatMap((text, i) =>
      text.trim() === "" ? [] : [{ text, place: places[i] ?? `text ${i}` }],
    );
    const settings = decodeSettings(options, spec.longest);
    const found = full.length === 0 ? [] : await searchFull(full, settings);
    let next = 0;
    return texts.map((text) => (text.trim() === "" ? [blank] : (found[next++] as TranslatedSymbols[])));
  }

  async function searchFull(
    texts: readonly { readonly text: string; readonly place: string }[],
    settings: ReturnType<typeof decodeSettings>,
  ): Promise<TranslatedSymbols[][]> {
    const examples = texts.map(({ text, place }) => sourceExample(spec, text, place));
    const feed = exampleFeed(core.network, examples, { batch, seed: 0, shuffle: false });
    const sequences = await core.alone((session) =>
      decode(
        session,
        texts.length,
        (from) => session.encode(feed.load({ epoch: 0, at: from / feed.rows }).source as PackedValues),
        { ...settings, batch: feed.rows },
      ),
    );
    return sequences.map((beams) =>
      beams.map(({ symbols, logProbability }) => ({
        tokens: decodeTokens(spec.target, symbols),
        logProbability,
      })),
    );
  }

  async function search(
    texts: readonly string[],
    options?: TranslateSearchOptions,
  ): Promise<Translation[][]> {
    const found = await searchSymbols(texts, options);
    return found.map((beams) =>
      beams.map(({ tokens, logProbability }) => ({ text: textOf(spec, tokens), logProbability })),
    );
  }

  return {
    ...core,
    unit,
    maxSourceLength: spec.places === 0 ? undefined : spec.places,
    async predict(texts) {
      return (await search(texts, { width: 1 })).map(([best]) => best) as never;
    },
    search,
    parts: async (pairs) => partsOfItems(pairs, await recordedSplit(pairs, core.metadata)),
    async score(data, { width = 1, length, lengthPenalty, ...options } = {}) {
      const pairs = core.dataOf(data);
      checkItems("score", pairs, pairFields);
      const items = translateExamples(spec, pairs);
      const { loss } = await evaluate(core.session(), { kind: "examples", items });
      const sources = pairs.map(({ source }) => source);
      const results = await searchSymbols(sources, { width, length, lengthPenalty });
      const texts = results.map(([best]) => best?.tokens ?? []);
      const learned = core.baselineOf(data, options);
      return {
        ...translationScores(spec, texts, pairs),
        nats: loss,
        pairs: pairs.length,
        ...(learned && { baseline: await memoryScores(spec, pairs, learned) }),
      };
    },
  };
}
