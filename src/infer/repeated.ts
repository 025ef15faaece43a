// Values of some rows for more rows: each so many times, side by side.

/** [rows, width] to [rows × times, width]. */
export function repeated(values: ArrayLike<number>, rows: number, times: number): Float64Array<ArrayBuffer> {
  const own = Float64Array.from(values);
  const width = own.length / rows;
  const into = new Float64Array(own.length * times);
  for (let row = 0; row < rows * times; row++) {
    const from = Math.floor(row / times) * width;
    into.set(own.subarray(from, from + width), row * width);
  }
  return into;
}
