// Model files of format 2, which unrolled 0.1.0 wrote: their metadata in the form of today.
import { settingNames } from "./setting-names.ts";

type Json = Readonly<Record<string, unknown>>;

/** The description of a model. */
export function modelOfVersion2(value: unknown): unknown {
  const { source, notes, ...model } = value as Json;
  return {
    ...model,
    ...(source !== undefined && { encoder: encoderOf(source as Json) }),
    metadata: metadataOf((notes ?? {}) as Readonly<Record<string, string>>, model["task"] as Json),
  };
}

/** The state of training. */
export function trainingOfVersion2(value: unknown): unknown {
  const { options, sampling: _, ...training } = value as Json;
  const { horizon, ...others } = options as Json;
  return { ...training, options: { ...others, bptt: horizon } };
}

interface Bridge {
  readonly kind: "finals" | "outputs";
  readonly of: unknown;
  readonly input?: string;
  readonly places?: number;
}

function encoderOf({ gives, ...encoder }: Json): Json {
  const bridges = gives as readonly Bridge[];
  const finals = bridges.find((bridge) => bridge.kind === "finals");
  const outputs = bridges.find((bridge) => bridge.kind === "outputs");
  return {
    ...encoder,
    finals: { of: finals?.of, input: finals?.input },
    ...(outputs && { attended: { of: outputs.of, longest: outputs.places } }),
  };
}

function metadataOf(notes: Readonly<Record<string, string>>, task: Json): Json {
  const settings = JSON.parse(notes["train"] ?? "{}") as Json;
  const [, count, digest] = /^([\d,]+) \(([0-9a-f]+)\)$/u.exec(notes["items"] ?? "") ?? [];
  const { split, seed } = settings;
  const isKnown = split !== undefined && seed !== undefined;
  const items =
    count !== undefined ? { count: Number(count.replaceAll(",", "")), digest } : { count: 0, digest: "" };
  const [name, equations] = JSON.parse(notes["cell"] ?? "[]") as string[];
  const data =
    notes["judged"] !== undefined
      ? { kind: "time", from: Number(notes["judged"]) }
      : isKnown
        ? { kind: "items", split, seed: Number(seed), ...items }
        : undefined;
  return {
    settings: Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [settingNames(String(task["kind"]))[key] ?? key, value]),
    ),
    ...(data && { data }),
    ...(name !== undefined && { cell: { name, equations } }),
  };
}
