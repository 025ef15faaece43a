// The check of a regression's part of a model file.
import * as z from "zod/mini";
import { momentsFields, sequenceInputSchema } from "../shared/spec-schema.ts";
import { regressLosses, type RegressSpec } from "./design.ts";
import { targetPlaces } from "./targets.ts";

const count = z.int().check(z.minimum(0));
const moments = z.strictObject(momentsFields);

/** Throws for fields that do not fit together, too. */
export const specSchema: z.ZodMiniType<RegressSpec> = z
  .strictObject({
    kind: z.literal("regress"),
    input: sequenceInputSchema,
    gaps: z.exactOptional(z.strictObject({ channels: z.array(count), before: z.array(z.number()) })),
    targets: z.array(z.string()).check(z.minLength(1)),
    at: z.enum(targetPlaces),
    scale: moments,
    loss: z.enum(regressLosses),
    levels: z.exactOptional(z.array(z.number().check(z.gt(0), z.lt(1))).check(z.minLength(1))),
    linear: z.strictObject({
      features: z.strictObject({
        at: z.enum(targetPlaces),
        back: z.int().check(z.minimum(1)),
        ahead: count,
      }),
      moments,
      weights: z.array(z.array(z.number())),
    }),
  })
  .check(
    z.refine(fitsTogether, { error: "the numbers of targets, levels, channels and weights do not fit" }),
  );

function fitsTogether(spec: RegressSpec): boolean {
  const { input, gaps, targets, scale, loss, levels, at, linear } = spec;
  const { moments: features, weights } = linear;
  const width = input.kind === "series" ? input.mean.length : 0;
  const channels = gaps ? gaps.before.length + gaps.channels.length : 0;
  return (
    scale.mean.length === targets.length &&
    scale.deviation.length === targets.length &&
    weights.length === targets.length &&
    features.mean.length === features.deviation.length &&
    weights.every((row) => row.length === features.mean.length + 1) &&
    channels === width &&
    (gaps?.channels ?? []).every((channel) => channel < (gaps?.before.length ?? 0)) &&
    (loss === "quantiles") === (levels !== undefined) &&
    (levels === undefined || levels.includes(0.5)) &&
    linear.features.at === at
  );
}
