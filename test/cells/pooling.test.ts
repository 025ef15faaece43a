// Pooling over the steps of a sequence, against plain loops and finite differences.
import { describe, expect, test } from "vitest";
import { attentionPooling, firstStep, maxPooling, meanPooling } from "../../src/cells/pooling.ts";
import { checkCell } from "../../src/check/check.ts";
import { expectClose, lastOutput, numbers, product } from "./last-output.ts";

describe("the output of the last step", () => {
  const width = 4;
  const steps = Array.from({ length: 5 }, () => numbers(width));
  const inputs = steps.map((x) => new Map([["x", x]]));
  const columns = Array.from({ length: width }, (_, j) => steps.map((x) => x[j]!));

  test("is the first step, the maximum, or the mean", () => {
    const sizes = { I: width, H: width };
    expect(lastOutput(firstStep, sizes, new Map(), inputs)).toEqual([...steps[0]!]);
    expect(lastOutput(maxPooling, sizes, new Map(), inputs)).toEqual(columns.map((c) => Math.max(...c)));
    const means = columns.map((column) => column.reduce((a, b) => a + b, 0) / steps.length);
    expectClose(lastOutput(meanPooling, sizes, new Map(), inputs), means);
  });

  test("is the mean weighted by a softmax of the scores of all steps", () => {
    const [H, W, b, v] = [3, numbers(3 * width), numbers(3), numbers(3)];
    const parameters = new Map(Object.entries({ W, b, v }));
    const scores = steps.map((x) =>
      product(W, x).reduce((sum, value, i) => sum + v[i]! * Math.tanh(value + b[i]!), 0),
    );
    const total = scores.reduce((sum, e) => sum + Math.exp(e), 0);
    const expected = columns.map((column) =>
      column.reduce((sum, value, t) => sum + (value * Math.exp(scores[t]!)) / total, 0),
    );
    expectClose(lastOutput(attentionPooling, { I: width, H }, parameters, inputs), expected);
  });
});

test.each([firstStep, meanPooling, maxPooling, attentionPooling])("the gradients of $name", async (cell) => {
  expect((await checkCell(cell)).error).toBeLessThan(1e-6);
});
