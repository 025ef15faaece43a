// The network of a regression, and sequences as examples for it.
import { shown, type OptionRules } from "../../base/options.ts";
import type { Example } from "../../batch/example.ts";
import { meanPooling } from "../../cells/pooling.ts";
import { planHead, type Head } from "../../model/head.ts";
import { partsOf, type Connection, type NetworkLayer } from "../../plan/network.ts";
import { momentsOf, type Moments } from "../shared/moments.ts";
import { cellRecord, recurrentOptions } from "../shared/network-options.ts";
import { recurrentRules, type RecurrentOptions } from "../shared/recurrent-options.ts";
import {
  encodeSequence,
  fitSequenceInput,
  inputRules,
  sequenceInputName,
  type InputOptions,
  type SequenceInput,
  type SequenceValue,
} from "../shared/sequence-input.ts";
import { planReader } from "../shared/sequence-reader.ts";
import type { Design } from "../task.ts";
import { fillGaps, fitGaps, type Gaps } from "./gaps.ts";
import { fitLinear, type LinearBaseline } from "./linear.ts";
import {
  foundPlace,
  isKnown,
  placeAt,
  targetNames,
  targetPlaces,
  targetRows,
  type TargetPlace,
  type Targets,
} from "./targets.ts";

/**
 * What the network is trained by. `squared`, `absolute` and `huber` errors give a number; `gaussian` the mean and the
 * deviation of a normal distribution; `quantiles` a number for each level.
 */
export type RegressLoss = "squared" | "absolute" | "huber" | "gaussian" | "quantiles";

export const regressLosses: readonly RegressLoss[] = [
  "squared",
  "absolute",
  "huber",
  "gaussian",
  "quantiles",
];

/** What a regression keeps in its model file. */
export interface RegressSpec {
  readonly kind: "regress";
  readonly input: SequenceInput;
  /** Absent for texts. */
  readonly gaps?: Gaps;
  /** Names of the targets. */
  readonly targets: readonly string[];
  readonly at: TargetPlace;
  /** [targets] Fitted on the training part. */
  readonly scale: Moments;
  readonly loss: RegressLoss;
  /** Ascending, 0.5 among them; for `quantiles`. */
  readonly levels?: readonly number[];
  /** A baseline, to be compared with on any data. */
  readonly linear: LinearBaseline;
}

/** A sequence and its targets. */
export interface RegressItem {
  /** A text; its symbols, already split; or the numbers of each step, NaN in gaps. */
  readonly value: SequenceValue;
  /** A number for the sequence, or a list with one per step, NaN where a step has none; or several of them by name. */
  readonly target: Targets;
  /** Where it is from, for errors. Default `sequence 7`. */
  readonly place?: string;
}

/** Options of `regress`. Default a GRU of 64. */
export interface RegressOptions extends RecurrentOptions, InputOptions {
  /** Whether targets are for a sequence as a whole (`last`) or at `every` step. Default as the training data have them. */
  readonly at?: TargetPlace;
  /** Default `squared`. */
  readonly loss?: RegressLoss;
  /** Levels of the quantiles, 0.5 among them. Default 0.1, 0.5 and 0.9. */
  readonly quantiles?: readonly number[];
  /** Width of a learned vector per symbol; 0 is one-hot. Default 0. */
  readonly embedding?: number;
  /** Whether to read in both directions, so that a target at a step depends on later steps, too. Default false. */
  readonly bidirectional?: boolean;
}

export const regressRules: OptionRules<RegressOptions> = {
  ...recurrentRules,
  ...inputRules,
  at: targetPlaces,
  loss: regressLosses,
  quantiles: "any",
  embedding: "number",
  bidirectional: "boolean",
};

/** The defaults of the recurrent layers. */
export const regressDefaults = { cell: "gru", size: 64 } as const;

/** The network for `learned`; `all` may have targets that those have not. */
export function designRegression(
  learned: readonly RegressItem[],
  all: readonly RegressItem[],
  options: RegressOptions,
): Pick<Design<never, never>, "network" | "cell"> & { readonly spec: RegressSpec } {
  const targets = targetNames(all);
  const at = options.at ?? foundPlace(all);
  const gaps = fitGaps(learned.map(({ value }) => value));
  const filled = learned.map(({ value }) => fillGaps(gaps, value));
  const input = fitSequenceInput(filled, options);
  const sequences = filled.map((value, i) =>
    encodeSequence(input, value, placeAt(learned[i] as RegressItem, i)),
  );
  const rowsOf = (item: RegressItem, i: number): number[][] =>
    targetRows(targets, at, item.target, sequences[i]?.steps ?? 0, placeAt(item, i));
  const { loss = "squared", embedding = 0, bidirectional = false } = options;
  const levels = levelsOf(options);
  const scale = momentsOf(learned.flatMap(rowsOf).filter(isKnown));
  const spec: RegressSpec = {
    kind: "regress",
    input,
    ...(gaps && { gaps }),
    targets,
    at,
    scale,
    loss,
    ...(levels && { levels }),
    linear: fitLinear(
      input,
      { at, bidirectional },
      sequences.map((sequence, i) => ({
        sequence,
        targets: rowsOf(learned[i] as RegressItem, i).map((row) => scaled(scale, row)),
      })),
    ),
  };
  const recurrent = recurrentOptions(options, regressDefaults);
  const reader = planReader(input, { ...recurrent, embedding, bidirectional });
  // The readout for a whole sequence has the last outputs and the mean over the steps.
  const pooled: NetworkLayer = {
    name: "pooled",
    cell: meanPooling,
    sizes: { I: reader.width, H: recurrent.size },
    inputs: { x: reader.output },
  };
  const isWhole = at === "last";
  const [output, width]: [Connection, number] = isWhole
    ? [[...partsOf(reader.output), pooled.name], 2 * reader.width]
    : [reader.output, reader.width];
  const head = planHead(output, width, headOf(spec));
  return {
    spec,
    network: {
      inputs: [reader.input, ...head.inputs],
      layers: [...reader.layers, ...(isWhole ? [pooled] : []), ...head.layers],
      loss: head.loss,
    },
    cell: cellRecord(recurrent.cell),
  };
}

/** Sequences with their targets as examples. Throws for those that do not fit, naming their place. */
export function regressExamples(spec: RegressSpec, items: readonly RegressItem[]): Example[] {
  return items.map((item, i) => {
    const where = placeAt(item, i);
    const example = exampleOf(spec, item.value, where);
    const rows = targetRows(spec.targets, spec.at, item.target, example.steps, where);
    const width = spec.targets.length;
    const first = example.steps - rows.length;
    const targets = new Float64Array(example.steps * width);
    const weights = new Float64Array(example.steps);
    rows.forEach((row, t) => {
      if (!isKnown(row)) return;
      targets.set(scaled(spec.scale, row), (first + t) * width);
      weights[first + t] = 1;
    });
    return { ...example, targets, weights };
  });
}

/** Numbers of the targets on the network's scale. */
function scaled({ mean, deviation }: Moments, row: readonly number[]): number[] {
  return row.map((value, k) => (value - (mean[k] as number)) / (deviation[k] as number));
}

/** A sequence as an example, all of whose targets are 0. */
export function exampleOf(
  { input, gaps, targets }: RegressSpec,
  value: SequenceValue,
  place: string,
): Example {
  const { steps, values } = encodeSequence(input, fillGaps(gaps, value), place);
  return {
    steps,
    inputs: { [sequenceInputName]: values },
    targets: new Float32Array(steps * targets.length),
  };
}

export function headOf({ targets, loss, levels = [] }: RegressSpec): Head {
  const width = targets.length;
  switch (loss) {
    case "squared":
      return { kind: "squared-error", width };
    case "absolute":
      return { kind: "absolute-error", width };
    case "huber":
    case "gaussian":
      return { kind: loss, width };
    case "quantiles":
      return { kind: "quantiles", width, levels };
  }
  return loss satisfies never;
}

/** The levels of the quantiles, ascending, each once. Throws for those that are out of range, or would do nothing. */
export function levelsOf({ loss, quantiles: levels }: RegressOptions): readonly number[] | undefined {
  if (loss !== "quantiles") {
    if (levels === undefined) return undefined;
    throw new Error('regress: quantiles are for the loss "quantiles"; choose it, or leave them out');
  }
  if (levels === undefined) return [0.1, 0.5, 0.9];
  if (!Array.isArray(levels))
    throw new Error(`regress: quantiles must be a list of numbers, not ${shown(levels)}`);
  const wrong = levels.find((level) => !(level > 0 && level < 1));
  if (wrong !== undefined)
    throw new Error(`regress: a quantile must be between 0 and 1, not ${shown(wrong)}; write a tenth as 0.1`);
  if (!levels.includes(0.5)) {
    throw new Error(
      `regress: the quantiles must have 0.5, which is the prediction, not only ${levels.join(", ")}; add it`,
    );
  }
  return [...new Set(levels)].sort((a, b) => a - b);
}
