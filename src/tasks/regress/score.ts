// Scores of a model's estimates, beside those of two baselines that are part of it.
import { encodeSequence } from "../shared/sequence-input.ts";
import type { RegressItem, RegressSpec } from "./design.ts";
import { intervalsOf, unscaled, type Estimate } from "./estimates.ts";
import { fillGaps } from "./gaps.ts";
import { predictLinear } from "./linear.ts";
import { meanScores, regressScores, type Intervals, type RegressScores } from "./scores.ts";
import { isKnown, placeAt, targetRows } from "./targets.ts";

/** The means of the scores of all targets, and those of each by its name. */
export interface TargetScores extends RegressScores {
  readonly targets: Readonly<Record<string, RegressScores>>;
}

/** Scores of a model, and of two baselines on the same sequences. */
export interface RegressScore extends TargetScores {
  /** Sequences scored. */
  readonly sequences: number;
  /** Numbers scored of each target: sequences, or their steps that have one. */
  readonly values: number;
  /** `mean` predicts the mean of the training part; `linear` is a ridge regression on features of the sequences. */
  readonly baselines: Readonly<Record<"mean" | "linear", TargetScores>>;
}

/** A number per row of a sequence: one for the whole of it, or one per step. */
type Numbers = ArrayLike<number>;

/** Scores of each item's estimates, by target. Throws for an item without a target, naming its place. */
export function scoreEstimates(
  { input, gaps, targets, at, scale, linear }: RegressSpec,
  items: readonly RegressItem[],
  estimates: readonly Readonly<Record<string, Estimate>>[],
): RegressScore {
  const sequences = items.map((item, i) => {
    const where = placeAt(item, i);
    const encoded = encodeSequence(input, fillGaps(gaps, item.value), where);
    const rows = targetRows(targets, at, item.target, encoded.steps, where);
    return { rows, encoded, known: rows.flatMap((row, t) => (isKnown(row) ? [t] : [])) };
  });
  /** The numbers of all rows whose targets are known. */
  const gathered = (of: (i: number) => Numbers): number[] =>
    sequences.flatMap(({ known }, i) => {
      const numbers = of(i);
      return known.map((t) => numbers[t] as number);
    });
  const actual = targets.map((_, k) =>
    gathered((i) => (sequences[i]?.rows ?? []).map((row) => row[k] as number)),
  );
  const scoresOf = (
    predicted: (i: number, k: number) => Numbers,
    intervals: (i: number, k: number) => Intervals | undefined = () => undefined,
  ): TargetScores => {
    const all = targets.map((_, k) => {
      const hasIntervals = intervals(0, k) !== undefined;
      const ends = (end: "low" | "high"): number[] => gathered((i) => (intervals(i, k) as Intervals)[end]);
      return regressScores(
        actual[k] as number[],
        gathered((i) => predicted(i, k)),
        hasIntervals ? { low: ends("low"), high: ends("high") } : undefined,
      );
    });
    const named = targets.map((name, k) => [name, all[k] as RegressScores]);
    return { ...meanScores(all), targets: Object.fromEntries(named) };
  };
  const estimateOf = (i: number, k: number): Estimate => estimates[i]?.[targets[k] as string] as Estimate;
  const lines = sequences.map(({ encoded }) => predictLinear(linear, input, encoded));
  return {
    ...scoresOf(
      (i, k) => estimateOf(i, k).values,
      (i, k) => intervalsOf(estimateOf(i, k)),
    ),
    sequences: items.length,
    values: actual[0]?.length ?? 0,
    baselines: {
      mean: scoresOf((i, k) => (sequences[i]?.rows ?? []).map(() => scale.mean[k] as number)),
      linear: scoresOf((i, k) => (lines[i] ?? []).map((row) => unscaled(scale, k, row[k] as number))),
    },
  };
}
