// Attention, against its formula and finite differences.
import { expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { attending } from "../../src/cells/transforms/attending.ts";
import { checkCell } from "../../src/check/check.ts";
import { equations } from "../../src/language/equations.ts";
import { expectClose, lastOutput, numbers, product } from "./last-output.ts";

test.each(["elman", "gru", "lstm"].map(cellNamed))("gradients of $name with attention", async (cell) => {
  expect((await checkCell(attending(cell).cell)).error).toBeLessThan(1e-6);
});

test("the mean of the vectors, weighted by a softmax of their scores, enters as the input does", () => {
  const { cell } = attending(equations("plain")`
    h' = tanh(W x + U h)
  `);
  const [A, S] = [3, 4]; // the last of the four positions is empty
  const [x, W, U, Wv] = [numbers(2), numbers(4), numbers(4), numbers(6)];
  const [Wlook, wlook, memory] = [numbers(6), numbers(3), numbers(A * S).fill(0, 3 * A)];
  const indices = (value: (i: number) => number): Float64Array =>
    Float64Array.from({ length: A * S }, (_, i) => value(i));
  const inputs = {
    x,
    memory,
    far: Float64Array.of(0, 0, 0, -1e9),
    element: indices((i) => i % A),
    position: indices((i) => Math.floor(i / A)),
  };
  const vectors = [0, 1, 2].map((s) => memory.slice(s * A, (s + 1) * A));
  let h = [0, 0];
  for (let t = 0; t < 3; t++) {
    const query = product(Wlook, h);
    const scores = vectors.map((m) => query.reduce((sum, q, a) => sum + wlook[a]! * Math.tanh(q + m[a]!), 0));
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    const context = [0, 1, 2].map((a) =>
      vectors.reduce((sum, m, s) => sum + (Math.exp(scores[s]!) / total) * m[a]!, 0),
    );
    const [a, b, c] = [product(W, x), product(U, h), product(Wv, context)];
    h = [0, 1].map((i) => Math.tanh(a[i]! + b[i]! + c[i]!));
  }
  const parameters = new Map(Object.entries({ W, U, Wv, Wlook, wlook }));
  const steps = Array.from({ length: 3 }, () => new Map(Object.entries(inputs)));
  expectClose(lastOutput(cell, { I: 2, H: 2, A, M: A * S, S }, parameters, steps), h);
});

test("a cell without a state h is rejected", () => {
  const renamed = equations("renamed")`
    s' = tanh(W x + U s)
    output s
  `;
  expect(() => attending(renamed)).toThrow("attention: renamed has no state h, which attention reads");
});
