// Mean and deviation of each number of a vector over many, so that all become values about 0 and 1, whatever their unit.
// Plain data, as JSON takes it.

export interface Moments {
  readonly mean: readonly number[];
  /** Above 0: 1 where a number never changes. */
  readonly deviation: readonly number[];
}

/** Changes smaller than this share of the values are rounding. */
export const roundingShare = 1e-13;

/** Of `vectors`, [width] each; the deviation divides by how many they are. */
export function momentsOf(vectors: readonly ArrayLike<number>[]): Moments {
  const width = vectors[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, j) =>
    momentsOfNumbers(Float64Array.from(vectors, (vector) => vector[j] as number)),
  );
  return { mean: columns.map(({ mean }) => mean), deviation: columns.map(({ deviation }) => deviation) };
}

/**
 * Of one or more numbers. The deviation is 1 where it is a rounding error of `size`, the largest of the values that the numbers
 * were computed from. Default: of the numbers themselves.
 */
export function momentsOfNumbers(
  numbers: Float64Array,
  size: number = largest(numbers),
): { readonly mean: number; readonly deviation: number } {
  // From the first number on, and in units of the largest distance, so that neither the mean of equal numbers is rounded
  // nor a square leaves the range of numbers.
  const [first = 0] = numbers;
  const mean = first + average(numbers, (number) => number - first);
  const distance = largest(numbers.map((number) => number - mean));
  if (distance <= roundingShare * size) return { mean, deviation: 1 };
  return {
    mean,
    deviation: distance * Math.sqrt(average(numbers, (number) => ((number - mean) / distance) ** 2)),
  };
}

/** Of a straight line through numbers by least squares, per place; 0 of fewer than two. */
export function slopeOf(numbers: ArrayLike<number>): number {
  const middle = (numbers.length - 1) / 2;
  let [along, across] = [0, 0];
  for (let t = 0; t < numbers.length; t++) {
    along += (t - middle) * (numbers[t] as number);
    across += (t - middle) ** 2;
  }
  return across === 0 ? 0 : along / across;
}

/** The largest absolute value; 0 of none. */
export function largest(numbers: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) most = Math.max(most, Math.abs(numbers[i] as number));
  return most;
}

/** [n × width] values of vectors one after another, each number less its mean, over its deviation. */
export function standardised({ mean, deviation }: Moments, values: ArrayLike<number>): Float32Array {
  const width = mean.length;
  return Float32Array.from(
    values,
    (v, i) => (v - (mean[i % width] as number)) / (deviation[i % width] as number),
  );
}

function average(numbers: Float64Array, of: (number: number) => number): number {
  return numbers.reduce((sum, number) => sum + of(number), 0) / numbers.length;
}
