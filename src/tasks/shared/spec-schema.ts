// Parts of model files that several tasks keep, as schemas; and the check of a task's part with them.
import * as z from "zod/mini";
import { checkVocabulary, type Vocabulary } from "../../text/vocabulary.ts";
import type { SequenceInput } from "./sequence-input.ts";

/** A vocabulary, whose own check says what is wrong with it. */
export const vocabularySchema: z.ZodMiniType<Vocabulary> = checked(checkVocabulary, "vocabulary");

/** The labels of classes, two or more. */
export const labelsSchema: z.ZodMiniType<readonly string[]> = z.array(z.string()).check(z.minLength(2));

/** The fields of `Moments`. */
export const momentsFields: Record<"mean" | "deviation", z.ZodMiniType<readonly number[]>> = {
  mean: z.array(z.number()).check(z.minLength(1)),
  deviation: z.array(z.number().check(z.positive())).check(z.minLength(1)),
};

export const sequenceInputSchema: z.ZodMiniType<SequenceInput> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("text"), vocabulary: vocabularySchema, lowerCase: z.boolean() }),
  z.strictObject({ kind: z.literal("series"), ...momentsFields }),
]);

/** A schema for a value that has a check of its own, whose message is kept. */
export function checked<T>(check: (value: unknown, where: string) => T, where: string): z.ZodMiniType<T> {
  return z.pipe(
    z.unknown(),
    z.transform((value, context) => {
      try {
        return check(value, where);
      } catch (error) {
        context.issues.push({ code: "custom", message: (error as Error).message, input: value });
        return z.NEVER;
      }
    }),
  ) as unknown as z.ZodMiniType<T>;
}

/** A task's part of a model file, checked. Throws for one that is damaged, naming the field. */
export function checkSpec<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue && issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  throw new Error(`task, ${field}${issue?.message ?? "invalid"}; the file is damaged, copy or save it again`);
}
