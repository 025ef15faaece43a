// Language models: the next symbol of a text, and texts written symbol by symbol.
import * as z from "zod/mini";
import { checkOptions, shown, type OptionRules } from "../../base/options.ts";
import type { Constraint } from "../../infer/constraint.ts";
import type { ChoiceSettings } from "../../infer/choose.ts";
import { evaluate } from "../../infer/evaluate.ts";
import { createSampler } from "../../infer/sample.ts";
import { sampleTexts, searchTexts, type GeneratedText, type TextBeam } from "../../infer/texts.ts";
import type { Session } from "../../infer/session.ts";
import { checkAlphabet } from "../../text/alphabet.ts";
import { learnText } from "../../text/learn-text.ts";
import { openSymbols } from "../../text/open-symbols.ts";
import type { Symbols, SymbolsData, Text, WordVocabulary } from "../../text/symbols.ts";
import { checkVocabulary } from "../../text/vocabulary.ts";
import { splitIds } from "../../train/split.ts";
import { checkTexts } from "../shared/data-checks.ts";
import { isPart, modelCore } from "../shared/model.ts";
import { cellRecord, recurrentOptions } from "../shared/network-options.ts";
import { recordedSplit, recordOf } from "../shared/parts.ts";
import { checked, checkSpec } from "../shared/spec-schema.ts";
import { grouped } from "../shared/words.ts";
import {
  maker,
  type DesignSettings,
  type Maker,
  type Model,
  type Parts,
  type ScoreOptions,
  type Trained,
} from "../task.ts";
import {
  designLanguageModel,
  languageDefaults,
  languageRules,
  type LanguageOptions,
  type LanguageSpec,
} from "./design.ts";
import { trainKneserNey } from "./kneser-ney.ts";
import { languageLossWords } from "./loss-words.ts";
import { symbolLosses } from "./losses.ts";
import { bits, natsPerUnit, perplexity } from "./units.ts";

/** A mean loss per symbol. */
export interface LanguageLoss {
  /** The mean negative log-probability of a symbol, in nats. */
  readonly nats: number;
  /** The same in bits: nats over ln 2. */
  readonly bits: number;
  /** e to the nats. */
  readonly perplexity: number;
}

/** How well a model predicts a text, and beside it an n-gram model and the mean of both probabilities. */
export interface LanguageScore extends LanguageLoss {
  /** Bits per byte of the text; absent where its length in bytes is not known. */
  readonly bitsPerByte?: number;
  /** Symbols of the text. */
  readonly symbols: number;
  /** Symbols that were predicted: all but the first of each parallel lane, and a rest shorter than the lanes are many. */
  readonly tokens: number;
  /** An n-gram model with Kneser-Ney smoothing; absent without data to learn from. */
  readonly baseline?: LanguageLoss & { readonly name: string };
  /** Half the model's probability and half the baseline's. */
  readonly mixture?: LanguageLoss & { readonly name: string };
}

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
    cell: cellRecord(recurrentOptions(options, languageDefaults).cell),
    async design(data, settings) {
      const text = await textFrom(data);
      const { symbols, ids } = text;
      const { spec, network } = designLanguageModel(symbols, options);
      const parts = partsOfText(text, settings);
      return {
        spec,
        network,
        parts,
        examples: { kind: "text", train: parts.train.ids, validation: parts.validation?.ids },
        record: () => recordOf(ids, settings),
        summary: [
          textInWords(parts, text),
          ...(symbols.measure === "perplexity"
            ? [`${grouped(symbols.size)} different ${symbols.noun}s`]
            : []),
        ],
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
  if (typeof data === "string") return learnText(data);
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

function partsOfText(text: Text, { split }: DesignSettings): Parts<Text> {
  const { symbols, ids } = text;
  const { train, validation, test } = splitIds(ids, split);
  // The bytes of a part are not known.
  const part = (view: Text["ids"]): Text => ({
    symbols,
    ids: view,
    bytes: view.length === ids.length ? text.bytes : 0,
  });
  return {
    train: part(train),
    validation: validation && part(validation),
    test: test && part(test),
  };
}

/** "train on 1,003,854 characters, validate on the last 111,540". */
function textInWords({ train, validation, test }: Parts<Text>, { ids, symbols }: Text): string {
  const used = [train, validation, test].reduce((sum, part) => sum + (part?.ids.length ?? 0), 0);
  const where = test || used < ids.length ? "next" : "last";
  const words = [`train on ${grouped(train.ids.length)} ${symbols.noun}s`];
  if (validation) words.push(`validate on the ${where} ${grouped(validation.ids.length)}`);
  if (test) words.push(`leave ${grouped(test.ids.length)} for testing`);
  return words.join(", ");
}

function lossOf(nats: number): LanguageLoss {
  return { nats, bits: bits(nats), perplexity: perplexity(nats) };
}

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

  async function alone<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = core.open();
    try {
      return await work(session);
    } finally {
      session.dispose();
    }
  }

  return {
    ...core,
    symbols,
    async parts(data) {
      const text = await read(data);
      return partsOfText(text, await recordedSplit(text.ids, core.metadata));
    },
    async score(data, { order = 3, ...options } = {}) {
      const text = await read(typeof data === "string" && !isPart(data) ? data : core.dataOf(data));
      const { ids, bytes } = text;
      if (ids.length < 2)
        throw new Error(`score: expected a text of two symbols or more, got ${ids.length}; use a longer one`);
      const counts = { symbols: ids.length };
      const learned = core.baselineOf(data, options);
      if (learned === undefined) {
        const { loss, tokens } = await evaluate(core.session(), { kind: "text", ids }, { batch, window });
        const perByte = bytes > 0 ? { bitsPerByte: bits(natsPerUnit(loss, ids.length, bytes)) } : {};
        return { ...lossOf(loss), ...perByte, ...counts, tokens };
      }
      const { ids: training } = await read(learned);
      const grams = trainKneserNey(training, { order, vocabulary: symbols.size }).probabilities(ids);
      const losses = await symbolLosses(core.session(), ids, { batch, window });
      return { ...mixed(losses, grams, order), ...counts };
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
      return alone((session) =>
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
      return alone((session) => searchTexts({ session, symbols, prompts }, search));
    },
  };
}

/** The one symbol that ends what beam search grows. */
function endOf(symbols: Symbols, stop: string): number {
  const ids = symbols.encode(stop);
  if (ids.length === 1) return ids[0] as number;
  throw new Error(`search: the stop must be one symbol of the model, not '${stop}', which is ${ids.length}`);
}

/** The losses of the model, of the n-grams, and of the mean of both probabilities, over the symbols that were predicted. */
function mixed(
  losses: Float64Array,
  grams: Float64Array,
  order: number,
): Omit<LanguageScore, "symbols" | "bitsPerByte"> {
  const sums = { model: 0, grams: 0, both: 0 };
  let tokens = 0;
  losses.forEach((nats, i) => {
    if (Number.isNaN(nats)) return;
    const gram = grams[i] as number;
    tokens += 1;
    sums.model += nats;
    sums.grams -= Math.log(gram);
    sums.both -= Math.log((Math.exp(-nats) + gram) / 2);
  });
  return {
    ...lossOf(sums.model / tokens),
    tokens,
    baseline: { name: `Kneser-Ney, ${order}-grams`, ...lossOf(sums.grams / tokens) },
    mixture: { name: "half of each", ...lossOf(sums.both / tokens) },
  };
}
