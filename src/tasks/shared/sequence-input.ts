// A sequence to be read, as people have it and as a network takes it: text as symbols of a vocabulary, or numbers,
// scaled. Knows neither labels nor what is to be said of the sequence.
import { shown, type OptionRules } from "../../base/options.ts";
import { momentsOf, standardised, type Moments } from "./moments.ts";
import { buildVocabulary, encodeTokens, type Vocabulary } from "../../text/vocabulary.ts";
import { splitWords } from "../../text/words.ts";

/** A text, or its symbols, already split; or the numbers of each step, one or several. */
export type SequenceValue = string | readonly string[] | readonly number[] | readonly (readonly number[])[];

/** How sequences become numbers: plain data that a model keeps. */
export type SequenceInput =
  | { readonly kind: "text"; readonly vocabulary: Vocabulary; readonly lowerCase: boolean }
  /** The moments of a step's numbers. */
  | ({ readonly kind: "series" } & Moments);

/** How texts become symbols; means nothing for series of numbers. */
export interface InputOptions {
  /** What a symbol of a text is. Default `char`. */
  readonly unit?: "char" | "word";
  /** Symbols seen fewer times become unknown. Default 1. */
  readonly minCount?: number;
  /** Whether texts are read in lower case. Default false. */
  readonly lowerCase?: boolean;
}

export const inputRules: OptionRules<InputOptions> = {
  unit: ["char", "word"],
  minCount: "number",
  lowerCase: "boolean",
};

/** The network's input. */
export const sequenceInputName = "x";

/** The vocabulary or the scaling of sequences to learn from. Throws where they are not all texts or all as wide. */
export function fitSequenceInput(
  values: readonly SequenceValue[],
  settings: InputOptions = {},
): SequenceInput {
  const { unit = "char", minCount = 1, lowerCase = false } = settings;
  const [first] = values;
  if (first === undefined) throw new Error("sequences: there are none; give one or more");
  if (isText(first)) {
    const tokens = values.flatMap((value, i) => tokensOf(textOf(value, i), unit, lowerCase));
    return { kind: "text", vocabulary: buildVocabulary(tokens, { unit, minCount }), lowerCase };
  }
  const rows = values.map((value, i) => rowsOf(value, `sequence ${i}`));
  return { kind: "series", ...momentsOf(rows.flat()) };
}

/** Steps of a sequence, and the values of the network's input: indices [steps], or numbers [steps, width]. */
export interface EncodedSequence {
  readonly steps: number;
  readonly values: ArrayLike<number>;
}

/** Throws for a sequence without a step and one of another kind than the model's; `place` begins the error. */
export function encodeSequence(input: SequenceInput, value: SequenceValue, place: string): EncodedSequence {
  if (typeof value !== "string" && !Array.isArray(value))
    throw new Error(`${place}: expected a text or a list, got ${shown(value)}`);
  if (value.length === 0) throw new Error(`${place}: the sequence is empty; leave it out`);
  if (input.kind === "text") {
    if (!isText(value)) throw new Error(`${place}: it must be a text, as the model reads, not numbers`);
    const { vocabulary, lowerCase } = input;
    const tokens = tokensOf(value, vocabulary.unit, lowerCase);
    if (tokens.length === 0) throw new Error(`${place}: the text is empty; leave it out`);
    return { steps: tokens.length, values: encodeTokens(vocabulary, tokens) };
  }
  const rows = rowsOf(value, place);
  const width = input.mean.length;
  const wrong = rows.findIndex((row) => row.length !== width);
  if (wrong >= 0) {
    throw new Error(`${place}: step ${wrong} must have ${width} numbers, not ${rows[wrong]?.length}`);
  }
  return { steps: rows.length, values: standardised(input, rows.flat()) };
}

/** A text's symbols: Unicode characters, or words and marks. Those of one that is split already stay as many. */
export function tokensOf(
  text: string | readonly string[],
  unit: "char" | "word",
  lowerCase: boolean,
): string[] {
  const normalOf = (part: string): string => (lowerCase ? part.toLowerCase() : part).normalize("NFC");
  if (typeof text !== "string") return text.map(normalOf);
  const normal = normalOf(text);
  return unit === "char" ? Array.from(normal) : splitWords(normal, { marks: "apart" });
}

/** Whether it is a text, whole or split, not numbers; a list without a step counts as those. */
export function isText(value: SequenceValue): value is string | readonly string[] {
  return typeof value === "string" || typeof value[0] === "string";
}

function textOf(value: SequenceValue, index: number): string | readonly string[] {
  if (isText(value)) return value;
  throw new Error(`sequence ${index}: it must be a text, as the first one is, not numbers`);
}

function rowsOf(value: SequenceValue, place: string): readonly (readonly number[])[] {
  if (isText(value)) throw new Error(`${place}: it must be numbers, not a text`);
  if (value.length === 0) throw new Error(`${place}: the sequence is empty; leave it out`);
  const rows = value.map((row) => (typeof row === "number" ? [row] : row));
  const wrong = rows.findIndex((row) => row.length !== rows[0]?.length || !row.every(Number.isFinite));
  if (wrong < 0) return rows;
  throw new Error(
    `${place}: step ${wrong} must be ${rows[0]?.length} finite numbers, as the first one, not [${rows[wrong]?.join(", ")}]`,
  );
}
