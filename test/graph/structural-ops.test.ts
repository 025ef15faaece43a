// The rows of the op table that are not pointwise: the derivatives by every element of every argument and matrix, against
// central differences.
import { describe, expect, test } from "vitest";
import { createGraph } from "../../src/graph/builder.ts";
import { levels, type Graph, type Matrix, type Node } from "../../src/graph/graph.ts";
import { derivatives, type StructuralOp } from "../../src/graph/ops.ts";
import { relativeError, slope } from "../../src/check/directions.ts";
import { evaluate, input, outer } from "../proof/interpret.ts";
import { tolerances } from "../tolerances.ts";

type Structure = Exclude<StructuralOp, "slice">;

const dense: Matrix = { name: "A", rows: 3, columns: 2, blocks: 1 };
const second: Matrix = { name: "B", rows: 4, columns: 2, blocks: 1 };
const blocked: Matrix = { name: "D", rows: 4, columns: 6, blocks: 2 };

/** A vector with mean 0 and a variance of almost 1, as a little is added to the variance. */
function standardise(g: Graph, v: Node): Node {
  const mean = (a: Node): Node => g.apply("mul", g.sum(a), g.number(1 / a.width));
  const centred = g.apply("sub", v, mean(v));
  const variance = g.apply("add", mean(g.apply("square", centred)), g.number(1e-9));
  const scale = g.apply("div", g.number(1), g.apply("sqrt", variance));
  return g.add({ op: "standardised" }, [v, g.apply("mul", centred, scale), scale], v.width);
}

/** A node of each operation, made from arguments of these widths and from these matrices. */
const structures: Readonly<
  Record<
    Structure,
    readonly {
      readonly widths: readonly number[];
      /** A last argument of indices, which has no derivative. */
      readonly numbers?: readonly number[];
      readonly matrices?: readonly Matrix[];
      readonly make: (g: Graph, args: readonly Node[]) => Node;
    }[]
  >
> = {
  sum: [{ widths: [5], make: (g, [a]) => g.sum(a as Node) }],
  greatest: [{ widths: [5], make: (g, [a]) => g.add({ op: "greatest" }, [a as Node], 1) }],
  broadcast: [
    { widths: [1], make: (g, [a]) => g.broadcast(a as Node, 4) },
    { widths: [4], make: (g, [a]) => g.broadcast(a as Node, 4, levels.step) },
  ],
  standardised: [{ widths: [5], make: (g, [v]) => standardise(g, v as Node) }],
  gather: [{ widths: [5], numbers: [4, 1, 1], make: (g, [a, k]) => g.gather(a as Node, k as Node) }],
  scatter: [
    {
      widths: [3],
      numbers: [4, 1, 1],
      make: (g, [a, k]) => g.add({ op: "scatter" }, [a as Node, k as Node], 5),
    },
  ],
  product: [
    { widths: [2], matrices: [dense, second], make: (g, [a]) => g.product([dense, second], a as Node) },
    { widths: [6], matrices: [blocked], make: (g, [a]) => g.product([blocked], a as Node) },
  ],
  transposedProduct: [
    {
      widths: [3, 4],
      matrices: [dense, second],
      make: (g, args) => g.add({ op: "transposedProduct", matrices: [dense, second] }, args, 2),
    },
    {
      widths: [4],
      matrices: [blocked],
      make: (g, args) => g.add({ op: "transposedProduct", matrices: [blocked] }, args, 6),
    },
  ],
};

describe.each(Object.entries(structures))("%s has its derivative", (name, forms) => {
  test.each(forms)("of widths $widths", async ({ widths, numbers, matrices = [], make }) => {
    const g = createGraph();
    const args = widths.map((width, i) => input(g, `a${i}`, width));
    const whole = numbers ? [input(g, "k", numbers.length)] : [];
    const node = make(g, [...args, ...whole]);
    const next = series();
    const given = new Map([
      ...args.map((a) => [a, next(a.width)] as const),
      ...whole.map((k) => [k, Float64Array.from(numbers ?? [])] as const),
    ]);
    const elements = new Map(matrices.map((m) => [m.name, next((m.rows * m.columns) / m.blocks)]));
    const seed = next(node.width);
    const loss = (): number => dot(seed, evaluate(node, given, elements));

    const op = name as Structure;
    const dy = input(g, "dy", node.width);
    const parts = node.op === "product" ? splitRows(g, node.matrices) : [{ part: dy, from: 0 }];
    const deltas = parts.map(({ part }) => part);
    const results = [...derivatives[op](g, node.arguments, node, deltas[0] as Node, deltas)];
    // Indices, and arguments that repeat the first one in another form, have no derivative.
    for (const result of results.splice(args.length + matrices.length)) expect(result).toBeNull();
    const known = new Map([
      ...given,
      ...parts.map(({ part, from }): [Node, Float64Array] => [part, seed.slice(from, from + part.width)]),
    ]);
    const actual = results.map((result) => evaluate(result as Node, known, elements));

    for (const [i, argument] of args.entries()) {
      await expectSlopes(given.get(argument) as Float64Array, actual[i] as Float64Array, loss);
    }
    for (const [i, matrix] of matrices.entries()) {
      // The factor of the vector in the derivative by the matrix: dM = rows vectorᵀ.
      const met = actual[args.length + i] as Float64Array;
      const vector = given.get(args[node.op === "product" ? 0 : i] as Node) as Float64Array;
      const dM =
        node.op === "product" ? outer(met, vector, matrix.blocks) : outer(vector, met, matrix.blocks);
      await expectSlopes(elements.get(matrix.name) as Float64Array, dM, loss);
    }
  });
});

test("a slice hands its derivative to its own part of the product", () => {
  const g = createGraph();
  const slice = g.slice(g.product([dense, second], input(g, "a", 2)), 1);
  const dy = input(g, "dy", slice.width);
  expect(derivatives.slice(g, slice.arguments, slice, dy, [dy])).toEqual([dy]);
});

test("an error of 1 % in one element is detected", async () => {
  const values = Float64Array.of(0.3, -0.7, 1.1);
  const loss = (): number => values.reduce((sum, v) => sum + v * v, 0);
  await expectSlopes(values, Float64Array.of(0.6, -1.4, 2.2), loss);
  await expect(expectSlopes(values, Float64Array.of(0.6, -1.4, 2.222), loss)).rejects.toThrow();
});

async function expectSlopes(
  values: Float64Array,
  derivative: Float64Array,
  loss: () => number,
): Promise<void> {
  expect(derivative).toHaveLength(values.length);
  for (const [i, value] of values.entries()) {
    const expected = await slope((distance) => {
      values[i] = value + distance;
      const moved = loss();
      values[i] = value;
      return Promise.resolve(moved);
    }, 1e-3);
    expect(relativeError(derivative[i] as number, expected ?? NaN)).toBeLessThanOrEqual(tolerances.op);
  }
}

function splitRows(g: Graph, matrices: readonly Matrix[]): { part: Node; from: number }[] {
  let from = 0;
  return matrices.map(({ name, rows }) => {
    from += rows;
    return { part: input(g, `d${name}`, rows), from: from - rows };
  });
}

/** Irregular numbers, none of which are close to each other. */
function series(): (count: number) => Float64Array {
  let at = 0;
  return (count) => Float64Array.from({ length: count }, () => 2 * (((at += 1) * 0.6180339887) % 1) - 0.9);
}

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, v, i) => sum + v * (b[i] as number), 0);
