// The vocabularies and the network of a translator, and pairs of texts as examples for it.
import type { OptionRules } from "../../base/options.ts";
import type { Example } from "../../batch/example.ts";
import { joinWords } from "../../text/words.ts";
import { grouped } from "../shared/words.ts";
import { boundaryId, buildVocabulary, encodeTokens, type Vocabulary } from "../../text/vocabulary.ts";
import { cellRecord, checkWhole, recurrentOptions } from "../shared/network-options.ts";
import { recurrentRules, type RecurrentOptions } from "../shared/recurrent-options.ts";
import { inputRules, tokensOf, type InputOptions } from "../shared/sequence-input.ts";
import type { Design } from "../task.ts";
import { sourceInput, targetInput, translatorNetwork } from "./network.ts";

/** A translator's part of its model file. */
export interface TranslateSpec {
  readonly kind: "translate";
  readonly source: Vocabulary;
  readonly target: Vocabulary;
  readonly lowerCase: boolean;
  /** The most symbols of a source; 0 without attention, where there is no limit. */
  readonly places: number;
  /** Symbols of the longest target that was learned. */
  readonly longest: number;
}

/** A text and its translation. */
export interface TextPair {
  readonly source: string;
  readonly target: string;
  /** The place that the pair comes from, for errors. Default `pair 7`. */
  readonly place?: string;
}

/** Options of `translate`. Default a GRU of 128. */
export interface TranslateOptions extends RecurrentOptions, InputOptions {
  /** Width of a learned vector per symbol. Default 64. */
  readonly embedding?: number;
  /** Whether the decoder attends to all steps of the encoder, not only to its final states. Default true. */
  readonly attention?: boolean;
  /** Width of the vectors that are attended to. Default 64. */
  readonly attentionSize?: number;
  /** The most symbols of a source that can be attended to. Default those of the longest in the data. */
  readonly maxSourceLength?: number;
}

export const translateRules: OptionRules<TranslateOptions> = {
  ...recurrentRules,
  ...inputRules,
  embedding: "number",
  attention: "boolean",
  attentionSize: "number",
  maxSourceLength: "number",
};

/** The defaults of a translator's recurrent layers. */
export const translateDefaults = { cell: "gru", size: 128, embedding: 64 } as const;

/** The network and the vocabularies for pairs. Throws where there are none, and for options that would do nothing. */
export function designTranslator(
  pairs: readonly TextPair[],
  options: TranslateOptions,
): Pick<Design<never, never>, "network" | "cell"> & { readonly spec: TranslateSpec } {
  const { unit = "char", minCount = 1, lowerCase = false, attention = true } = options;
  const { embedding = translateDefaults.embedding, attentionSize, maxSourceLength } = options;
  if (pairs.length === 0) throw new Error("translation: there are no pairs to learn from; give one or more");
  checkWhole("translation", { embedding, attentionSize, maxSourceLength });
  for (const [name, value] of Object.entries({ attentionSize, maxSourceLength })) {
    if (attention || value === undefined) continue;
    throw new Error(`translation: ${name} needs attention; leave it out, or switch attention on`);
  }
  const sources = pairs.map((pair) => tokensOf(pair.source, unit, lowerCase));
  const targets = pairs.map((pair) => tokensOf(pair.target, unit, lowerCase));
  const spec: TranslateSpec = {
    kind: "translate",
    source: buildVocabulary(sources.flat(), { unit, minCount }),
    target: buildVocabulary(targets.flat(), { unit, minCount }),
    lowerCase,
    places: attention ? (maxSourceLength ?? longestOf(sources)) : 0,
    longest: longestOf(targets),
  };
  const recurrent = recurrentOptions(options, translateDefaults);
  return {
    spec,
    network: translatorNetwork(spec, { ...recurrent, embedding, attentionSize: attentionSize ?? 64 }),
    cell: cellRecord(recurrent.cell),
  };
}

function longestOf(texts: readonly (readonly string[])[]): number {
  return texts.reduce((longest, tokens) => Math.max(longest, tokens.length), 1);
}

/** Pairs as examples: the decoder reads the target from the boundary on, and predicts it up to the boundary. */
export function translateExamples(spec: TranslateSpec, pairs: readonly TextPair[]): Example[] {
  return pairs.map(({ source, target, place }, i) => {
    const ids = encodeTokens(spec.target, targetTokens(spec, target));
    const steps = ids.length + 1;
    const [read, targets] = [new Int32Array(steps).fill(boundaryId), new Int32Array(steps).fill(boundaryId)];
    read.set(ids, 1);
    targets.set(ids);
    return {
      steps,
      inputs: { [targetInput]: read },
      targets,
      source: encodeSource(spec, source, place ?? `pair ${i}`),
    };
  });
}

/** A source without its translation as an example whose decoder is at the boundary. Throws as `encodeSource`. */
export function sourceExample(spec: TranslateSpec, text: string, place: string): Example {
  const source = encodeSource(spec, text, place);
  return { steps: 1, inputs: { [targetInput]: [boundaryId] }, targets: [boundaryId], source };
}

/** Throws for an empty text, and for one with more symbols than can be attended to. */
function encodeSource(spec: TranslateSpec, text: string, place: string): NonNullable<Example["source"]> {
  const ids = encodeTokens(spec.source, sourceTokens(spec, text));
  if (ids.length === 0) throw new Error(`${place}: the text is empty; leave it out`);
  if (spec.places > 0 && ids.length > spec.places) {
    throw new Error(
      `${place}: expected at most ${spec.places} symbols, which the model can attend to, got ${ids.length}; ` +
        "shorten the text, or train with a larger maximum source length",
    );
  }
  return { steps: ids.length, inputs: { [sourceInput]: ids } };
}

/** The pair with most symbols, in words. */
export function longestPair(spec: TranslateSpec, pairs: readonly TextPair[]): string {
  let longest = { place: "", from: -1, to: 0 };
  pairs.forEach(({ source, target, place }, i) => {
    const [from, to] = [sourceTokens(spec, source).length, targetTokens(spec, target).length];
    if (from + to > longest.from + longest.to) longest = { place: place ?? `pair ${i}`, from, to };
  });
  const { place, from, to } = longest;
  return `${place}: the source has ${grouped(from)} symbols and the target ${grouped(to)}`;
}

/** Symbols as a text: characters as they are, words with the spaces that a text has. */
export function textOf({ target }: TranslateSpec, tokens: readonly string[]): string {
  return target.unit === "char" ? tokens.join("") : joinWords(tokens);
}

/** A target as the model writes it: in NFC, and in lower case if it does so. */
export function targetText({ lowerCase }: TranslateSpec, text: string): string {
  return tokensOf(text, "char", lowerCase).join("");
}

/** The symbols of a source. */
export function sourceTokens({ source, lowerCase }: TranslateSpec, text: string): string[] {
  return tokensOf(text, source.unit, lowerCase);
}

/** The symbols of a target. */
export function targetTokens({ target, lowerCase }: TranslateSpec, text: string): string[] {
  return tokensOf(text, target.unit, lowerCase);
}
