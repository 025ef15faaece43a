// From a network's readout to numbers in the targets' own units, with their intervals.
import type { Moments } from "../shared/moments.ts";
import type { RegressSpec } from "./design.ts";
import type { Intervals } from "./scores.ts";

/** What a model says of one target. */
export interface Estimate {
  /** The number for the sequence; of targets at every step that of the last step. The mean or median of a distribution. */
  readonly value: number;
  /** [1] The number for the sequence, or [steps] one at every step. */
  readonly values: readonly number[];
  /** As `values`: standard deviations, from a model with the loss `gaussian`. */
  readonly deviations?: readonly number[];
  /** As `values`, by level, from a model with the loss `quantiles`: `quantiles["0.9"]`. */
  readonly quantiles?: Readonly<Record<string, readonly number[]>>;
}

/** The normal score of 0.9: 80 % of a normal distribution are within as many deviations from its mean. */
const scoreOf90 = 1.2815515655446004;

/** The smallest deviation, on the network's scale: that of the loss. */
const smallestDeviation = 1e-6;

/** Each target's estimate from the readout [rows, width]. */
export function estimatesOf(
  { targets, scale, loss, levels = [] }: RegressSpec,
  readout: ArrayLike<number>,
  width: number,
): Record<string, Estimate> {
  const rows = readout.length / width;
  const estimate = (k: number): Estimate => {
    const [mean, deviation] = [scale.mean[k] as number, scale.deviation[k] as number];
    const column = (from: number): number[] =>
      Array.from({ length: rows }, (_, t) => readout[t * width + from + k] as number);
    const inUnits = (numbers: readonly number[]): number[] => numbers.map((n) => mean + deviation * n);
    if (loss === "quantiles") {
      const crossing = levels.map((_, q) => column(q * targets.length));
      // Quantiles that cross are sorted: Chernozhukov et al. 2010, Econometrica 78(3).
      const sorted = Array.from({ length: rows }, (_, t) =>
        Float64Array.from(crossing, (list) => list[t] as number).sort(),
      );
      const quantiles = Object.fromEntries(
        levels.map((level, q) => [String(level), inUnits(sorted.map((list) => list[q] as number))]),
      );
      const values = quantiles["0.5"] as number[];
      return { value: values.at(-1) as number, values, quantiles };
    }
    const values = inUnits(column(0));
    if (loss !== "gaussian") return { value: values.at(-1) as number, values };
    const deviations = column(targets.length).map(
      (log) => deviation * Math.max(smallestDeviation, Math.exp(log)),
    );
    return { value: values.at(-1) as number, values, deviations };
  };
  return Object.fromEntries(targets.map((name, k) => [name, estimate(k)]));
}

/** The intervals of an estimate: of a normal distribution 80 %, else between the outermost quantiles; undefined without. */
export function intervalsOf({ values, deviations, quantiles }: Estimate): Intervals | undefined {
  if (deviations) {
    const away = (sign: number): number[] =>
      values.map((value, t) => value + sign * scoreOf90 * (deviations[t] as number));
    return { low: away(-1), high: away(1) };
  }
  const levels = Object.keys(quantiles ?? {}).sort((a, b) => Number(a) - Number(b));
  if (!quantiles || levels.length < 2) return undefined;
  return {
    low: quantiles[levels[0] as string] as readonly number[],
    high: quantiles[levels.at(-1) as string] as readonly number[],
  };
}

/** The share of targets that `intervalsOf` is meant to have. */
export function intendedCoverage({
  loss,
  levels = [],
}: Pick<RegressSpec, "loss" | "levels">): number | undefined {
  if (loss === "gaussian") return 0.8;
  return levels.length < 2 ? undefined : (levels.at(-1) as number) - (levels[0] as number);
}

/** Numbers on the network's scale in the units of target `k`. */
export function unscaled({ mean, deviation }: Moments, k: number, value: number): number {
  return (mean[k] as number) + (deviation[k] as number) * value;
}
