// Quantiles of values that were seen, whatever they are distributed like.

/**
 * [levels] between the two nearest values, in a straight line: where the next value is as likely to lie below as the
 * level says (type 6 of Hyndman & Fan 1996, The American Statistician 50(4)). Beyond the outermost values it is those.
 */
export function empiricalQuantiles(values: readonly number[], levels: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return levels.map((level) => {
    const place = Math.min(Math.max(level * (sorted.length + 1) - 1, 0), sorted.length - 1);
    const [low, high] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
    return low + (place - Math.floor(place)) * (high - low);
  });
}
