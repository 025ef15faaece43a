// How long a task trains by default, by the number of its examples.
import { expect, it } from "vitest";
import { lengthInWords, trainingLength } from "../../../src/tasks/shared/training-length.ts";

const length = { batch: 64, epochs: 20, updates: 1000, patience: 5, spared: 500 };

it.each([
  // One update a pass, so a validation every 25 passes, and 20 of them before patience may end the training.
  [45, { budget: { epochs: 1000 }, validateEvery: 25, patience: 20 }],
  // Three updates a pass: nine passes make 27 updates.
  [150, { budget: { epochs: 334 }, validateEvery: 27, patience: 19 }],
  // Fifty a pass, which the fewest updates reach exactly.
  [3200, { budget: { epochs: 20 }, validateEvery: 0, patience: 10 }],
  [64_000, { budget: { epochs: 20 }, validateEvery: 0, patience: 5 }],
])("%i examples", (count, expected) => {
  expect(trainingLength(count, length)).toEqual(expected);
});

it("is said in words", () => {
  expect(lengthInWords(length)).toEqual({
    epochs: "20, but 1000 updates or more",
    patience: "5, or as many as take 500 updates",
  });
});
