// A network's output for one number as a distribution, from which both quantiles and draws are read.
import { predictedSteps, type ForecastSpec } from "./design.ts";
import { normalQuantile } from "./normal.ts";

/**
 * From a normal score to the value that is exceeded with the same probability; it increases with the score. A draw from
 * the standard normal distribution gives a draw, and the score of a level gives that level's quantile.
 */
export type Distribution = (score: number) => number;

/** From the readout's numbers from `offset` on to the distribution of a column at a step ahead, counted from 0. */
export type DistributionReader = (
  readout: ArrayLike<number>,
  offset: number,
  step: number,
  column: number,
) => Distribution;

/** The normal score of each level, [levels]. */
export function normalScores(levels: readonly number[]): readonly number[] {
  return levels.map(normalQuantile);
}

/**
 * Reads a network's distributions. Between two quantiles, and beyond the outermost ones, a value is linear in its score,
 * which is exact for normal values. Quantiles that cross are sorted (Chernozhukov et al. 2010, Econometrica 78(3)).
 */
export function distributionReader(spec: ForecastSpec): DistributionReader {
  const { output, levels, columns, offsets } = spec;
  const width = predictedSteps(spec) * columns.length;
  if (output === "gaussian") {
    return (readout, offset, step, column) => {
      const at = offset + step * columns.length + column;
      const [mean, deviation] = [readout[at] as number, Math.exp(readout[at + width] as number)];
      return (score) => mean + score * deviation;
    };
  }
  const scores = normalScores(levels);
  return (readout, offset, step, column) => {
    const at = offset + step * columns.length + column;
    const values = Float64Array.from(levels, (_, q) => {
      return (readout[at + q * width] as number) + (offsets?.[q] ?? 0);
    }).sort();
    return (score) => interpolate(scores, values, score);
  };
}

/** The value at `x` of the line through points with ascending `xs` and `ys`; the one `y` of a single point. */
function interpolate(xs: readonly number[], ys: Float64Array, x: number): number {
  const next = xs.findIndex((known) => x <= known);
  const to = next < 0 ? xs.length - 1 : Math.max(1, next);
  const [x0, y0, x1, y1] = [xs[to - 1], ys[to - 1], xs[to], ys[to]] as [number, number, number, number];
  if (xs.length === 1 || x === x1) return ys[xs.length === 1 ? 0 : to] as number;
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}
