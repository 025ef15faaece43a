// Language models: the next symbol of a text, and texts written symbol by symbol. Imports at first use what a page that
// opens a model and writes with it does not need.
import * as z from "zod/mini";
import { nearest } from "../../base/nearest.ts";
import { checkOptions, shown, type OptionRules } from "../../base/options.ts";
import type { Constraint } from "../../infer/constraint.ts";
import type { ChoiceSettings } from "../../infer/choose.ts";
import { createSampler } from "../../infer/sample.ts";
import type { GeneratedText, TextBeam } from "../../infer/texts.ts";
import { checkAlphabet } from "../../text/alphabet.ts";
import { openSymbols } from "../../text/open-symbols.ts";
import type { Symbols, SymbolsData, Text, WordVocabulary } from "../../text/symbols.ts";
import { checkVocabulary } from "../../text/vocabulary.ts";
import { checkTexts } from "../shared/data-checks.ts";
import { isPart, modelCore } from "../shared/model.ts";
import { recordedSplit, recordOf } from "../shared/parts.ts";
import { checked, checkSpec } from "../shared/spec-schema.ts";
import {
  maker,
  parts,
  type Maker,
  type Model,
  type Parts,
  type ScoreOptions,
  type Trained,
} from "../task.ts";
import type { LanguageSpec } from "./design.ts";
import { languageRules, type LanguageOptions } from "./options.ts";
import type { LanguageScore } from "./score.ts";

/** What `LanguageModel.score` may be told. */
export interface LanguageScoreOptions extends ScoreOptions<Text | string> {
  /** Length of the baseline's n-grams, 1 to 5. Default 3. */
  readonly order?: number;
}

/** How a text is written; the settings of the choice of each symbol are those of `ChoiceSettings`. */
export interface WriteSettings extends ChoiceSettings {
  /** The most symbols to write: characters, bytes, words or sub-words. Default 500. */
  readonly length?: number;
  /** Texts that end it where they come; they are not shown. Default none. */
  readonly stops?: readonly string[];
  /** Random seed. Default 1. */
  readonly seed?: number;
  /** A regular expression that the text must match as a whole; for models of characters, bytes or sub-words. */
  readonly match?: string;
}

/** How the most likely continuations are searched for. */
export interface SearchSettings {
  /** Texts kept at once by the beam search. Default 4. */
  readonly width?: number;
  /** The most symbols of a text. Default 500. */
  readonly length?: number;
  /** 0 ranks by probability, 1 nearly by its mean over the symbols. Default 0. */
  readonly lengthPenalty?: number;
  /** A text, one symbol of the model, that ends them. Default none: they end at `length`. */
  readonly stop?: string;
  /** As in `WriteSettings`. */
  readonly match?: string;
}

/** A trained language model. */
export interface LanguageModel extends Model<Text | string, LanguageScore> {
  readonly kind: "language";
  /** The symbols that it reads and writes. */
  readonly symbols: Symbols;
  /**
   * Scores a text, or a part of the text that `train` was given, beside n-grams where there are data to learn
   * them from. Throws for a text of fewer than two symbols, and for symbols that the model does not know.
   */
  score(
    data: Text | string | "train" | "validation" | "test",
    options?: LanguageScoreOptions,
  ): Promise<LanguageScore>;
  /**
   * Writes what follows a prompt, piece by piece: 500 symbols by default, drawn at temperature 1. Throws for a prompt with
   * symbols that the model does not know, and for settings out of range.
   */
  write(prompt?: string, settings?: WriteSettings): AsyncGenerator<string, void, void>;
  /** Continues many prompts side by side; prompt `i` as `write` with the seed `seed + i` does. */
  writeAll(prompts: readonly string[], settings?: WriteSettings): Promise<GeneratedText[]>;
  /** The most likely continuations of each prompt by beam search, best first. */
  search(prompts: readonly string[], settings?: SearchSettings): Promise<TextBeam[][]>;
}

/**
 * Language modelling of characters, bytes, words or sub-words. Trains an LSTM of 128 on the text in parallel lanes; scores
 * bits and perplexity beside an n-gram model.
 *
 * @function
 * @example
 * ```ts
 * import { language, readText, train } from "unrolled/node";
 * const book = await readText("book.txt");
 * const run = train(language({ cell: "gru", size: 256 }), book, { split: [0.9, 0.1], epochs: 10 });
 * for await (const event of run) if (event.kind === "validation") console.log(event.step, event.loss);
 * const model = await run.best();
 * for await (const piece of model.write("Once ", { temperature: 0.7 })) process.stdout.write(piece);
 * ```
 */
export const language: Maker<LanguageOptions, Text | string, LanguageModel> = maker(
  (options = {}) => ({
    kind: "language",
    defaults: {},
    async design(data, settings) {
      const [
        { designLanguageModel },
        { partsOfText, summaryOfText, withKnownSymbols },
        { languageLossWords },
      ] = await Promise.all([import("./design.ts"), import("./parts.ts"), import("./loss-words.ts")]);
      const text = withKnownSymbols(await textFrom(data), settings);
      const { symbols, ids } = text;
      const { spec, network, cell, defaults } = designLanguageModel(symbols, options);
      const parts = partsOfText(text, settings);
      return {
        spec,
        network,
        cell,
        parts,
        examples: { kind: "text", train: parts.train.ids, validation: parts.validation?.ids },
        record: () => recordOf(ids, settings),
        summary: summaryOfText(parts, text),
        ...(defaults && { defaults }),
        loss: languageLossWords(symbols),
        open: (trained) => openLanguageModel(trained, symbols, parts),
      };
    },
  }),
  {
    kind: "language",
    options: languageRules,
    check: (spec) => checkSpec(schema, spec),
    async open(trained) {
      const { text } = trained.spec as LanguageSpec;
      return openLanguageModel(trained, await openSymbols(text));
    },
  },
);

const schema: z.ZodMiniType<LanguageSpec> = z.strictObject({
  kind: z.literal("language"),
  text: checked(checkSymbols, "alphabet"),
});

/** The symbols of a model file; whether a tokenizer fits its size is checked when it is opened. */
function checkSymbols(value: unknown, where: string): SymbolsData {
  const { unit, size, tokenizer, ...rest } = (value ?? {}) as Record<string, unknown>;
  if (unit === "word") return checkVocabulary(value, where) as WordVocabulary;
  if (unit !== "subword") return checkAlphabet(value, where);
  if (typeof tokenizer === "string" && Number.isSafeInteger(size) && Object.keys(rest).length === 0)
    return { unit, size: size as number, tokenizer };
  throw new Error(`${where}: it must have a tokenizer and its size, and nothing else; the file is damaged`);
}

async function textFrom(data: Text | string): Promise<Text> {
  if (typeof data === "string") {
    const { learnText } = await import("../../text/learn-text.ts");
    return learnText(data);
  }
  checkText("language", data);
  return data;
}

function checkText(place: string, data: Text | undefined): void {
  if (data?.symbols && ArrayBuffer.isView(data.ids)) return;
  throw new Error(
    `${place}: expected a text, as a string or as readText and learnText give it, got ${shown(data)}`,
  );
}

const writeRules: OptionRules<WriteSettings> = {
  length: "number",
  temperature: "number",
  topK: "number",
  topP: "number",
  stops: "any",
  seed: "number",
  match: "any",
};

const searchRules: OptionRules<SearchSettings> = {
  width: "number",
  length: "number",
  lengthPenalty: "number",
  stop: "any",
  match: "any",
};

function openLanguageModel(trained: Trained, symbols: Symbols, trainedOn?: Parts<Text>): LanguageModel {
  const core = modelCore<"language", Text | string>("language", trained, trainedOn);
  const { batch = 32, window = 50 } = trained.metadata.evaluation ?? {};

  /** A text in the model's own symbols. */
  async function read(data: Text | string): Promise<Text> {
    if (typeof data !== "string") {
      checkText("score", data);
      return data;
    }
    const bytes = new TextEncoder().encode(data);
    return { symbols, ids: await symbols.read([bytes], bytes.length), bytes: bytes.length };
  }

  async function constraintOf(match: string | undefined): Promise<{ readonly constraint?: Constraint }> {
    if (match === undefined) return {};
    const texts = Array.from({ length: symbols.size }, (_, id) => symbols.textOf(id));
    if (texts.every((text) => text === undefined)) {
      throw new Error(
        `a pattern needs characters, bytes or sub-words; the symbols of this model are ${symbols.noun}s`,
      );
    }
    const { patternConstraint } = await import("../../infer/pattern-constraint.ts");
    return { constraint: patternConstraint(match, texts) };
  }

  return {
    ...core,
    symbols,
    async parts(data) {
      const text = await read(data);
      const { partsOfText } = await import("./parts.ts");
      return partsOfText(text, await recordedSplit(text.ids, core.metadata));
    },
    async score(data, { order = 3, ...options } = {}) {
      // What is nearly a part's name is a misspelt one, and an error.
      const isText = typeof data === "string" && !isPart(data) && nearest(data, parts) === undefined;
      const text = await read(isText ? data : core.dataOf(data));
      const baseline = core.baselineOf(data, options);
      const training = baseline === undefined ? undefined : await read(baseline);
      const { scoreText } = await import("./score.ts");
      return scoreText(core.session(), { ...text, symbols }, { batch, window, order, training });
    },
    async *write(prompt = "", settings = {}) {
      if (typeof prompt !== "string")
        throw new Error(`write: the prompt must be a text, not ${shown(prompt)}`);
      checkOptions("write", settings, writeRules);
      const { seed = 1, match, length = 500, ...choice } = settings;
      const constraint = await constraintOf(match);
      const session = core.open();
      try {
        const sampler = createSampler({ session, symbols, seed });
        await sampler.prime(prompt);
        yield* sampler.generate({ length, ...choice, ...constraint });
      } finally {
        session.dispose();
      }
    },
    async writeAll(prompts, settings = {}) {
      checkTexts("write", prompts);
      checkOptions("write", settings, writeRules);
      const { seed = 1, match, length = 500, ...choice } = settings;
      const constraint = await constraintOf(match);
      const { sampleTexts } = await import("../../infer/texts.ts");
      return core.alone((session) =>
        sampleTexts({ session, symbols, prompts }, { seed, length, ...choice, ...constraint }),
      );
    },
    async search(prompts, settings = {}) {
      checkTexts("search", prompts);
      checkOptions("search", settings, searchRules);
      const { width, length: longest = 500, lengthPenalty, stop, match } = settings;
      const search = {
        longest,
        ...(width !== undefined && { width }),
        ...(lengthPenalty !== undefined && { lengthPenalty }),
        ...(stop !== undefined && { end: endOf(symbols, stop) }),
        ...(await constraintOf(match)),
      };
      const { searchTexts } = await import("../../infer/texts.ts");
      return core.alone((session) => searchTexts({ session, symbols, prompts }, search));
    },
  };
}

/** The one symbol that ends what beam search grows. */
function endOf(symbols: Symbols, stop: string): number {
  const ids = symbols.encode(stop);
  if (ids.length === 1) return ids[0] as number;
  throw new Error(`search: the stop must be one symbol of the model, not '${stop}', which is ${ids.length}`);
}
