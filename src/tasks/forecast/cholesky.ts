// Linear equations with a symmetric positive definite matrix, by Cholesky factorisation. Plain arithmetic in a fixed order
// gives the same bits on every machine.

/**
 * Solves A x = b for x [n]: `matrix` [n, n], of which the lower triangle is read, and `right` [n]; neither is written.
 * Undefined where the matrix is not positive definite beyond rounding.
 */
export function solvePositive(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
  const n = right.length;
  const factor = new Float64Array(n * n); // L, lower
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      if (i > j) factor[i * n + j] = sum / factor[j * n + j]!;
      else if (sum > n * Number.EPSILON * matrix[i * n + i]!) factor[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  const x = right.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * n + k]! * x[k]!;
    x[i]! /= factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k * n + i]! * x[k]!;
    x[i]! /= factor[i * n + i]!;
  }
  return x;
}
