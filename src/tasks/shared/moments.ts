// Mean and deviation of each number of a vector over many, so that all become values about 0 and 1. Plain data, as JSON
// takes it.

export interface Moments {
  readonly mean: readonly number[];
  /** Above 0: 1 where a number never changes. */
  readonly deviation: readonly number[];
}

/** Of `vectors`, [width] each; the deviation divides by how many they are. */
export function momentsOf(vectors: readonly ArrayLike<number>[]): Moments {
  const width = vectors[0]?.length ?? 0;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (const vector of vectors)
    for (let j = 0; j < width; j++) mean[j] = (mean[j] as number) + (vector[j] as number) / vectors.length;
  for (const vector of vectors) {
    for (let j = 0; j < width; j++) {
      square[j] = (square[j] as number) + ((vector[j] as number) - (mean[j] as number)) ** 2 / vectors.length;
    }
  }
  return { mean: [...mean], deviation: Array.from(square, (v) => (v > 1e-12 ? Math.sqrt(v) : 1)) };
}

/** [n × width] values of vectors one after another, each number less its mean, over its deviation. */
export function standardised({ mean, deviation }: Moments, values: ArrayLike<number>): Float32Array {
  const width = mean.length;
  return Float32Array.from(
    values,
    (v, i) => (v - (mean[i % width] as number)) / (deviation[i % width] as number),
  );
}
