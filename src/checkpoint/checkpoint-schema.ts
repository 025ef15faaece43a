// What a checkpoint says of itself in its metadata, beside the tensors: the model and where its training stands,
// as JSON. Says what is well-formed; whether the parts fit together is for `checkpoint.ts`.
import * as z from "zod";
import type { Bridge, Loss, NetworkInput, NetworkLayer } from "../plan/network.ts";
import type { Task } from "../tasks/task.ts";
import type { TrainingState } from "../train/state.ts";
import { taskSchema } from "./task-schema.ts";

/** A network whose cells are text, and what it reads and writes. */
export interface ModelDescription {
  readonly inputs: readonly NetworkInput[];
  readonly layers: readonly LayerDescription[];
  readonly loss: Loss;
  readonly source?: {
    readonly inputs: readonly NetworkInput[];
    readonly layers: readonly LayerDescription[];
    readonly gives: readonly Bridge[];
  };
  readonly task: Task;
  readonly notes: Readonly<Record<string, string>>;
}

export interface LayerDescription {
  readonly name: string;
  /** The equations are all there is of a cell. */
  readonly cell: { readonly name: string; readonly equations: string };
  readonly sizes: Readonly<Record<string, number>>;
  readonly inputs: NetworkLayer["inputs"];
  readonly direction?: "forward" | "reverse";
  readonly shares?: Readonly<Record<string, string>>;
}

/** Everything of a training state that is no tensor. */
export type TrainingDescription = Omit<TrainingState, "weights" | "optimizer" | "carried" | "best"> & {
  readonly best?: { readonly step: number; readonly loss: number };
  /** Numbers drawn from the sampling stream. */
  readonly sampling: number;
};

const count = z.int().min(0);
const names = z.record(z.string(), z.string());

const inputSchema = z.strictObject({
  name: z.string(),
  width: z.int().min(1),
  kind: z.enum(["dense", "index"]),
  per: z.enum(["step", "sequence"]),
});

const partSchema = z.union([
  z.string(),
  z.strictObject({ of: z.string(), from: count, width: z.int().min(1) }),
]);

const lossSchema: z.ZodType<Loss> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("cross-entropy"),
    of: z.string(),
    smoothing: z.number().exactOptional(),
  }),
  z.strictObject({ kind: z.enum(["mean", "given"]), of: z.string() }),
]);

const layerSchema = z.strictObject({
  name: z.string().min(1),
  cell: z.strictObject({ name: z.string().min(1), equations: z.string() }),
  sizes: z.record(z.string(), z.int().min(1)),
  inputs: z.record(z.string(), z.union([partSchema, z.array(partSchema)])),
  direction: z.enum(["forward", "reverse"]).exactOptional(),
  shares: names.exactOptional(),
});

const bridgeSchema: z.ZodType<Bridge> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("finals"), of: z.array(z.string()).min(1), input: z.string() }),
  z.strictObject({
    kind: z.literal("outputs"),
    of: z.string(),
    places: z.int().min(1),
    inputs: z.strictObject({
      memory: z.string(),
      far: z.string(),
      element: z.string(),
      position: z.string(),
    }),
  }),
]);

const modelSchema: z.ZodType<ModelDescription> = z.strictObject({
  inputs: z.array(inputSchema).min(1),
  layers: z.array(layerSchema).min(1),
  loss: lossSchema,
  source: z
    .strictObject({
      inputs: z.array(inputSchema).min(1),
      layers: z.array(layerSchema).min(1),
      gives: z.array(bridgeSchema).min(1),
    })
    .exactOptional(),
  task: taskSchema,
  notes: names,
});

const rate = z.number().exactOptional();

const optimizerSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("sgd"),
    momentum: rate,
    nesterov: z.boolean().exactOptional(),
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
  horizon: count,
  optimizer: optimizerSchema,
  rate: z.number(),
  schedule: scheduleSchema,
  clip: clipSchema,
  validateEvery: count,
  patience: count,
  seed: z.int(),
});

const trainingSchema: z.ZodType<TrainingDescription> = z.strictObject({
  options: optionsSchema,
  fingerprints: z.strictObject({ network: z.string(), data: z.string() }),
  step: count,
  seconds: z.number().min(0),
  position: z.strictObject({ epoch: count, at: count }),
  validated: count,
  misses: count,
  best: z.strictObject({ step: count, loss: z.number() }).exactOptional(),
  sampling: count,
});

/** The model of a metadata entry's text. Throws where it is not well-formed; `place` begins the error. */
export function parseModel(text: string | undefined, place: string): ModelDescription {
  return parse(modelSchema, text, place);
}

/** The same for where training stands. */
export function parseTraining(text: string | undefined, place: string): TrainingDescription {
  return parse(trainingSchema, text, place);
}

function parse<T>(schema: z.ZodType<T>, text: string | undefined, place: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    throw new Error(`${place} is no JSON; the file is damaged, copy or save it again`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue && issue.path.length > 0 ? `, ${issue.path.join(".")}` : "";
  throw new Error(`${place}${where}: ${issue?.message}; the file is damaged, copy or save it again`);
}
