// Prints the derived backward pass of a cell as equations: those of each step, from the last to the first, and the sums
// over steps that are the parameters' gradients.
import type { Cell } from "../language/cell.ts";
import { differentiate, type StepGradient } from "./differentiate.ts";
import { reachable, type Node } from "./graph.ts";
import { lower, type Sizes } from "./lower.ts";
import { printNode, printBracketed, weight, type NameOf } from "./print-graph.ts";
import type { Step } from "./step.ts";

/** An equation, `name = expression`. */
export interface DerivedLine {
  readonly name: string;
  readonly expression: string;
}

/**
 * `d` before a name is the derivative of the loss by it, as in `keep`; `δ` is the derivative by the argument of a
 * function; `∇` comes from outside the layer. A prime means this step, as in the equations: `dh'` is by `h'`, `dh` by `h`.
 * `dh⁺` is the `dh` of the step after, a term of this step's `dh'`.
 */
interface DerivedBackward {
  /** Values of the forward pass without a name in the equations that the backward pass reads more than once. */
  readonly forward: readonly DerivedLine[];
  /** Equations of every step. */
  readonly step: readonly DerivedLine[];
  /** The gradients, after the first step is reached: `Σ` is over all steps and rows. */
  readonly parameters: readonly DerivedLine[];
}

/** Values of a smaller weight are written out wherever they are read. */
const shortest = 3;

/** The sizes matter only where a width is 1. */
export function deriveBackward(cell: Cell, sizes: Sizes): DerivedBackward {
  const step = lower(cell, sizes, { resets: false });
  const forwardCount = step.graph.nodes.length;
  const trained = new Map(cell.parameters.map((p) => [p.name, p.trained]));
  const gradient = differentiate(step, {
    inputs: cell.inputs.map((input) => input.name),
    isTrained: (name) => trained.get(name) ?? false,
  });
  const names = nameForward(step);
  const taken = new Set<string>([...cell.parameters.map((p) => p.name), ...step.named.keys()]);
  const derivative = (name: string): string => {
    return taken.has(`d${name.replace("'", "")}`) ? `∂${name}` : `d${name}`;
  };

  // Derivatives by named values. A value with several names goes by its first.
  const lines = new Map<Node, string[]>();
  const isParameter = (node: Node): boolean => node.op === "parameter";
  for (const [node, adjoint] of gradient.adjoints) {
    for (const name of namesOf(step, node).filter(() => !isParameter(node) && node.op !== "number")) {
      const title = derivative(name);
      lines.set(adjoint, [...(lines.get(adjoint) ?? []), title]);
      if (adjoint.id >= forwardCount && !names.has(adjoint)) names.set(adjoint, title);
    }
  }
  const nameOf: NameOf = (node) => names.get(node) ?? arrival(cell, node, derivative);
  const roots = [...lines.keys(), ...gradient.parameters.flatMap((p) => partsOf(p))];
  nameShared(roots, { step, gradient, names, nameOf, forwardCount, taken });

  const written = reachable(roots).filter((n) => names.has(n));
  const inEquations = new Set(step.named.values());
  const lineOf = (n: Node): DerivedLine => ({
    name: names.get(n) as string,
    expression: arrival(cell, n, derivative) ?? printNode(n, nameOf),
  });
  return {
    forward: written.filter((n) => n.id < forwardCount && !inEquations.has(n)).map(lineOf),
    step: written
      .filter((n) => n.id >= forwardCount)
      .flatMap((n): DerivedLine[] => {
        const first = names.get(n) as string;
        const others = (lines.get(n) ?? []).filter((name) => name !== first);
        return [lineOf(n), ...others.map((name) => ({ name, expression: first }))];
      }),
    parameters: parameterLines(cell, gradient, nameOf),
  };
}

const namesOf = (step: Step, node: Node): string[] =>
  [...step.named].filter(([, n]) => n === node).map(([name]) => name);

const partsOf = (p: StepGradient["parameters"][number]): Node[] =>
  p.kind === "matrix" ? [p.rows, p.vector] : [p.delta];

function nameForward(step: Step): Map<Node, string> {
  const names = new Map<Node, string>();
  for (const [name, node] of step.named) {
    if (node.op !== "number" && !names.has(node)) names.set(node, name);
  }
  return names;
}

/** The name of a derivative that comes from the layer above or from the step after. */
function arrival(cell: Cell, node: Node, derivative: (name: string) => string): string | undefined {
  if (node.op === "carried") return `${derivative(node.name)}⁺`;
  if (node.op !== "gradient") return undefined;
  return `∇${cell.output}${cell.states.some((s) => s.name === cell.output) ? "'" : ""}`;
}

interface Naming {
  readonly step: Step;
  readonly gradient: StepGradient;
  readonly names: Map<Node, string>;
  readonly nameOf: NameOf;
  readonly forwardCount: number;
  readonly taken: ReadonlySet<string>;
}

/** Names the values that are read more than once and are not short. */
function nameShared(roots: readonly Node[], naming: Naming): void {
  const { step, gradient, names, nameOf, forwardCount, taken } = naming;
  const used = new Set([...taken, ...names.values()]);
  const fresh = (wanted: readonly string[], otherwise: string): string => {
    let name = wanted.find((w) => !used.has(w));
    for (let i = 1; name === undefined; i++) if (!used.has(`${otherwise}${i}`)) name = `${otherwise}${i}`;
    used.add(name);
    return name;
  };
  const nodes = reachable(roots);
  const readers = new Map<Node, number>();
  const count = (node: Node): void => void readers.set(node, (readers.get(node) ?? 0) + 1);
  for (const node of nodes) node.arguments.forEach(count);
  gradient.parameters.flatMap(partsOf).forEach(count);
  for (const node of nodes) {
    const once = (readers.get(node) ?? 0) < 2;
    const isPart = node.op === "product" || node.op === "slice" || node.op === "broadcast";
    if (names.has(node) || isPart) continue;
    if (node.op === "mask") names.set(node, fresh([], "m"));
    if (once || node.arguments.length === 0 || weight(node, nameOf) < shortest) continue;
    const isForward = node.id < forwardCount;
    names.set(node, isForward ? fresh([], "a") : fresh(deltaNames(step, gradient, node), "δ"));
  }
}

/** `δi` for the argument of the function that makes `i`; otherwise named after a bias or a matrix inside it. */
function deltaNames(step: Step, gradient: StepGradient, adjoint: Node): string[] {
  const of = [...gradient.adjoints].filter(([, a]) => a === adjoint).map(([node]) => node);
  const inside = [...step.named].filter(
    ([, n]) => n.arguments.length === 1 && of.includes(n.arguments[0] as Node),
  );
  const biases = of.filter((n) => n.op === "parameter");
  const parts = of.flatMap((n) => {
    if (n.op !== "slice") return [];
    const { matrices } = n.arguments[0] as Node & { op: "product" };
    return [(matrices[n.index] as { name: string }).name];
  });
  return [
    ...inside.map(([name]) => `δ${name.replace("'", "")}`),
    ...biases.map((n) => `δ${(n as { name: string }).name}`),
    ...parts.map((name) => `δ${name}`),
  ];
}

function parameterLines(cell: Cell, gradient: StepGradient, nameOf: NameOf): DerivedLine[] {
  return cell.parameters.flatMap(({ name }) => {
    const parts = gradient.parameters.filter((p) => p.name === name);
    if (parts.length === 0) return [];
    const texts = parts.map((p) =>
      p.kind === "matrix"
        ? `Σ ${printBracketed(p.rows, nameOf)} ${printBracketed(p.vector, nameOf)}ᵀ`
        : `Σ ${printBracketed(p.delta, nameOf)}`,
    );
    return [{ name: `d${name}`, expression: texts.join(" + ") }];
  });
}
