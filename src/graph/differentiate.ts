// Reverse-mode differentiation of one time step. Derivatives from the step after and from outside the layer are leaves
// (`carried`, `gradient`); derivatives by parameters are described by their factors, not summed over time. The loop over
// time is the plan's.
import {
  dependents,
  levels,
  type Graph,
  type Matrix,
  type Node,
  type Product,
  type TransposedProduct,
} from "./graph.ts";
import { derivatives, type Derivatives } from "./ops.ts";
import type { Step } from "./step.ts";

/** `dM = Σ rows vectorᵀ` over all tokens (or, at level `sequence`, over all sequences). */
export interface MatrixGradient {
  readonly kind: "matrix";
  readonly name: string;
  readonly blocks: number;
  readonly rows: Node;
  readonly vector: Node;
}
/** `dp = Σ delta`, over the same. */
export interface VectorGradient {
  readonly kind: "vector";
  readonly name: string;
  readonly delta: Node;
}

/** The derivatives of the loss, as nodes of the step's graph. */
export interface StepGradient {
  /** By each state before the step: the value of `carried` one step earlier. */
  readonly previous: ReadonlyMap<string, Node>;
  /** By each of the inputs in the options. */
  readonly inputs: ReadonlyMap<string, Node>;
  readonly parameters: readonly (MatrixGradient | VectorGradient)[];
  /** By every node that the loss depends on, for reading (`keep`) and printing. */
  readonly adjoints: ReadonlyMap<Node, Node>;
}

/** What to differentiate by. */
interface GradientOptions {
  readonly inputs: readonly string[];
  /** Parameters that are not trained get no gradient. */
  readonly isTrained: (parameter: string) => boolean;
  /** Another table of derivatives, only to test the checks. */
  readonly derivatives?: Derivatives;
}

interface Pass {
  readonly g: Graph;
  readonly options: GradientOptions;
  readonly rules: Derivatives;
  /** The nodes that lead to a wanted derivative. */
  readonly active: ReadonlySet<Node>;
  /** The terms of each node's derivative so far. */
  readonly contributions: Map<Node, Node[]>;
  readonly adjoints: Map<Node, Node>;
  readonly parameters: (MatrixGradient | VectorGradient)[];
}

/** Adds the backward pass of a step to its graph and returns the derivatives. */
export function differentiate(step: Step, options: GradientOptions): StepGradient {
  const g = step.graph;
  const forward = [...g.nodes];
  const lastToFirst = forward.toReversed();
  const adjoints = new Map<Node, Node>();
  const pass: Pass = {
    g,
    options,
    rules: options.derivatives ?? derivatives,
    active: dependents(forward, (node) => isSource(node, options)),
    contributions: new Map(),
    adjoints,
    parameters: [],
  };
  contribute(pass, step.output, g.add({ op: "gradient" }, [], step.output.width, levels.step));
  for (const { name, next } of step.states) {
    contribute(pass, next, g.add({ op: "carried", name }, [], next.width, levels.step));
  }
  for (const node of lastToFirst) if (pass.active.has(node)) propagate(pass, node);

  const previous = new Map<string, Node>();
  const inputs = new Map<string, Node>();
  for (const node of lastToFirst) {
    const dy = adjoints.get(node);
    if (dy && node.op === "lag") previous.set(node.name, dy);
    if (dy && node.op === "input") inputs.set(node.name, dy);
  }
  return { previous, inputs, parameters: pass.parameters, adjoints };
}

function isSource(node: Node, options: GradientOptions): boolean {
  return (
    node.op === "lag" ||
    (node.op === "parameter" && options.isTrained(node.name)) ||
    (node.op === "input" && options.inputs.includes(node.name)) ||
    ((node.op === "product" || node.op === "transposedProduct") &&
      node.matrices.some((m) => options.isTrained(m.name)))
  );
}

function contribute({ g, active, contributions }: Pass, target: Node, value: Node): void {
  if (!active.has(target)) return;
  contributions.set(target, [...(contributions.get(target) ?? []), reduceTo(g, target, value)]);
}

/** Adds up the derivative by a node and hands it on to the node's arguments. */
function propagate(pass: Pass, node: Node): void {
  const { g, rules, options, contributions, adjoints, parameters } = pass;
  const parts = node.op === "product" ? deltasOf(g, node, adjoints) : [];
  const terms = contributions.get(node);
  const dy = terms?.reduce((total, next) => g.apply("add", total, next));
  if (node.op === "product" ? parts.every((p) => p === undefined) : dy === undefined) return;
  if (dy) adjoints.set(node, dy);

  switch (node.op) {
    case "number":
    case "input":
    case "lag":
    case "reset":
    case "gradient":
    case "carried":
    case "mask":
      return;
    case "parameter":
      if (options.isTrained(node.name)) parameters.push(...vectorGradients(g, node.name, terms ?? []));
      return;
    case "product": {
      const deltas = parts.map(
        (p, i) => p ?? g.broadcast(g.number(0), (node.matrices[i] as Matrix).rows, node.level),
      );
      const [dv, ...rows] = rules.product(g, node.arguments, node, deltas[0] as Node, deltas);
      if (dv) contribute(pass, node.arguments[0] as Node, dv);
      parameters.push(...matrixGradients(node, rows, [node.arguments[0] as Node], options));
      return;
    }
    case "transposedProduct": {
      const results = rules.transposedProduct(g, node.arguments, node, dy as Node, [dy as Node]);
      const count = node.arguments.length;
      node.arguments.forEach((a, i) => contribute(pass, a, results[i] as Node));
      parameters.push(...matrixGradients(node, node.arguments, results.slice(count), options));
      return;
    }
    case "sumSteps":
      throw new Error(`'${node.op}' occurs only in derivatives and has none itself`);
    default: {
      const results = rules[node.op](g, node.arguments, node, dy as Node, [dy as Node]);
      node.arguments.forEach((a, i) => {
        const value = results[i];
        // A slice hands its derivative to its product through `adjoints`, under its own index.
        if (node.op === "slice") adjoints.set(node, value as Node);
        else if (value) contribute(pass, a, value);
      });
    }
  }
}

/** A term with the width and level of its target, which may be narrower or change less often than its user. */
function reduceTo(g: Graph, target: Node, value: Node): Node {
  const summed = target.width === 1 ? g.sum(value) : g.broadcast(value, target.width);
  // A parameter's derivative is summed over all tokens at once, after the loop.
  return target.level < levels.step && summed.level === levels.step && target.op !== "parameter"
    ? g.add({ op: "sumSteps" }, [summed], summed.width, levels.sequence)
    : summed;
}

/** One sum over tokens, one over sequences: a contribution per sequence must not count at every step. */
function vectorGradients(g: Graph, name: string, terms: readonly Node[]): VectorGradient[] {
  const ofSteps = terms.filter((c) => c.level === levels.step);
  const ofSequences = terms.filter((c) => c.level !== levels.step);
  return [ofSteps, ofSequences].flatMap(([head, ...tail]) => {
    if (!head) return [];
    return [{ kind: "vector", name, delta: tail.reduce((total, next) => g.apply("add", total, next), head) }];
  });
}

/** The derivative by each part of a product; undefined where the loss does not depend on it. */
function deltasOf(g: Graph, product: Product, adjoints: ReadonlyMap<Node, Node>): (Node | undefined)[] {
  return product.matrices.map((_, index) => adjoints.get(g.slice(product, index)));
}

function matrixGradients(
  node: Product | TransposedProduct,
  rows: readonly (Node | null)[],
  vectors: readonly (Node | null)[],
  options: GradientOptions,
): MatrixGradient[] {
  return node.matrices.flatMap((matrix, i) => {
    const delta = rows[i];
    const vector = vectors[node.op === "product" ? 0 : i];
    if (!delta || !vector || !options.isTrained(matrix.name)) return [];
    return [{ kind: "matrix", name: matrix.name, blocks: matrix.blocks, rows: delta, vector }];
  });
}
