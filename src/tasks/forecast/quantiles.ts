// Scores of quantile forecasts: the loss of each quantile, and the coverage of the interval between two. `targets` are the
// actual values, [n]; all numbers are in the series' units.
import { checkFinite, checkSeries, meanOver } from "../shared/series-checks.ts";

/**
 * Mean pinball (quantile) loss (Koenker & Bassett 1978, Econometrica 46(1)): level (y - q) where y is above q, else
 * (1 - level) (q - y). `quantiles` [n] are forecasts of the quantile at `level`, between 0 and 1.
 */
export function pinballLoss(targets: ArrayLike<number>, quantiles: ArrayLike<number>, level: number): number {
  checkSeries("pinball loss", { targets, quantiles });
  checkLevel("pinball loss", level);
  return meanOver(targets.length, (i) => pinball(targets[i]!, quantiles[i]!, level));
}

/**
 * CRPS from `quantiles` [n, levels], as twice the pinball loss, averaged over `levels` and targets (Gneiting & Ranjan 2011,
 * Journal of Business & Economic Statistics 29(3)). An approximation that improves with the number of levels and assumes
 * that they are evenly spaced, as 0.1, 0.2, … 0.9 are.
 */
export function crpsQuantiles(
  targets: ArrayLike<number>,
  quantiles: ArrayLike<number>,
  levels: readonly number[],
): number {
  checkSeries("crps of quantiles", { targets });
  const [n, count] = [targets.length, levels.length];
  if (count === 0)
    throw new Error("crps of quantiles: needs one level or more, not 0; give some, such as 0.1, 0.5, 0.9");
  for (const level of levels) checkLevel("crps of quantiles", level);
  if (quantiles.length !== n * count)
    throw new Error(
      `crps of quantiles: ${n} targets × ${count} levels need ${n * count} quantiles, not ${quantiles.length}; ` +
        `give ${count} for each target`,
    );
  checkFinite("crps of quantiles", "quantiles", quantiles);
  return meanOver(n * count, (at) => {
    const [i, k] = [Math.floor(at / count), at % count];
    return 2 * pinball(targets[i]!, quantiles[at]!, levels[k]!);
  });
}

/** How often intervals cover the actual values, and how wide they are. */
export interface IntervalScore {
  /** Share of targets in their interval, ends included; 0.8 is right for quantiles 0.1 to 0.9. */
  readonly coverage: number;
  /** Mean of upper - lower. */
  readonly width: number;
}

/**
 * The mean interval (Winkler) score of intervals that should hold `share` of the targets: their width, and 2 / (1 - share)
 * times what a target lies outside; lower is better. In the targets' units. Gneiting & Raftery 2007, JASA 102(477).
 */
export function winklerScore(
  targets: ArrayLike<number>,
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
  share: number,
): number {
  const { width } = intervalScore(targets, lower, upper);
  if (!(share > 0 && share < 1))
    throw new Error(`winkler score: share must be between 0 and 1, not ${share}; 0.8 for 80 % intervals`);
  const outside = meanOver(targets.length, (i) =>
    Math.max(lower[i]! - targets[i]!, targets[i]! - upper[i]!, 0),
  );
  return width + (2 / (1 - share)) * outside;
}

/** Scores the intervals from `lower` to `upper`, [n] each. Throws where a lower end is above its upper one. */
export function intervalScore(
  targets: ArrayLike<number>,
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
): IntervalScore {
  checkSeries("interval", { targets, "lower ends": lower, "upper ends": upper });
  for (let i = 0; i < targets.length; i++)
    if (lower[i]! > upper[i]!)
      throw new Error(
        `interval ${i}: the lower end must not be above the upper one, ${upper[i]}, but is ${lower[i]}; ` +
          `sort each step's quantiles first`,
      );
  return {
    coverage: meanOver(targets.length, (i) => (targets[i]! >= lower[i]! && targets[i]! <= upper[i]! ? 1 : 0)),
    width: meanOver(targets.length, (i) => upper[i]! - lower[i]!),
  };
}

function pinball(target: number, quantile: number, level: number): number {
  return target >= quantile ? level * (target - quantile) : (1 - level) * (quantile - target);
}

function checkLevel(score: string, level: number): void {
  if (!(level > 0 && level < 1))
    throw new Error(`${score}: a level must be between 0 and 1, not ${level}; write a tenth as 0.1`);
}
