// The state of training in a model file, as JSON.
import * as z from "zod/mini";
import type { TrainingState } from "../train/state.ts";
import { check } from "./schema.ts";

/** Everything of a training state that is not a tensor. */
export type TrainingDescription = Omit<TrainingState, "weights" | "optimizer" | "carried" | "best"> & {
  readonly best?: { readonly step: number; readonly loss: number; readonly score?: number };
};

const count = z.int().check(z.minimum(0));
const rate = z.exactOptional(z.number());

const optimizerSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("sgd"),
    momentum: rate,
    nesterov: z.exactOptional(z.boolean()),
    weightDecay: rate,
  }),
  z.strictObject({ kind: z.literal("rmsprop"), decay: rate, epsilon: rate, weightDecay: rate }),
  z.strictObject({ kind: z.literal("adagrad"), epsilon: rate, weightDecay: rate }),
  z.strictObject({
    kind: z.enum(["adam", "adamw"]),
    beta1: rate,
    beta2: rate,
    epsilon: rate,
    weightDecay: rate,
  }),
]);

const scheduleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("constant"), warmup: rate }),
  z.strictObject({ kind: z.literal("step"), warmup: rate, factor: rate, every: rate }),
  z.strictObject({ kind: z.enum(["exponential", "cosine"]), warmup: rate, final: rate }),
]);

const clipSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.enum(["norm", "value", "normalise"]), limit: z.number() }),
]);

const budgetSchema = z.union([
  z.strictObject({ steps: z.number() }),
  z.strictObject({ epochs: z.number() }),
  z.strictObject({ minutes: z.number() }),
]);

const optionsSchema = z.strictObject({
  budget: budgetSchema,
  batch: count,
  window: count,
  bptt: count,
  optimizer: optimizerSchema,
  rate: z.number(),
  schedule: scheduleSchema,
  clip: clipSchema,
  validateEvery: count,
  patience: count,
  seed: z.int(),
});

const trainingSchema: z.ZodMiniType<TrainingDescription> = z.strictObject({
  options: optionsSchema,
  fingerprints: z.strictObject({ network: z.string(), data: z.string() }),
  step: count,
  seconds: z.number().check(z.minimum(0)),
  position: z.strictObject({ epoch: count, at: count }),
  validated: z.int().check(z.minimum(-1)),
  misses: count,
  lowest: z.exactOptional(z.number()),
  best: z.exactOptional(
    z.strictObject({ step: count, loss: z.number(), score: z.exactOptional(z.number()) }),
  ),
});

/** The state of training, checked. */
export function checkTraining(value: unknown, place: string): TrainingDescription {
  return check(trainingSchema, value, place);
}
