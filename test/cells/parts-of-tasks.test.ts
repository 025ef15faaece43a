// Cells that tasks are made of: pooling against plain loops, attention and conditioning against their formulas and
// against differences.
import { describe, expect, it } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { attentionPooling, firstStep, maxPooling, meanPooling } from "../../src/cells/pooling.ts";
import { attending } from "../../src/cells/transforms/attending.ts";
import { conditioned } from "../../src/cells/transforms/conditioned.ts";
import type { Cell } from "../../src/language/cell.ts";
import { evaluateStep, outputOf, startOf } from "../../src/graph/evaluate.ts";
import { randomStream } from "../../src/base/random.ts";
import { equations } from "../../src/language/equations.ts";
import { checkCell } from "../../src/check/check.ts";

const stream = randomStream(8, 3);
const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, () => stream.normal());

/** What the cell hands on after the last of these inputs. */
function lastOutput(
  cell: Cell,
  sizes: Readonly<Record<string, number>>,
  parameters: ReadonlyMap<string, Float64Array>,
  steps: readonly ReadonlyMap<string, Float64Array>[],
): number[] {
  const given = { cell, sizes, parameters };
  let states: ReadonlyMap<string, Float64Array> = startOf(given, steps[0]!);
  let output: number[] = [];
  for (const inputs of steps) {
    const named = evaluateStep(given, inputs, states);
    states = new Map(cell.states.map(({ name }) => [name, named.get(`${name}'`)!]));
    output = [...outputOf(cell, named)];
  }
  return output;
}

function expectClose(came: readonly number[], expected: readonly number[]): void {
  expect(came.length).toBe(expected.length);
  came.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
}

describe("pooling", () => {
  const width = 4;
  const steps = Array.from({ length: 5 }, () => numbers(width));
  const inputs = steps.map((x) => new Map([["x", x]]));
  const column = (j: number): number[] => steps.map((x) => x[j] as number);

  it("has the first step, the mean and the greatest value at the last step", () => {
    const sizes = { I: width, H: width };
    expect(lastOutput(firstStep, sizes, new Map(), inputs)).toEqual([...steps[0]!]);
    const columns = Array.from({ length: width }, (_, j) => column(j));
    expect(lastOutput(maxPooling, sizes, new Map(), inputs)).toEqual(columns.map((own) => Math.max(...own)));
    const means = columns.map((own) => own.reduce((a, b) => a + b, 0) / steps.length);
    expectClose(lastOutput(meanPooling, sizes, new Map(), inputs), means);
  });

  it("weighs steps by a softmax over all of them", () => {
    const [H, W, b, v] = [3, numbers(3 * width), numbers(3), numbers(3)];
    const parameters = new Map([
      ["W", W],
      ["b", b],
      ["v", v],
    ]);
    const came = lastOutput(attentionPooling, { I: width, H }, parameters, inputs);
    const scores = steps.map((x) =>
      Array.from({ length: H }, (_, i) => {
        const sum = [...x].reduce(
          (total, value, j) => total + value * (W[i * width + j] as number),
          b[i] as number,
        );
        return (v[i] as number) * Math.tanh(sum);
      }).reduce((p, q) => p + q, 0),
    );
    const total = scores.reduce((sum, e) => sum + Math.exp(e), 0);
    const shares = scores.map((score) => Math.exp(score) / total);
    const expected = Array.from({ length: width }, (_, j) =>
      column(j).reduce((sum, value, t) => sum + value * shares[t]!, 0),
    );
    expectClose(came, expected);
  });
});

const base = ["elman", "gru", "lstm"].map(cellNamed);

describe.each(base)("$name", (cell) => {
  it.each(["first", "every", "start"] as const)("sees a vector (%s) and has its derivative", async (when) => {
    const made = conditioned(cell, when);
    expect(made.cell.inputs.map((input) => [input.name, input.per])).toContainEqual([made.input, "sequence"]);
    expect((await checkCell(made.cell)).error).toBeLessThan(1e-6);
  });

  it("attends to a memory and has its derivative", async () => {
    expect((await checkCell(attending(cell).cell)).error).toBeLessThan(1e-6);
  });
});

it.each([firstStep, meanPooling, maxPooling, attentionPooling])("$name has its derivative", async (cell) => {
  expect((await checkCell(cell)).error).toBeLessThan(1e-6);
});

it("sees the vector at the first step alone, or before it, or always", () => {
  const cell = equations("plain")`
    h' = tanh(W x + U h)
  `;
  const [x, v, W, U, V] = [numbers(2), numbers(3), numbers(4), numbers(4), numbers(6)];
  const steps = Array.from(
    { length: 3 },
    () =>
      new Map([
        ["x", x],
        ["v", v],
      ] as const),
  );
  const product = (M: Float64Array, of: ArrayLike<number>, columns: number): number[] =>
    [0, 1].map((i) =>
      Array.from(of).reduce((sum, value, j) => sum + value * (M[i * columns + j] as number), 0),
    );
  const plain = (seen: (t: number) => boolean, begin: number[]): number[] => {
    let h = begin;
    for (let t = 0; t < 3; t++) {
      const [a, b, c] = [product(W, x, 2), product(U, h, 2), seen(t) ? product(V, v, 3) : [0, 0]];
      h = [0, 1].map((i) => Math.tanh(a[i]! + b[i]! + c[i]!));
    }
    return h;
  };
  const sizes = { I: 2, H: 2, C: 3 };
  const matrices = [
    ["W", W],
    ["U", U],
    ["Wv", V],
    ["Vh", V],
    ["h0", new Float64Array(2)],
  ] as const;
  const last = (when: "first" | "every" | "start"): number[] =>
    lastOutput(conditioned(cell, when).cell, sizes, new Map(matrices), steps);
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
    plain(() => false, product(V, v, 3).map(Math.tanh)),
  );
});

it("says which cells it cannot go around", () => {
  const withoutX = equations("still")`
    h' = tanh(U h + x)
    requires I = H
  `;
  expect(() => conditioned(withoutX, "every")).toThrow("still applies no matrix to its input x");
  const renamed = equations("renamed")`
    s' = tanh(W x + U s)
    output s
  `;
  expect(() => attending(renamed)).toThrow("attention: renamed has no state h to look with");
});
