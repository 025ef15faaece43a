// A series as a row of small bars, for terminals.

const bars = [..."▁▂▃▄▅▆▇█"];

/** `values`, two or more, in at most `places` bars with the first and the last value behind: `█▅▃▂▁  4.17 → 1.82`. */
export function sparkline(values: readonly number[], places: number): string {
  const count = Math.min(values.length, places);
  const means = Array.from({ length: count }, (_, i) => {
    const some = values.slice(
      Math.floor((i * values.length) / count),
      Math.floor(((i + 1) * values.length) / count),
    );
    return some.reduce((sum, value) => sum + value, 0) / some.length;
  });
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const heights = means.map((mean) => {
    const share = high > low ? (mean - low) / (high - low) : 0;
    return bars[Math.round(share * (bars.length - 1))] ?? " ";
  });
  return `${heights.join("")}  ${shortly(means[0] as number)} → ${shortly(means.at(-1) as number)}`;
}

const shortly = (value: number): string => String(Number(value.toPrecision(4)));
