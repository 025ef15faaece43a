import { describe, expect, it } from "vitest";
import { sequences, type SequenceArrays, type Sequences } from "../../src/data/sequences.ts";

function room(made: Sequences): SequenceArrays {
  const size = made.longest * made.batch;
  return {
    inputs: new Int32Array(size).fill(-9),
    targets: new Int32Array(size).fill(-9),
    weights: new Float32Array(size).fill(-9),
    lengths: new Int32Array(made.batch).fill(-9),
  };
}

const items = [
  [1, 2],
  [3, 4, 5, 6],
  [7, 8, 9],
  [10, 11, 12, 13, 14],
  [15, 16, 17],
];

describe("sequences", () => {
  it("sorts a batch by length and pads it, time-major, with weight 0", () => {
    const made = sequences(items, { batch: 3, shuffle: false });
    const arrays = room(made);
    expect([made.count, made.batches, made.longest]).toEqual([5, 2, 4]);
    expect(made.fill(0, 0, arrays)).toEqual({ steps: 3, rows: 3 });
    expect([...arrays.lengths]).toEqual([3, 2, 1]);
    expect([...arrays.inputs.subarray(0, 9)]).toEqual([3, 7, 1, 4, 8, 0, 5, 0, 0]);
    expect([...arrays.targets.subarray(0, 9)]).toEqual([4, 8, 2, 5, 9, 0, 6, 0, 0]);
    expect([...arrays.weights.subarray(0, 9)]).toEqual([1, 1, 1, 1, 1, 0, 1, 0, 0]);
  });

  it("leaves columns of a last batch empty", () => {
    const made = sequences(items, { batch: 3, shuffle: false });
    const arrays = room(made);
    expect(made.fill(0, 1, arrays)).toEqual({ steps: 4, rows: 2 });
    expect([...arrays.lengths]).toEqual([4, 2, 0]);
    expect([...arrays.weights]).toEqual([1, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0]);
  });

  it("takes targets of its own, negative ones without weight", () => {
    const made = sequences([[1, 2, 3], [4]], { batch: 2, shuffle: false, targets: [[-1, -1, 7], [8]] });
    const arrays = room(made);
    expect(made.fill(3, 0, arrays)).toEqual({ steps: 3, rows: 2 });
    expect([...arrays.inputs]).toEqual([1, 4, 2, 0, 3, 0]);
    expect([...arrays.targets]).toEqual([0, 8, 0, 0, 7, 0]);
    expect([...arrays.weights]).toEqual([0, 1, 0, 0, 1, 0]);
  });

  it("shuffles every epoch otherwise, completely, and the same from a fresh start", () => {
    const many = Array.from({ length: 57 }, (_, i) => [i, i]);
    const made = sequences(many, { batch: 4, seed: 5 });
    const orders = [0, 1, 2].map((epoch) => made.order(epoch));
    for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual(many.map(([i]) => i));
    expect(orders[0]).not.toEqual(orders[1]);
    expect(orders[1]).not.toEqual(orders[2]);
    expect(sequences(many, { batch: 4, seed: 5 }).order(2)).toEqual(orders[2]);
    expect(sequences(many, { batch: 4, seed: 6 }).order(2)).not.toEqual(orders[2]);

    const straight = room(made);
    for (let index = 0; index <= 9; index++) made.fill(1, index, straight);
    const resumed = room(made);
    sequences(many, { batch: 4, seed: 5 }).fill(1, 9, resumed);
    expect(resumed).toEqual(straight);
  });

  it("puts every sequence in every place equally often", () => {
    const size = 5;
    const epochs = 4000;
    const made = sequences(
      Array.from({ length: size }, (_, i) => [i, i]),
      { batch: 1, seed: 3 },
    );
    const hits = new Int32Array(size * size); // [sequence, place]
    for (let epoch = 0; epoch < epochs; epoch++)
      made.order(epoch).forEach((item, place) => {
        const cell = item * size + place;
        hits[cell] = (hits[cell] ?? 0) + 1;
      });
    const expected = epochs / size;
    const chiSquare = hits.reduce((sum, hit) => sum + (hit - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(39.25); // 16 degrees of freedom, 0.999 quantile
  });

  it("refuses what cannot be batched", () => {
    expect(() => sequences([], { batch: 1 })).toThrow("sequences: there are none; give one or more");
    expect(() => sequences(items, { batch: 0 })).toThrow("batch must be a whole number, 1 or more, not 0");
    expect(() => sequences([[1, 2], [3]], { batch: 1 })).toThrow("sequence 1 needs 2 symbols or more, not 1");
    expect(() => sequences([[]], { batch: 1, targets: [[]] })).toThrow(
      "sequence 0 needs 1 symbol or more, not 0",
    );
    expect(() => sequences([[1]], { batch: 1, targets: [] })).toThrow(
      "1 sequences need as many rows of targets, not 0",
    );
    expect(() => sequences([[1]], { batch: 1, targets: [[1, 2]] })).toThrow(
      "needs 1 targets, one a step, not 2",
    );
    const made = sequences(items, { batch: 3, shuffle: false });
    const arrays = room(made);
    expect(() => made.fill(0, 2, arrays)).toThrow("batch index must be a whole number from 0 to 1, not 2");
    expect(() => made.fill(-1, 0, arrays)).toThrow("epoch must be a whole number");
    expect(() => made.fill(0, 0, { ...arrays, weights: new Float32Array(8) })).toThrow(
      "need weights of 9, not 8",
    );
    expect(() => made.fill(0, 0, { ...arrays, lengths: new Int32Array(2) })).toThrow(
      "needs lengths of 3, not 2",
    );
  });
});
