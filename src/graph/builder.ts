// Builds graphs: equal values are shared, and operations on numbers are computed at once.
import {
  levels,
  type Graph,
  type Level,
  type Matrix,
  type Node,
  type NodeShape,
  type PointwiseOp,
  type Product,
} from "./graph.ts";
import { ops } from "./ops.ts";

const rowsOf = (matrices: readonly Matrix[]): number => matrices.reduce((total, m) => total + m.rows, 0);

/** An empty graph. */
export function createGraph(): Graph {
  const nodes: Node[] = [];
  const known = new Map<string, Node>();

  function add(shape: NodeShape, args: readonly Node[], width: number, level?: Level): Node {
    const height = level ?? (Math.max(0, ...args.map((a) => a.level)) as Level);
    const key = JSON.stringify([shape, args.map((a) => a.id), width, height]);
    const existing = known.get(key);
    if (existing) return existing;
    const node = { ...shape, id: nodes.length, arguments: args, width, level: height } as Node;
    nodes.push(node);
    known.set(key, node);
    return node;
  }
  const number = (value: number): Node => add({ op: "number", value }, [], 1, levels.fixed);

  function apply(op: PointwiseOp, ...args: readonly Node[]): Node {
    const values = args.map((a) => (a.op === "number" ? a.value : undefined));
    if (values.every((v) => v !== undefined)) return number(ops[op].value(...values));
    const width = Math.max(...args.map((a) => a.width));
    const [a, b] = args as [Node, Node];
    const isWide = (node: Node): boolean => node.width === width;
    if (op === "mul" && values[0] === 1 && isWide(b)) return b;
    if (op === "mul" && values[1] === 1 && isWide(a)) return a;
    if (op === "mul" && (values[0] === 0 || values[1] === 0)) return broadcast(number(0), width);
    if (op === "mul" && values[0] === -1) return apply("neg", b);
    if ((op === "add" || op === "sub") && values[1] === 0 && isWide(a)) return a;
    if (op === "add" && values[0] === 0 && isWide(b)) return b;
    if (op === "sub" && values[0] === 0) return apply("neg", b);
    if (op === "div" && values[1] === 1 && isWide(a)) return a;
    return add({ op }, args, width);
  }
  const sum = (value: Node): Node => (value.width === 1 ? value : add({ op: "sum" }, [value], 1));
  const gather = (vector: Node, indices: Node): Node =>
    add({ op: "gather" }, [vector, indices], indices.width);
  const broadcast = (value: Node, width: number, level = value.level): Node =>
    value.width === width && value.level === level ? value : add({ op: "broadcast" }, [value], width, level);
  const product = (matrices: readonly Matrix[], vector: Node): Product =>
    add({ op: "product", matrices }, [vector], rowsOf(matrices)) as Product;
  const slice = (of: Product, index: number): Node =>
    add(
      { op: "slice", index, offset: rowsOf(of.matrices.slice(0, index)) },
      [of],
      (of.matrices[index] as Matrix).rows,
    );

  return { nodes, number, add, apply, sum, gather, broadcast, product, slice };
}
