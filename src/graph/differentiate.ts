// Reverse-mode differentiation of one time step. What comes back from the next step and from outside are
// leaves (`carried`, `gradient`); weight gradients are named, not summed. Knows no time loop and no batch.
import { levels, type Graph, type Matrix, type Node, type Pullback, type Product } from "./graph.ts";
import { derivatives, type Derivatives } from "./ops.ts";
import type { Step } from "./lower.ts";

/** `dM = Σ rows vectorᵀ` over all tokens (or, at level `sequence`, all sequences). */
export interface MatrixGradient {
  readonly kind: "matrix";
  readonly name: string;
  readonly blocks: number;
  readonly rows: Node;
  readonly vector: Node;
}
/** `dp = Σ delta`. */
export interface VectorGradient {
  readonly kind: "vector";
  readonly name: string;
  readonly delta: Node;
}

export interface StepGradient {
  /** The derivative by each state as the step before left it: what `carried` will be one step earlier. */
  readonly previous: ReadonlyMap<string, Node>;
  /** By each input that was asked for. */
  readonly inputs: ReadonlyMap<string, Node>;
  readonly parameters: readonly (MatrixGradient | VectorGradient)[];
  /** By every node of the step that the loss depends on, for reading (`keep`) and printing. */
  readonly adjoints: ReadonlyMap<Node, Node>;
}

export interface Wanted {
  readonly inputs: readonly string[];
  /** Parameters that are trained; others get no gradient. */
  readonly isTrained: (parameter: string) => boolean;
  /** The table of derivatives; another is given only to test the checks. */
  readonly derivatives?: Derivatives;
}

export function differentiate(step: Step, wanted: Wanted): StepGradient {
  const g = step.graph;
  const rules = wanted.derivatives ?? derivatives;
  const forward = [...g.nodes];
  const active = dependentsOfWanted(forward, wanted);
  const contributions = new Map<Node, Node[]>();
  const adjoints = new Map<Node, Node>();
  const parameters: (MatrixGradient | VectorGradient)[] = [];

  const contribute = (target: Node, value: Node): void => {
    if (!active.has(target)) return;
    contributions.set(target, [...(contributions.get(target) ?? []), fit(g, target, value)]);
  };

  contribute(step.output, g.add({ op: "gradient" }, [], step.output.width, levels.step));
  for (const { name, next } of step.states) {
    contribute(next, g.add({ op: "carried", name }, [], next.width, levels.step));
  }

  for (const node of forward.reverse()) {
    if (!active.has(node)) continue;
    const parts = node.op === "product" ? deltasOf(g, node, adjoints) : [];
    const received = contributions.get(node);
    const dy = received?.reduce((total, next) => g.apply("add", total, next));
    if (node.op === "product" ? parts.every((p) => p === undefined) : dy === undefined) continue;
    if (dy) adjoints.set(node, dy);

    switch (node.op) {
      case "number":
      case "input":
      case "lag":
      case "reset":
      case "gradient":
      case "carried":
      case "mask":
        break;
      case "parameter":
        if (wanted.isTrained(node.name)) parameters.push(...vectorGradients(g, node.name, received ?? []));
        break;
      case "product": {
        const deltas = parts.map(
          (p, i) => p ?? g.broadcast(g.number(0), (node.matrices[i] as Matrix).rows, node.level),
        );
        const [dv, ...rows] = rules.product(g, node.arguments, node, deltas[0] as Node, deltas);
        if (dv) contribute(node.arguments[0] as Node, dv);
        parameters.push(...matrixGradients(node, rows, [node.arguments[0] as Node], wanted));
        break;
      }
      case "pullback": {
        const results = rules.pullback(g, node.arguments, node, dy as Node, [dy as Node]);
        const count = node.arguments.length;
        node.arguments.forEach((a, i) => contribute(a, results[i] as Node));
        parameters.push(...matrixGradients(node, node.arguments, results.slice(count), wanted));
        break;
      }
      case "sumSteps":
        throw new Error(`'${node.op}' stands in derivatives alone and has none of its own`);
      default: {
        const results = rules[node.op](g, node.arguments, node, dy as Node, [dy as Node]);
        node.arguments.forEach((a, i) => {
          const value = results[i];
          // A slice hands its derivative to its product through `adjoints`, under its own index.
          if (node.op === "slice") adjoints.set(node, value as Node);
          else if (value) contribute(a, value);
        });
      }
    }
  }

  const lags = new Map<string, Node>();
  const inputs = new Map<string, Node>();
  for (const node of forward) {
    const dy = adjoints.get(node);
    if (dy && node.op === "lag") lags.set(node.name, dy);
    if (dy && node.op === "input") inputs.set(node.name, dy);
  }
  return { previous: lags, inputs, parameters, adjoints };
}

function dependentsOfWanted(nodes: readonly Node[], wanted: Wanted): Set<Node> {
  const active = new Set<Node>();
  for (const node of nodes) {
    const isSource =
      node.op === "lag" ||
      (node.op === "parameter" && wanted.isTrained(node.name)) ||
      (node.op === "input" && wanted.inputs.includes(node.name)) ||
      ((node.op === "product" || node.op === "pullback") &&
        node.matrices.some((m) => wanted.isTrained(m.name)));
    if (isSource || node.arguments.some((a) => active.has(a))) active.add(node);
  }
  return active;
}

/** A contribution has its user's width and level; the target may be narrower, or change less often. */
function fit(g: Graph, target: Node, value: Node): Node {
  const summed = target.width === 1 ? g.sum(value) : g.broadcast(value, target.width);
  // A parameter's derivative is summed over all tokens at once, after the loop.
  return target.level < levels.step && summed.level === levels.step && target.op !== "parameter"
    ? g.add({ op: "sumSteps" }, [summed], summed.width, levels.sequence)
    : summed;
}

/** One sum over tokens, one over sequences: what a sequence contributes once must not count at every step. */
function vectorGradients(g: Graph, name: string, contributions: readonly Node[]): VectorGradient[] {
  const ofSteps = contributions.filter((c) => c.level === levels.step);
  const ofSequences = contributions.filter((c) => c.level !== levels.step);
  return [ofSteps, ofSequences].flatMap(([head, ...tail]) => {
    if (!head) return [];
    return [{ kind: "vector", name, delta: tail.reduce((total, next) => g.apply("add", total, next), head) }];
  });
}

function deltasOf(g: Graph, product: Product, adjoints: ReadonlyMap<Node, Node>): (Node | undefined)[] {
  return product.matrices.map((_, index) => adjoints.get(g.slice(product, index)));
}

function matrixGradients(
  node: Product | Pullback,
  rows: readonly (Node | null)[],
  vectors: readonly (Node | null)[],
  wanted: Wanted,
): MatrixGradient[] {
  return node.matrices.flatMap((matrix, i) => {
    const delta = rows[i];
    const vector = vectors[node.op === "product" ? 0 : i];
    if (!delta || !vector || !wanted.isTrained(matrix.name)) return [];
    return [{ kind: "matrix", name: matrix.name, blocks: matrix.blocks, rows: delta, vector }];
  });
}
