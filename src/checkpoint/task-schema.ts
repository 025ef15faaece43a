// The task in a model file, checked: what each kind keeps. Whether it fits the network is for the task to say.
import * as z from "zod";
import { checkAlphabet } from "../text/alphabet.ts";
import { frequencyUnits } from "../tasks/forecast/frequency.ts";
import { checkVocabulary } from "../text/vocabulary.ts";
import type { WordVocabulary } from "../text/word-text.ts";
import { forecastOutputs, forecastStrategies } from "../tasks/forecast/forecaster.ts";
import type { Symbols } from "../tasks/language/language.ts";
import type { Task } from "../tasks/task.ts";
import { readTokenizer } from "../text/tokenizer.ts";

const labels = z.array(z.string()).min(2);

/** A part that has a check of its own, whose message is kept. */
function checked<T>(check: (value: unknown, where: string) => T, where: string): z.ZodType<T> {
  return z.unknown().transform((value, context) => {
    try {
      return check(value, where);
    } catch (error) {
      context.issues.push({ code: "custom", message: (error as Error).message, input: value });
      return z.NEVER;
    }
  });
}

const subwords = z.strictObject({ unit: z.literal("subword"), size: z.int().min(2), tokenizer: z.string() });

function checkSymbols(value: unknown, where: string): Symbols {
  const { unit } = (value ?? {}) as { unit?: unknown };
  if (unit === "word") return checkVocabulary(value, where) as WordVocabulary;
  if (unit !== "subword") return checkAlphabet(value, where);
  const { data: found } = subwords.safeParse(value);
  if (!found)
    throw new Error(`${where}: it must have a tokenizer and its size, and nothing else; the file is damaged`);
  const { size } = readTokenizer(found.tokenizer, `${where}, tokenizer`);
  if (size === found.size) return found;
  throw new Error(`${where}: the tokenizer has ${size} tokens, not ${found.size}; the file is damaged`);
}

const vocabulary = checked(checkVocabulary, "vocabulary");

const moments = {
  mean: z.array(z.number()).min(1),
  deviation: z.array(z.number().positive()).min(1),
};

const sequenceInput = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("text"), vocabulary, lowerCase: z.boolean() }),
  z.strictObject({
    kind: z.literal("series"),
    ...moments,
  }),
]);

export const taskSchema: z.ZodType<Task> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("language"), text: checked(checkSymbols, "alphabet") }),
  z.strictObject({ kind: z.literal("classify"), input: sequenceInput, labels }),
  z.strictObject({ kind: z.literal("tag"), input: sequenceInput, labels }),
  z.strictObject({
    kind: z.literal("translate"),
    source: vocabulary,
    target: vocabulary,
    lowerCase: z.boolean(),
    places: z.int().min(0),
    longest: z.int().min(1),
  }),
  z.strictObject({
    kind: z.literal("forecast"),
    columns: z.array(z.string()).min(1),
    scalings: z
      .array(
        z.strictObject({
          log: z.boolean(),
          lag: z.int().min(0),
          mean: z.number(),
          deviation: z.number().positive(),
        }),
      )
      .min(1),
    frequency: z.strictObject({
      unit: z.enum(frequencyUnits),
      every: z.int().min(1),
      monthEnd: z.literal(true).exactOptional(),
    }),
    calendar: z.boolean(),
    horizon: z.int().min(1),
    context: z.int().min(1),
    levels: z.array(z.number().gt(0).lt(1)).min(1),
    // Files of before these were choices have neither.
    output: z.enum(forecastOutputs).default("quantiles"),
    strategy: z.enum(forecastStrategies).default("direct"),
  }),
  z.strictObject({
    kind: z.literal("music"),
    lowest: z.int().min(0).max(127),
    keys: z.int().min(1).max(128),
    resolution: z.number().positive(),
    predictsFirst: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal("caption"),
    vocabulary,
    longest: z.int().min(1),
    ...moments,
    encoder: z.string(),
  }),
]);
