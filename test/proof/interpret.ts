// The meaning of each node of a graph, in float64, with a case per operation.
import { levels, type Graph, type Matrix, type Node } from "../../src/graph/graph.ts";
import { ops, type PointwiseOp } from "../../src/graph/ops.ts";

/** The value of a node that has arguments and belongs to one step. */
export function interpret(
  node: Node,
  args: readonly Float64Array[],
  elements: (matrix: string) => Float64Array,
): Float64Array {
  const first = args[0] as Float64Array;
  switch (node.op) {
    case "sum":
      return Float64Array.of(first.reduce((a, b) => a + b, 0));
    case "greatest":
      return Float64Array.of(Math.max(...first));
    case "gather":
      return (args[1] as Float64Array).map((i) => first[i] as number);
    case "scatter": {
      const sums = new Float64Array(node.width);
      (args[1] as Float64Array).forEach((to, i) => (sums[to] = (sums[to] as number) + (first[i] as number)));
      return sums;
    }
    case "standardised":
      return args[1] as Float64Array;
    case "broadcast":
      return first.length === node.width ? first : new Float64Array(node.width).fill(first[0] as number);
    case "slice":
      return first.slice(node.offset, node.offset + node.width);
    case "product":
      return Float64Array.from(
        node.matrices.flatMap((m) => [...multiply(m, elements(m.name), first, false)]),
      );
    case "transposedProduct":
      return node.matrices
        .map((m, i) => multiply(m, elements(m.name), args[i] as Float64Array, true))
        .reduce(add);
    default:
      return Float64Array.from({ length: node.width }, (_, i) =>
        ops[node.op as PointwiseOp].value(...args.map((a) => a[a.length === 1 ? 0 : i] as number)),
      );
  }
}

export function add(a: Float64Array | undefined, b: Float64Array): Float64Array {
  return a ? a.map((v, i) => v + (b[i] as number)) : b;
}

/** `rows vectorᵀ`, in the storage order of a matrix with these blocks. */
export function outer(rows: Float64Array, vector: Float64Array, blocks: number): Float64Array {
  const places = placesOf({ rows: rows.length, columns: vector.length, blocks });
  return Float64Array.from(places, ({ row, column }) => (rows[row] as number) * (vector[column] as number));
}

function multiply(
  matrix: Matrix,
  elements: Float64Array,
  vector: Float64Array,
  transposed: boolean,
): Float64Array {
  const result = new Float64Array(transposed ? matrix.columns : matrix.rows);
  for (const [at, { row, column }] of placesOf(matrix).entries()) {
    const [to, from] = transposed ? [column, row] : [row, column];
    result[to] = (result[to] as number) + (elements[at] as number) * (vector[from] as number);
  }
  return result;
}

/** The row and column of each stored element; a matrix with blocks stores only those inside its blocks. */
function placesOf({ rows, columns, blocks }: Omit<Matrix, "name">): { row: number; column: number }[] {
  const [height, width] = [rows / blocks, columns / blocks];
  return Array.from({ length: rows * width }, (_, at) => {
    const row = Math.floor(at / width);
    return { row, column: Math.floor(row / height) * width + (at % width) };
  });
}

/** A leaf whose value is set by the test. */
export function input(g: Graph, name: string, width: number): Node {
  return g.add({ op: "input", name }, [], width, levels.sequence);
}

/** The value of a node, from the values of leaves and matrices. */
export function evaluate(
  node: Node,
  given: ReadonlyMap<Node, Float64Array>,
  elements: ReadonlyMap<string, Float64Array>,
): Float64Array {
  if (node.op === "number") return Float64Array.of(node.value);
  const args = (): Float64Array[] => node.arguments.map((a) => evaluate(a, given, elements));
  return given.get(node) ?? interpret(node, args(), (matrix) => elements.get(matrix) as Float64Array);
}
