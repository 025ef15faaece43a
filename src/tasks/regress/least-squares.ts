// Linear least squares with a ridge, row after row: Givens rotations keep the triangular factor of all rows so far, so that
// neither the rows nor their squares are held. Golub & Van Loan 2013, "Matrix computations", 5.1 and 6.5.

export interface LeastSquares {
  /** Takes a row [width] and its targets [targets]. */
  add(row: ArrayLike<number>, targets: ArrayLike<number>): void;
  /**
   * The weights of each target, [targets][width + 1], the intercept last, by which the squared errors and `ridge`, above 0,
   * times the squared weights (not the intercept's) are smallest.
   */
  solve(ridge: number): Float64Array[];
}

export function leastSquares(width: number, targets: number): LeastSquares {
  const unknowns = width + 1;
  const columns = unknowns + targets;
  const factor = new Float64Array(unknowns * columns); // [unknowns, columns] R, upper triangular, and Qᵀy
  const row = new Float64Array(columns);
  return {
    add(values, wanted) {
      row.set(values);
      row[width] = 1;
      row.set(wanted, unknowns);
      rotateInto(factor, row, unknowns, 0);
    },
    solve(ridge) {
      const penalised = factor.slice();
      for (let j = 0; j < width; j++) {
        row.fill(0)[j] = Math.sqrt(ridge);
        rotateInto(penalised, row, unknowns, j);
      }
      return Array.from({ length: targets }, (_, k) => backSubstituted(penalised, unknowns, columns, k));
    },
  };
}

/** Zeroes `row` from column `from` on by rotating it into the rows of the factor; both are written. */
function rotateInto(factor: Float64Array, row: Float64Array, unknowns: number, from: number): void {
  const columns = row.length;
  for (let i = from; i < unknowns; i++) {
    const below = row[i] as number;
    if (below === 0) continue;
    const at = i * columns;
    const above = factor[at + i] as number;
    const length = Math.hypot(above, below);
    const [c, s] = [above / length, below / length];
    for (let j = i; j < columns; j++) {
      const [a, b] = [factor[at + j] as number, row[j] as number];
      factor[at + j] = c * a + s * b;
      row[j] = c * b - s * a;
    }
  }
}

function backSubstituted(
  factor: Float64Array,
  unknowns: number,
  columns: number,
  target: number,
): Float64Array {
  const weights = new Float64Array(unknowns);
  for (let i = unknowns - 1; i >= 0; i--) {
    let sum = factor[i * columns + unknowns + target] as number;
    for (let j = i + 1; j < unknowns; j++)
      sum -= (factor[i * columns + j] as number) * (weights[j] as number);
    weights[i] = sum / (factor[i * columns + i] as number);
  }
  return weights;
}
