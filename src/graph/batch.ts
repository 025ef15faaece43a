// Batching: the matrices applied to one vector become one product, so that the four gates of an LSTM are one
// piece of work. Knows only the graph.
import { createGraph, shapeOf, type Matrix, type Node } from "./graph.ts";
import type { Step } from "./lower.ts";

export function batchProducts(step: Step): Step {
  const groups = matricesByVector(step.graph.nodes);
  const graph = createGraph();
  const renewed = new Map<Node, Node>();
  const renew = (node: Node): Node => renewed.get(node) as Node;

  for (const node of step.graph.nodes) {
    const args = node.arguments.map(renew);
    const group = node.op === "product" ? groups.get(node.arguments[0] as Node) : undefined;
    renewed.set(
      node,
      node.op === "product" && group && isDense(node.matrices)
        ? graph.product(group, args[0] as Node)
        : node.op === "slice"
          ? renewSlice(node.arguments[0] as Node, args[0] as Node, node.index)
          : graph.add(shapeOf(node), args, node.width, node.level),
    );
  }
  function renewSlice(old: Node, product: Node, index: number): Node {
    if (old.op !== "product" || product.op !== "product") throw new Error("a slice must be of a product");
    const matrix = old.matrices[index] as Matrix;
    return graph.slice(
      product,
      product.matrices.findIndex((m) => m.name === matrix.name),
    );
  }

  return {
    graph,
    inputs: step.inputs.map(renew),
    states: step.states.map((s) => ({ ...s, previous: renew(s.previous), next: renew(s.next) })),
    output: renew(step.output),
    named: new Map([...step.named].map(([name, node]) => [name, renew(node)])),
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
