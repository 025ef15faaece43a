// The spectral radius of a matrix, the largest absolute value of its eigenvalues, by Gelfand's formula: the growth rate
// of its powers, which are squared until two estimates agree.

/** The maximum number of squarings: up to the 2^30th power. */
const maxSquarings = 30;
const precision = 1e-9;

/** The spectral radius of a square matrix [size, size], row-major; 0 for a nilpotent one. */
export function spectralRadius(matrix: Float64Array, size: number): number {
  let power: Float64Array = matrix.slice();
  // The logarithm of the factor that the power was divided by, and the estimate so far.
  let [scale, estimate, exponent] = [0, Infinity, 1];
  let extrapolated = Infinity;
  for (let step = 0; step <= maxSquarings; step++) {
    const norm = Math.sqrt(power.reduce((sum, v) => sum + v * v, 0));
    if (norm === 0) return 0;
    power = power.map((v) => v / norm);
    scale += Math.log(norm);
    // The error of log ‖A^n‖ / n is about a constant over n, so twice the later estimate minus the earlier one is closer.
    const next = scale / exponent;
    const better = 2 * next - estimate;
    if (Math.abs(better - extrapolated) < precision) return Math.exp(better);
    [estimate, extrapolated] = [next, better];
    power = square(power, size);
    [scale, exponent] = [2 * scale, 2 * exponent];
  }
  return Math.exp(extrapolated);
}

function square(matrix: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = result.subarray(i * size, (i + 1) * size);
    for (let k = 0; k < size; k++) {
      const factor = matrix[i * size + k] as number;
      const other = matrix.subarray(k * size, (k + 1) * size);
      for (let j = 0; j < size; j++) row[j] = (row[j] as number) + factor * (other[j] as number);
    }
  }
  return result;
}
