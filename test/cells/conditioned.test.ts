// Conditioning on a vector per sequence, against its formula and finite differences.
import { describe, expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { conditioned, type Conditioning } from "../../src/cells/transforms/conditioned.ts";
import { checkCell } from "../../src/check/check.ts";
import { equations } from "../../src/language/equations.ts";
import { expectClose, lastOutput, numbers, product } from "./last-output.ts";

describe.each(["elman", "gru", "lstm"].map(cellNamed))("$name", (cell) => {
  test.each(["first", "every", "start"] as const)("gradients with a vector (%s)", async (when) => {
    const { cell: changed, input } = conditioned(cell, when);
    expect(changed.inputs.map(({ name, per }) => [name, per])).toContainEqual([input, "sequence"]);
    expect((await checkCell(changed)).error).toBeLessThan(1e-6);
  });
});

test("the vector is read at the first step, at every step, or before the first", () => {
  const cell = equations("plain")`
    h' = tanh(W x + U h)
  `;
  const [x, v, W, U, V] = [numbers(2), numbers(3), numbers(4), numbers(4), numbers(6)];
  const steps = Array.from({ length: 3 }, () => new Map(Object.entries({ x, v })));
  const parameters = new Map(Object.entries({ W, U, Wv: V, Vh: V, h0: new Float64Array(2) }));
  const plain = (reads: (t: number) => boolean, start: readonly number[]): readonly number[] => {
    let h = start;
    for (let t = 0; t < 3; t++) {
      const [a, b, c] = [product(W, x), product(U, h), reads(t) ? product(V, v) : [0, 0]];
      h = [0, 1].map((i) => Math.tanh(a[i]! + b[i]! + c[i]!));
    }
    return h;
  };
  const last = (when: Conditioning): number[] =>
    lastOutput(conditioned(cell, when).cell, { I: 2, H: 2, C: 3 }, parameters, steps);
  expectClose(
    last("first"),
    plain((t) => t === 0, [0, 0]),
  );
  expectClose(
    last("every"),
    plain(() => true, [0, 0]),
  );
  expectClose(
    last("start"),
    plain(() => false, product(V, v).map(Math.tanh)),
  );
});

test("cells that cannot read a vector are rejected", () => {
  const withoutProduct = equations("still")`
    h' = tanh(U h + x)
    requires I = H
  `;
  expect(() => conditioned(withoutProduct, "every")).toThrow("still applies no matrix to its input x");
  const narrow = equations("narrow")`
    r' = tanh(W x + U r)
    width r = P
    output r
  `;
  expect(() => conditioned(narrow, "start")).toThrow("narrow has no state as wide as the layer");
});
