// Least squares row by row, compared with the normal equations and with a line by hand.
import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { leastSquares } from "../../../src/tasks/regress/least-squares.ts";

test("a line through three points, by hand", () => {
  // Centred x: -1, 0, 1; y: 1, 2, 6. Slope Σxy / (Σx² + ridge) = 5 / (2 + 0.5), intercept the mean of y, 3.
  const line = leastSquares(1, 1);
  line.add([-1], [1]);
  line.add([0], [2]);
  line.add([1], [6]);
  const [weights] = line.solve(0.5);
  expect(weights?.[0]).toBeCloseTo(2, 12);
  expect(weights?.[1]).toBeCloseTo(3, 12);
});

test("the gradient of the penalised squares is 0 at the solution, whatever the order of rows", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 15 }),
      fc.constantFrom(0.01, 1, 100),
      (seed, width, count, ridge) => {
        const random = randomStream(seed, 1);
        const rows = Array.from({ length: count }, () =>
          Array.from({ length: width }, () => random.normal()),
        );
        const targets = rows.map(() => [random.normal(), 3 + random.normal()]);
        const regression = leastSquares(width, 2);
        rows.forEach((row, i) => regression.add(row, targets[i] as number[]));
        const solutions = regression.solve(ridge);
        solutions.forEach((weights, k) => {
          const residuals = rows.map(
            (row, i) =>
              row.reduce((sum, x, j) => sum + x * (weights[j] as number), weights[width] as number) -
              ((targets[i] as number[])[k] as number),
          );
          for (let j = 0; j <= width; j++) {
            const product = residuals.reduce(
              (sum, r, i) => sum + r * (j < width ? (rows[i]?.[j] as number) : 1),
              0,
            );
            expect(product + (j < width ? ridge * (weights[j] as number) : 0)).toBeCloseTo(0, 9);
          }
        });
        // Solving leaves the factor as it was.
        expect(regression.solve(ridge)).toEqual(solutions);
      },
    ),
    { numRuns: 50 },
  );
});
