// The description of a model in its file, as JSON. Checks that it is well-formed; whether the parts fit together is for
// `checkpoint.ts` to say.
import * as z from "zod/mini";
import { parseJson as parse } from "../base/json.ts";
import type { Loss, NetworkInput, NetworkLayer } from "../plan/network.ts";
import type { ModelMetadata } from "../tasks/task.ts";

/** A network whose cells are text. */
export interface NetworkDescription {
  readonly inputs: readonly NetworkInput[];
  readonly layers: readonly LayerDescription[];
  readonly loss: Loss;
  readonly encoder?: {
    readonly inputs: readonly NetworkInput[];
    readonly layers: readonly LayerDescription[];
    readonly finals: { readonly of: readonly string[]; readonly input: string };
    readonly attended?: { readonly of: string; readonly longest: number };
  };
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

/** A network, its task and its metadata. */
export interface ModelDescription extends NetworkDescription {
  /** Checked by the task of this kind. */
  readonly task: { readonly kind: string } & Readonly<Record<string, unknown>>;
  readonly metadata: ModelMetadata;
}

const count = z.int().check(z.minimum(0));
const positive = z.int().check(z.minimum(1));

const inputSchema = z.strictObject({
  name: z.string(),
  width: positive,
  kind: z.enum(["dense", "index"]),
  per: z.enum(["step", "sequence"]),
});

const partSchema = z.union([z.string(), z.strictObject({ of: z.string(), from: count, width: positive })]);

const lossSchema: z.ZodMiniType<Loss> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("cross-entropy"),
    of: z.string(),
    smoothing: z.exactOptional(z.number()),
  }),
  z.strictObject({ kind: z.enum(["mean", "given"]), of: z.string() }),
]);

const layerSchema = z.strictObject({
  name: z.string().check(z.minLength(1)),
  cell: z.strictObject({ name: z.string().check(z.minLength(1)), equations: z.string() }),
  sizes: z.record(z.string(), positive),
  inputs: z.record(z.string(), z.union([partSchema, z.array(partSchema)])),
  direction: z.exactOptional(z.enum(["forward", "reverse"])),
  shares: z.exactOptional(z.record(z.string(), z.string())),
});

const encoderSchema = z.strictObject({
  inputs: z.array(inputSchema).check(z.minLength(1)),
  layers: z.array(layerSchema).check(z.minLength(1)),
  finals: z.strictObject({ of: z.array(z.string()).check(z.minLength(1)), input: z.string() }),
  attended: z.exactOptional(z.strictObject({ of: z.string(), longest: positive })),
});

const recordSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("items"),
    split: z.string(),
    seed: z.int(),
    count,
    digest: z.string(),
  }),
  z.strictObject({
    kind: z.literal("time"),
    from: z.number(),
    series: z.exactOptional(z.record(z.string(), z.number())),
  }),
]);

const metadataSchema: z.ZodMiniType<ModelMetadata> = z.strictObject({
  settings: z.record(z.string(), z.unknown()),
  data: z.exactOptional(recordSchema),
  evaluation: z.exactOptional(z.strictObject({ batch: positive, window: positive })),
  trained: z.exactOptional(
    z.strictObject({
      updates: count,
      loss: z.exactOptional(z.number()),
      score: z.exactOptional(z.number()),
    }),
  ),
  cell: z.exactOptional(z.strictObject({ name: z.string(), equations: z.string() })),
});

const modelSchema: z.ZodMiniType<ModelDescription> = z.strictObject({
  inputs: z.array(inputSchema).check(z.minLength(1)),
  layers: z.array(layerSchema).check(z.minLength(1)),
  loss: lossSchema,
  encoder: z.exactOptional(encoderSchema),
  task: z.looseObject({ kind: z.string() }),
  metadata: metadataSchema,
});

/** The value of a metadata entry's JSON. Throws for other text; `place` begins the error. */
export function parseJson(text: string | undefined, place: string): unknown {
  try {
    return parse(text ?? "");
  } catch {
    throw new Error(`${place} is not JSON; the file is damaged, copy or save it again`);
  }
}

/** The description of a model, checked. Throws where it is not well-formed; `place` begins the error. */
export function checkModel(value: unknown, place: string): ModelDescription {
  return check(modelSchema, value, place);
}

/** A value that a schema accepts. Throws for another, naming the place in the file. */
export function check<T>(schema: z.ZodMiniType<T>, value: unknown, place: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue && issue.path.length > 0 ? `, ${issue.path.join(".")}` : "";
  throw new Error(`${place}${where}: ${issue?.message}; the file is damaged, copy or save it again`);
}
