// Examples as batches: packed step by step, longest first; and what does not fit the network.
import { describe, expect, it } from "vitest";
import { nextSymbols, type Example } from "../../src/batch/example.ts";
import { readout } from "../../src/cells/parts.ts";
import { equations } from "../../src/language/equations.ts";
import { planHead } from "../../src/model/head.ts";
import type { Network } from "../../src/plan/network.ts";
import { exampleFeed } from "../../src/batch/example-feed.ts";

const inOrder = { batch: 2, seed: 0, shuffle: false } as const;

const symbols: Network = {
  inputs: [{ name: "symbols", width: 10, kind: "index", per: "step" }],
  layers: [{ name: "readout", cell: readout, sizes: { I: 10, H: 10 }, inputs: { x: "symbols" } }],
  loss: { kind: "cross-entropy", of: "readout" },
};

/** Two numbers a step, three a sequence; one number is predicted. */
const mixed = ((): Network => {
  const cell = equations("mixed")`
    y = W x + V v
    output y
    input v per sequence
    width v = 3
  `;
  const head = planHead("layer", 4, { kind: "squared-error", width: 1 });
  return {
    inputs: [
      { name: "x", width: 2, kind: "dense", per: "step" },
      { name: "v", width: 3, kind: "dense", per: "sequence" },
      ...head.inputs,
    ],
    layers: [{ name: "layer", cell, sizes: { I: 2, H: 4 }, inputs: { x: "x", v: "v" } }, ...head.layers],
    loss: head.loss,
  };
})();

describe("examples as batches", () => {
  it("are as precise as the device", () => {
    const items = [{ steps: 1, inputs: { x: [0.1, 1e-50], v: [1, 2, 1 / 3] }, targets: [0.7] }];
    const valuesFor = (precision: "float32" | "float64"): readonly (readonly number[])[] => {
      const { values } = exampleFeed(mixed, items, { ...inOrder, precision }).load({ epoch: 0, at: 0 });
      return ["x", "v", "targets"].map((name) => [...(values[name] as Float64Array)]);
    };
    expect(valuesFor("float64")).toEqual([[0.1, 1e-50], [1, 2, 1 / 3], [0.7]]);
    expect(valuesFor("float32")).toEqual([[0.1, 0], [1, 2, 1 / 3], [0.7]].map((v) => v.map(Math.fround)));
  });

  it("are packed step by step, longest first, each from its start", () => {
    const items = [
      [1, 2],
      [3, 4, 5, 6],
      [7, 8, 9],
    ].map((item) => nextSymbols(item, "symbols"));
    const feed = exampleFeed(symbols, items, inOrder);
    expect([feed.rows, feed.steps, feed.length]).toEqual([2, 3, 2]);
    const { packing, ...first } = feed.load({ epoch: 0, at: 0 });
    expect(packing.extent).toEqual({ rows: 2, steps: 3, lengths: Int32Array.of(3, 1) });
    expect(structuredClone(first)).toEqual({
      values: {
        symbols: Int32Array.of(3, 1, 4, 5),
        targets: Int32Array.of(4, 2, 5, 6),
        weights: Float32Array.of(1, 1, 1, 1),
        resets: Float32Array.of(1, 1, 0, 0),
      },
      counted: 4,
      rows: [1, 0],
      next: { epoch: 0, at: 1 },
    });
    const second = feed.load({ epoch: 0, at: 1 });
    expect(second.packing.extent).toEqual({ rows: 1, steps: 2, lengths: Int32Array.of(2) });
    expect([...second.values["symbols"]!]).toEqual([7, 8]);
    expect(second.next).toEqual({ epoch: 1, at: 0 });
  });

  it("have values per step and per sequence, weights of their own, and targets that do not count", () => {
    const items: Example[] = [
      { steps: 1, inputs: { x: [1, 2], v: [0.1, 0.2, 0.3] }, targets: [9], weights: [0.5] },
      { steps: 2, inputs: { x: [3, 4, 5, 6], v: [0.4, 0.5, 0.6] }, targets: [8, 7], weights: [0, 2] },
    ];
    const { values, counted } = exampleFeed(mixed, items, inOrder).load({ epoch: 0, at: 0 });
    expect([...values["x"]!]).toEqual([3, 4, 1, 2, 5, 6]);
    expect([...values["v"]!]).toEqual([0.4, 0.5, 0.6, 0.1, 0.2, 0.3].map(Math.fround));
    expect([...values["targets"]!]).toEqual([8, 9, 7]);
    expect([...values["weights"]!]).toEqual([0, 0.5, 2]);
    expect(counted).toBe(2.5);
    const ignored = [{ steps: 3, inputs: { symbols: [1, 2, 3] }, targets: [-1, 4, -1] }];
    const batch = exampleFeed(symbols, ignored, inOrder).load({ epoch: 0, at: 0 });
    expect([...batch.values["weights"]!]).toEqual([0, 1, 0]);
    expect(batch.counted).toBe(1);
  });

  const fine = { steps: 2, inputs: { symbols: [1, 2] }, targets: [3, 4] };
  it.each<[Partial<Example>, string]>([
    [{ steps: 0 }, "example 1: steps must be a whole number, 1 or more, not 0"],
    [{ weights: [1] }, "example 1: there must be a weight for each of its 2 steps, not 1"],
    [
      { inputs: { symbols: [1, 2], y: [1, 2] } },
      "example 1: the network has no input 'y'; it has symbols, targets",
    ],
    [{ inputs: {} }, "example 1: 'symbols' must be [2, 1], 2 numbers, not missing"],
    [{ inputs: { symbols: [1] } }, "example 1: 'symbols' must be [2, 1], 2 numbers, not 1"],
    [{ inputs: { symbols: [1, 10] } }, "'symbols', number 1, must be a whole number from 0 to 9, not 10"],
    [{ targets: [3, 10] }, "'targets', number 1, must be a whole number from 0 to 9, not 10"],
    [{ targets: [3, 0.5] }, "'targets', number 1, must be a whole number from 0 to 9, not 0.5"],
  ])("are checked before anything runs: %o", (change, message) => {
    expect(() => exampleFeed(symbols, [fine, { ...fine, ...change }], inOrder)).toThrow(message);
  });

  it("need a target that counts in each batch, and numbers that are finite", () => {
    const nothing = { ...fine, targets: [-1, -1] };
    expect(() => exampleFeed(symbols, [nothing], inOrder).load({ epoch: 0, at: 0 })).toThrow(
      "examples: no target in batch 0 of epoch 0 counts",
    );
    const wrong = { steps: 1, inputs: { x: [NaN, 1], v: [1, 2, 3] }, targets: [1] };
    expect(() => exampleFeed(mixed, [wrong], inOrder)).toThrow(
      "'x', number 0, must be a finite number, not NaN",
    );
  });
});
