// Batching: the dense matrices applied to one vector become one product, so that the four gates of an LSTM are one piece
// of work.
import { createGraph } from "./builder.ts";
import { shapeOf, type Matrix, type Node } from "./graph.ts";
import type { Step } from "./step.ts";

/** The same step in a new graph, with its products joined. */
export function batchProducts(step: Step): Step {
  const groups = matricesByVector(step.graph.nodes);
  const graph = createGraph();
  const copies = new Map<Node, Node>();
  const copyOf = (node: Node): Node => copies.get(node) as Node;

  for (const node of step.graph.nodes) {
    const args = node.arguments.map(copyOf);
    const group = node.op === "product" ? groups.get(node.arguments[0] as Node) : undefined;
    copies.set(
      node,
      node.op === "product" && group && isDense(node.matrices)
        ? graph.product(group, args[0] as Node)
        : node.op === "slice"
          ? sliceAgain(node.arguments[0] as Node, args[0] as Node, node.index)
          : graph.add(shapeOf(node), args, node.width, node.level),
    );
  }
  function sliceAgain(old: Node, product: Node, index: number): Node {
    if (old.op !== "product" || product.op !== "product") throw new Error("a slice must be of a product");
    const matrix = old.matrices[index] as Matrix;
    return graph.slice(
      product,
      product.matrices.findIndex((m) => m.name === matrix.name),
    );
  }

  return {
    graph,
    inputs: step.inputs.map(copyOf),
    states: step.states.map((s) => ({ ...s, previous: copyOf(s.previous), next: copyOf(s.next) })),
    output: copyOf(step.output),
    named: new Map([...step.named].map(([name, node]) => [name, copyOf(node)])),
  };
}

const isDense = (matrices: readonly Matrix[]): boolean => matrices.every((m) => m.blocks === 1);

/** The dense matrices applied to each vector, in order of appearance. */
function matricesByVector(nodes: readonly Node[]): Map<Node, Matrix[]> {
  const groups = new Map<Node, Matrix[]>();
  for (const node of nodes) {
    if (node.op !== "product" || !isDense(node.matrices)) continue;
    const vector = node.arguments[0] as Node;
    groups.set(vector, [...(groups.get(vector) ?? []), ...node.matrices]);
  }
  return groups;
}
