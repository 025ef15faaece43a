// Save or recompute: which values of a layer must stand in memory, because a product reads them, a later kernel
// needs them or they are asked for; and how long they must last. Knows the graph, no buffers.
import type { Node } from "../graph/graph.ts";
import { isCheap } from "./pointwise.ts";
import { isBarrier, sameWork, type Spot } from "./regions.ts";

export interface Placement {
  /** Pointwise values that are computed once and stored, arguments first. */
  readonly stored: readonly Node[];
  /** Values in memory that are read outside the loop step that makes them. */
  readonly lasting: ReadonlySet<Node>;
}

/** `required` must stand in memory whatever the cost, `lastingRoots` of them beyond their own step. */
export function place(
  required: ReadonlySet<Node>,
  lastingRoots: ReadonlySet<Node>,
  barriers: readonly Node[],
  spotOf: (node: Node) => Spot,
): Placement {
  const stored = new Set(required);
  for (;;) {
    const survey = surveyUses(stored, barriers, spotOf);
    const dear = survey.crossing.map(([n]) => n).filter((n) => !isCheap(n));
    const lost = survey.crossing.filter(([n, user]) => !isRecomputable(n, user, stored, spotOf));
    const added = dear.length > 0 ? dear : firstOf(lost.map(([n]) => n));
    const repeated = added.length > 0 ? [] : [...survey.computedAt].filter(([, kernels]) => kernels.size > 1);
    const more = [...added, ...repeated.map(([n]) => n)];
    if (more.length === 0) {
      const lasting = new Set([...survey.lasting, ...lastingRoots]);
      return { stored: [...stored].sort((a, b) => a.id - b.id), lasting };
    }
    for (const node of more) stored.add(node);
  }
}

/** Those that are made of none of the others: with them in memory the others can be computed again, perhaps. */
function firstOf(nodes: readonly Node[]): Node[] {
  const all = new Set(nodes);
  const known = new Map<Node, boolean>();
  const isMadeOfAny = (node: Node): boolean => {
    const found = known.get(node);
    if (found !== undefined) return found;
    known.set(node, false);
    const made = node.arguments.some((a) => all.has(a) || (isCheap(a) && isMadeOfAny(a)));
    known.set(node, made);
    return made;
  };
  return [...all].filter((node) => !isMadeOfAny(node));
}

interface Survey {
  /** Values read by a kernel of other work than their own and not in memory, with each such reader. */
  readonly crossing: readonly (readonly [Node, Spot])[];
  readonly lasting: ReadonlySet<Node>;
  /** The kernels that compute a dear value that is not stored. */
  readonly computedAt: ReadonlyMap<Node, ReadonlySet<string>>;
}

function surveyUses(
  stored: ReadonlySet<Node>,
  barriers: readonly Node[],
  spotOf: (node: Node) => Spot,
): Survey {
  const crossing: [Node, Spot][] = [];
  const lasting = new Set<Node>();
  const computedAt = new Map<Node, Set<string>>();

  for (const root of [...stored, ...barriers]) {
    const user = spotOf(root);
    const kernel = `${user.direction}:${user.region}:${user.stage}`;
    const seen = new Set<Node>();
    const walk = (node: Node): void => {
      if (seen.has(node)) return;
      seen.add(node);
      const own = spotOf(node);
      const here = sameWork(own, user);
      if (stored.has(node) || isBarrier(node) || node.op === "slice") {
        if (!here || user.region !== "loop") lasting.add(sourceOf(node));
        return;
      }
      if (isLeaf(node)) {
        // A carried or earlier state is there only while the loop stands at its step.
        if (node.op === "mask" ? !here : node.op === "lag" && user.region !== "loop")
          crossing.push([node, user]);
        return;
      }
      if (!here) {
        crossing.push([node, user]);
        if (!isRecomputable(node, user, stored, spotOf)) return;
      } else if (!isCheap(node)) {
        computedAt.set(node, (computedAt.get(node) ?? new Set()).add(kernel));
      }
      node.arguments.forEach(walk);
    };
    for (const argument of root.arguments) walk(argument);
  }
  return { crossing, lasting, computedAt };
}

export const isLeaf = (node: Node): boolean => node.arguments.length === 0;
const sourceOf = (node: Node): Node => (node.op === "slice" ? (node.arguments[0] as Node) : node);

/** Cheap, and made from what the user's kernel can read. */
function isRecomputable(
  node: Node,
  user: Spot,
  stored: ReadonlySet<Node>,
  spotOf: (node: Node) => Spot,
): boolean {
  if (stored.has(node)) return true;
  if (node.op === "slice" || isBarrier(node)) return spotOf(node).region !== "loop";
  if (node.op === "lag") return user.region === "loop";
  if (isLeaf(node)) return node.op !== "mask";
  return isCheap(node) && node.arguments.every((a) => isRecomputable(a, user, stored, spotOf));
}
