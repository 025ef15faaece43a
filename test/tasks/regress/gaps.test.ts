// Gaps in series: what fills them, and what says where they were.
import { describe, expect, test } from "vitest";
import { fillGaps, fitGaps } from "../../../src/tasks/regress/gaps.ts";

const learned = [
  [
    [1, 10, 5],
    [NaN, 20, 5],
    [3, 30, NaN],
  ],
  [[NaN, 40, 5]],
];

describe("gaps", () => {
  test("keep the last reading, begin with the mean of the training part, and are marked", () => {
    const gaps = fitGaps(learned);
    expect(gaps).toEqual({ channels: [0, 2], before: [2, 25, 5] });
    const series = [
      [NaN, NaN, 6],
      [4, 1, NaN],
      [NaN, NaN, 7],
    ];
    expect(fillGaps(gaps, series)).toEqual([
      [2, 25, 6, 1, 0],
      [4, 1, 6, 0, 1],
      [4, 1, 7, 1, 0],
    ]);
  });

  test("of channels that had none in training are filled, too", () => {
    const gaps = fitGaps([[1, 2, 3]]);
    expect(gaps).toEqual({ channels: [], before: [2] });
    expect(fillGaps(gaps, [7, NaN])).toEqual([[7], [7]]);
  });

  test("means nothing for texts", () => {
    expect(fitGaps(["a text"])).toBeUndefined();
    expect(fillGaps(undefined, "a text")).toBe("a text");
  });

  test("a channel without any number is refused", () => {
    expect(() =>
      fitGaps([
        [
          [1, NaN],
          [2, NaN],
        ],
      ]),
    ).toThrow("channel 1 of the series has no number in the training part; leave it out");
  });

  test("the mean of large numbers stays in range", () => {
    expect(fitGaps([[1e308, 1e308, 1e308]])?.before).toEqual([1e308]);
  });
});
