// Quantiles of a sample, with no assumption about its distribution.

/**
 * The quantiles of `values` at `levels`, [levels], linear between order statistics, so that the next value lies below with
 * the level's probability (type 6 of Hyndman & Fan 1996, The American Statistician 50(4)). Levels beyond the outermost
 * values give those.
 */
export function empiricalQuantiles(values: ArrayLike<number>, levels: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return levels.map((level) => {
    const position = Math.min(Math.max(level * (sorted.length + 1) - 1, 0), sorted.length - 1);
    const [low, high] = [sorted[Math.floor(position)] as number, sorted[Math.ceil(position)] as number];
    return low + (position - Math.floor(position)) * (high - low);
  });
}
