// What a linear layer reads beside the recurrent ones, where few examples teach more than a recurrent layer learns from them:
// the runs of symbols of a text, or convolutions of a series. Its weights start from zero.
import * as z from "zod/mini";
import { readoutWithEvidence, readoutWithFeatures, runsOfSymbols } from "../../cells/evidence.ts";
import { planHead } from "../../model/head.ts";
import type { Network, NetworkInput, NetworkLayer, NetworkPart } from "../../plan/network.ts";
import { vocabularySize } from "../../text/vocabulary.ts";
import type { Example } from "../../batch/example.ts";
import { tokensOf, type SequenceInput, type SequenceValue } from "../shared/sequence-input.ts";
import { momentsFields, vocabularySchema } from "../shared/spec-schema.ts";
import { featuresOf, fitConvolutions, fitsTogether, type Convolutions } from "./convolutions.ts";
import type { Pooled } from "./pooling.ts";
import { encodeRuns, fitRuns, type Runs } from "./runs.ts";

/** What the linear layer reads: plain data, which a model keeps. */
export type Evidence =
  ({ readonly kind: "runs" } & Runs) | ({ readonly kind: "convolutions" } & Convolutions);

const count = z.int().check(z.minimum(1));

export const evidenceSchema: z.ZodMiniType<Evidence> = z.discriminatedUnion("kind", [
  z
    .strictObject({ kind: z.literal("runs"), vocabulary: vocabularySchema, rarity: z.array(z.number()) })
    .check(
      z.refine(
        ({ vocabulary, rarity }) => vocabulary.symbols.length === rarity.length,
        "not one rarity a run",
      ),
    ),
  z
    .strictObject({
      kind: z.literal("convolutions"),
      dilations: z.array(count).check(z.minLength(1)),
      thresholds: z.array(z.number()).check(z.minLength(1)),
      ...momentsFields,
    })
    .check(z.refine((convolutions) => fitsTogether(convolutions), "its thresholds and moments do not fit")),
]);

/** A sequence as the network's input has it. */
interface EncodedValue {
  readonly value: SequenceValue;
  /** Of a series, standardised. */
  readonly values: ArrayLike<number>;
}

/** The share of the target that is spread over all classes, so that few examples do not make for certainty. */
const smoothing = 0.1;

/** Weights of runs that a model may have, beyond which the rarest runs are left out. */
const mostWeights = 1_000_000;

/** What there is to read in sequences to learn from. */
export function fitEvidence(
  input: SequenceInput,
  learned: readonly EncodedValue[],
  classes: number,
): Evidence {
  if (input.kind === "text") {
    const { unit } = input.vocabulary;
    const texts = learned.map(({ value }) => textTokens(input, value));
    return { kind: "runs", ...fitRuns(texts, unit, Math.floor(mostWeights / classes)) };
  }
  const series = learned.map(({ values }) => values as Float32Array);
  return { kind: "convolutions", ...fitConvolutions(series, input.mean.length) };
}

function textTokens(input: SequenceInput & { kind: "text" }, value: SequenceValue): string[] {
  return tokensOf(value as string, input.vocabulary.unit, input.lowerCase);
}

const runInputs = ["runs1", "runs2", "runs3", "runs4"] as const;
const [weightInput, featureInput] = ["weights-of-runs", "features"] as const;

/** The values of the network's inputs for a sequence. */
export function evidenceOf(
  evidence: Evidence,
  input: SequenceInput,
  { value, values }: EncodedValue,
): Example["inputs"] {
  if (evidence.kind === "convolutions") {
    const width = input.kind === "series" ? input.mean.length : 1;
    return { [featureInput]: featuresOf(evidence, values as Float32Array, width) };
  }
  const { ids, weights } = encodeRuns(evidence, textTokens(input as SequenceInput & { kind: "text" }, value));
  const runs = Object.fromEntries(runInputs.map((name, i) => [name, ids[i] as Int32Array]));
  return { ...runs, [weightInput]: weights };
}

/** The readout of the pooled layers, with what the linear layer reads beside them, and the loss. */
export function planEnd(
  evidence: Evidence | undefined,
  { output, width }: Pick<Pooled, "output" | "width">,
  classes: number,
): Pick<Network, "inputs" | "layers" | "loss"> {
  const { layers, loss } = planHead(output, width, { kind: "classes", classes, smoothing });
  if (evidence === undefined) return { inputs: [], layers, loss };
  const [readout] = layers as [NetworkLayer];
  if (evidence.kind === "convolutions") {
    const { length } = evidence.mean;
    const input: NetworkInput = { name: featureInput, width: length, kind: "dense", per: "sequence" };
    const end: NetworkLayer = {
      ...readout,
      cell: readoutWithFeatures,
      sizes: { ...readout.sizes, F: length },
      inputs: { x: output, f: featureInput },
    };
    return { inputs: [input], layers: [end], loss };
  }
  const size = vocabularySize(evidence.vocabulary);
  const [a, b, c, d] = runInputs;
  const weight = (from: number): NetworkPart => ({ of: weightInput, from, width: 1 });
  const runs: NetworkLayer = {
    name: "runs",
    cell: runsOfSymbols,
    sizes: { H: classes, R: size },
    inputs: { a, b, c, d, p: weight(0), q: weight(1), r: weight(2), s: weight(3) },
  };
  return {
    inputs: [
      ...runInputs.map((name): NetworkInput => ({ name, width: size, kind: "index", per: "step" })),
      { name: weightInput, width: runInputs.length, kind: "dense", per: "step" },
    ],
    layers: [runs, { ...readout, cell: readoutWithEvidence, inputs: { x: output, s: runs.name } }],
    loss,
  };
}
