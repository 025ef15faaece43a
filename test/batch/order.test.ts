// The order of examples: each once an epoch, another order each epoch, the longest of a batch first.
import { describe, expect, it } from "vitest";
import { nextSymbols } from "../../src/batch/example.ts";
import { exampleOrder } from "../../src/batch/order.ts";

const steps = [1, 3, 2, 4, 2];

describe("the order of examples", () => {
  it("is as given without a shuffle, but for the longest of a batch, which comes first", () => {
    const order = exampleOrder(steps, { batch: 3, seed: 1, shuffle: false });
    expect(order.batches).toBe(2);
    expect([order.batch(0, 0), order.batch(0, 1), order.batch(7, 1)]).toEqual([
      [1, 2, 0],
      [3, 4],
      [3, 4],
    ]);
  });

  it("has each example once an epoch, and depends on the seed and the epoch alone", () => {
    const many = Array.from({ length: 101 }, (_, i) => 1 + (i % 7));
    const order = exampleOrder(many, { batch: 8, seed: 3, shuffle: true });
    const epochOf = (epoch: number): number[] =>
      Array.from({ length: order.batches }, (_, at) => order.batch(epoch, at)).flat();
    const [first, second] = [epochOf(0), epochOf(1)];
    for (const epoch of [first, second]) {
      expect([...epoch].sort((a, b) => a - b)).toEqual(many.map((_, i) => i));
    }
    expect(second).not.toEqual(first);
    const again = exampleOrder(many, { batch: 8, seed: 3, shuffle: true });
    expect(again.batch(1, 5)).toEqual(order.batch(1, 5));
    expect(exampleOrder(many, { batch: 8, seed: 4, shuffle: true }).batch(1, 5)).not.toEqual(
      order.batch(1, 5),
    );
  });

  it.each([
    [() => exampleOrder([], { batch: 1, seed: 0, shuffle: false }), "examples: there are none"],
    [
      () => exampleOrder([1], { batch: 0, seed: 0, shuffle: false }),
      "batch must be a whole number, 1 or more, not 0",
    ],
    [
      () => exampleOrder([1, 1, 1], { batch: 2, seed: 0, shuffle: false }).batch(0, 2),
      "batch must be a whole number from 0 to 1, not 2",
    ],
    [() => nextSymbols([5], "symbols"), "expected 2 symbols or more, got 1"],
  ])("says what is wrong", (make, message) => {
    expect(make).toThrow(message);
  });
});
