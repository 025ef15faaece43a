// How close predictions are to targets: errors in the targets' own units, the share of their variance that is explained,
// and how many of them intervals have.
import { checkSeries, meanOver } from "../shared/series-checks.ts";

/** Scores of the predictions of one target, or their means over several. */
export interface RegressScores {
  /** Mean absolute error, in the units of the target. */
  readonly mae: number;
  /** Root of the mean squared error, in the units of the target. */
  readonly rmse: number;
  /**
   * One minus the squared errors over the squared distances from the mean of the targets: 1 is perfect, 0 as good as that
   * mean. Absent where all targets are equal.
   */
  readonly r2?: number;
  /** Share of the targets within their intervals; absent without any. */
  readonly coverage?: number;
}

/** Ends of an interval per prediction. */
export interface Intervals {
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
}

/** Scores of `predicted` [n] beside `actual` [n]. Throws at rows of other lengths and numbers that are not finite. */
export function regressScores(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  intervals?: Intervals,
): RegressScores {
  checkSeries("regression scores", { actual, predicted, ...intervals });
  const { length } = actual;
  const error = (i: number): number => (predicted[i] as number) - (actual[i] as number);
  const unit = (term: (i: number) => number): number => {
    let most = 0;
    for (let i = 0; i < length; i++) most = Math.max(most, Math.abs(term(i)));
    return most;
  };
  const largest = unit(error) || 1;
  const rmse = largest * Math.sqrt(meanOver(length, (i) => (error(i) / largest) ** 2));
  const mean = meanOver(length, (i) => actual[i] as number);
  const distance = (i: number): number => (actual[i] as number) - mean;
  const spread = unit(distance);
  const deviation =
    spread === 0 ? 0 : spread * Math.sqrt(meanOver(length, (i) => (distance(i) / spread) ** 2));
  const isWithin = (i: number, { low, high }: Intervals): boolean =>
    (actual[i] as number) >= (low[i] as number) && (actual[i] as number) <= (high[i] as number);
  return {
    mae: meanOver(length, (i) => Math.abs(error(i))),
    rmse,
    ...(deviation > 0 && { r2: 1 - (rmse / deviation) ** 2 }),
    ...(intervals && { coverage: meanOver(length, (i) => (isWithin(i, intervals) ? 1 : 0)) }),
  };
}

/** The means of the scores of several targets. */
export function meanScores(all: readonly RegressScores[]): RegressScores {
  const mean = (name: keyof RegressScores): number | undefined => {
    const values = all.map((one) => one[name]);
    return values.includes(undefined) ? undefined : meanOver(values.length, (i) => values[i] as number);
  };
  const [r2, coverage] = [mean("r2"), mean("coverage")];
  return {
    mae: mean("mae") as number,
    rmse: mean("rmse") as number,
    ...(r2 !== undefined && { r2 }),
    ...(coverage !== undefined && { coverage }),
  };
}
