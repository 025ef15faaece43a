// What a forecasting network says of one number, as a distribution: quantiles and draws are both read from it.
import { normalQuantile } from "./normal.ts";
import { stepsSaid, type ForecastTask } from "./forecaster.ts";

/**
 * By a score, the value that is passed with the probability with which the standard normal distribution passes the score;
 * it rises with it. A normal score gives a draw, and that of a level gives the level's quantile.
 */
export type Distribution = (score: number) => number;

/** From numbers of the readout, from `offset` on, to the distribution of a column at a step ahead, counted from 0. */
export type DistributionReader = (
  readout: ArrayLike<number>,
  offset: number,
  step: number,
  column: number,
) => Distribution;

/** [levels] the score of each. */
export function scoresOf(levels: readonly number[]): readonly number[] {
  return levels.map(normalQuantile);
}

/**
 * Between quantiles a value goes in a straight line with its score, and on in it beyond the outermost ones: exact where
 * values are normal. Quantiles that cross are put in order (Chernozhukov et al. 2010, Econometrica 78(3)).
 */
export function distributionReader(task: ForecastTask): DistributionReader {
  const { output, levels, columns } = task;
  const width = stepsSaid(task) * columns.length;
  if (output === "gaussian") {
    return (readout, offset, step, column) => {
      const at = offset + step * columns.length + column;
      const [mean, deviation] = [readout[at] as number, Math.exp(readout[at + width] as number)];
      return (score) => mean + score * deviation;
    };
  }
  const scores = scoresOf(levels);
  return (readout, offset, step, column) => {
    const at = offset + step * columns.length + column;
    const values = Float64Array.from(levels, (_, q) => readout[at + q * width] as number).sort();
    return (score) => onLine(scores, values, score);
  };
}

/** At `x` on the line through points, `xs` and `ys` ascending; with one point its y. */
function onLine(xs: readonly number[], ys: Float64Array, x: number): number {
  const next = xs.findIndex((own) => x <= own);
  const to = next < 0 ? xs.length - 1 : Math.max(1, next);
  const [x0, y0, x1, y1] = [xs[to - 1], ys[to - 1], xs[to], ys[to]] as [number, number, number, number];
  if (xs.length === 1 || x === x1) return ys[xs.length === 1 ? 0 : to] as number;
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}
