// Rows of values, each repeated for several rows side by side.

/** Repeats each row `times` times: [rows, width] to [rows × times, width]. */
export function repeatRows(
  values: ArrayLike<number>,
  rows: number,
  times: number,
): Float64Array<ArrayBuffer> {
  const all = Float64Array.from(values);
  const width = all.length / rows;
  const repeated = new Float64Array(all.length * times);
  for (let row = 0; row < rows * times; row++) {
    const from = Math.floor(row / times) * width;
    repeated.set(all.subarray(from, from + width), row * width);
  }
  return repeated;
}
