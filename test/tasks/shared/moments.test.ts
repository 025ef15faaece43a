import fc from "fast-check";
import { expect, test } from "vitest";
import { momentsOf, slopeOf, standardised } from "../../../src/tasks/shared/moments.ts";

/** Rows of numbers about 0 and 1, in columns that are neither constant nor of rounding alone. */
const rows = fc
  .integer({ min: 2, max: 20 })
  .chain((count) =>
    fc.array(fc.tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -999, max: 999 })), {
      minLength: count,
      maxLength: count,
    }),
  )
  .filter((list) => [0, 1].every((j) => new Set(list.map((row) => row[j])).size > 1))
  .map((list) => list.map((row) => row.map((value) => value / 1000)));

test("numbers are about 0, with a deviation of 1, in any unit of one of them", () => {
  fc.assert(
    fc.property(
      rows,
      fc.double({ min: -250, max: 250, noNaN: true }),
      fc.boolean(),
      (list, power, isFirst) => {
        const scaled = list.map(([a = 0, b = 0]) => (isFirst ? [a * 10 ** power, b] : [a, b * 10 ** power]));
        const [expected, actual] = [list, scaled].map((given) =>
          standardised(momentsOf(given), given.flat()),
        );
        actual!.forEach((value, i) => expect(value).toBeCloseTo(expected![i]!, 5));
        for (const j of [0, 1]) {
          const column = actual!.filter((_, i) => i % 2 === j);
          const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
          expect(mean).toBeCloseTo(0, 5);
          expect(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length).toBeCloseTo(
            1,
            4,
          );
        }
      },
    ),
  );
});

test("a number that never changes, or only by rounding, has a deviation of 1", () => {
  for (const size of [1e-300, 1e-13, 0.1, 1, 1e12, 1e300])
    expect(momentsOf(Array.from({ length: 100_000 }, () => [size]))).toEqual({
      mean: [size],
      deviation: [1],
    });
  expect(momentsOf([[0.1 + 0.2], [0.3], [0.3]]).deviation).toEqual([1]);
  expect(momentsOf([[0], [0]])).toEqual({ mean: [0], deviation: [1] });
  expect(momentsOf([[1e12], [1e12 + 1]])).toEqual({ mean: [1e12 + 0.5], deviation: [0.5] });
});

test("vectors have a mean and a deviation for each of their numbers", () => {
  // 1, 2, 6: mean 3, squares 4, 1, 9.
  const moments = momentsOf([
    [1, 5],
    [2, 5],
    [6, 5],
  ]);
  expect(moments).toEqual({ mean: [3, 5], deviation: [expect.closeTo(Math.sqrt(14 / 3), 12), 1] });
});

test("the slope of a line through numbers is per place, and 0 of a single one", () => {
  expect(slopeOf([1, 3, 5])).toBeCloseTo(2, 12);
  expect(slopeOf([4, 0, 4])).toBe(0);
  expect(slopeOf([7])).toBe(0);
});
