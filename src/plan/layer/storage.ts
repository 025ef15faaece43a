// Save or recompute: which values of a layer are stored, because a product reads them, a later kernel needs them or
// they were asked for; and which of them must outlast their step. Knows the graph, no buffers.
import type { Node } from "../../graph/graph.ts";
import { isCheap } from "../pointwise.ts";
import { isBarrier, sameWork, type Slot, type SlotOf } from "./slots.ts";

export interface StorageChoice {
  /** Pointwise values that are computed once and stored, arguments first. */
  readonly stored: readonly Node[];
  /** Values in memory that are read outside the step of the loop that computes them. */
  readonly lasting: ReadonlySet<Node>;
}

/** `required` values are stored whatever the cost; `lastingRoots` are values that outlast their step. */
export function chooseStorage(
  required: ReadonlySet<Node>,
  lastingRoots: ReadonlySet<Node>,
  barriers: readonly Node[],
  slotOf: SlotOf,
): StorageChoice {
  const stored = new Set(required);
  for (;;) {
    const survey = surveyUses(stored, barriers, slotOf);
    const added = furtherStored(survey, stored, slotOf);
    if (added.length === 0) {
      const lasting = new Set([...survey.lasting, ...lastingRoots]);
      return { stored: [...stored].sort((a, b) => a.id - b.id), lasting };
    }
    for (const node of added) stored.add(node);
  }
}

/** Expensive values first, then cheap ones that cannot be recomputed, then expensive ones computed twice. */
function furtherStored(survey: Survey, stored: ReadonlySet<Node>, slotOf: SlotOf): Node[] {
  const expensive = survey.crossing.map(([node]) => node).filter((node) => !isCheap(node));
  if (expensive.length > 0) return expensive;
  const lost = survey.crossing.filter(([node, user]) => !isRecomputable(node, user, stored, slotOf));
  if (lost.length > 0) return earliestOf(lost.map(([node]) => node));
  return [...survey.computedIn].filter(([, kernels]) => kernels.size > 1).map(([node]) => node);
}

/** Those that depend on none of the others: once they are stored, the others may be recomputable. */
function earliestOf(nodes: readonly Node[]): Node[] {
  const all = new Set(nodes);
  const known = new Map<Node, boolean>();
  const dependsOnAny = (node: Node): boolean => {
    const cached = known.get(node);
    if (cached !== undefined) return cached;
    known.set(node, false);
    const depends = node.arguments.some((a) => all.has(a) || (isCheap(a) && dependsOnAny(a)));
    known.set(node, depends);
    return depends;
  };
  return [...all].filter((node) => !dependsOnAny(node));
}

interface Survey {
  /** Values that are not in memory and are read by a kernel of other work than their own, with each reader. */
  readonly crossing: readonly (readonly [Node, Slot])[];
  readonly lasting: ReadonlySet<Node>;
  /** The kernels that compute an expensive value that is not stored. */
  readonly computedIn: ReadonlyMap<Node, ReadonlySet<string>>;
}

function surveyUses(stored: ReadonlySet<Node>, barriers: readonly Node[], slotOf: SlotOf): Survey {
  const crossing: [Node, Slot][] = [];
  const lasting = new Set<Node>();
  const computedIn = new Map<Node, Set<string>>();

  for (const root of [...stored, ...barriers]) {
    const user = slotOf(root);
    const kernel = `${user.direction}:${user.region}:${user.stage}`;
    const seen = new Set<Node>();
    const visit = (node: Node): void => {
      if (seen.has(node)) return;
      seen.add(node);
      const isSameWork = sameWork(slotOf(node), user);
      if (stored.has(node) || isBarrier(node) || node.op === "slice") {
        if (!isSameWork || user.region !== "loop") lasting.add(wholeOf(node));
        return;
      }
      if (isLeaf(node)) {
        // The state of the step before is there only while the loop is at that step.
        const isGone = node.op === "mask" ? !isSameWork : node.op === "lag" && user.region !== "loop";
        if (isGone) crossing.push([node, user]);
        return;
      }
      if (!isSameWork) {
        crossing.push([node, user]);
        if (!isRecomputable(node, user, stored, slotOf)) return;
      } else if (!isCheap(node)) {
        computedIn.set(node, (computedIn.get(node) ?? new Set()).add(kernel));
      }
      node.arguments.forEach(visit);
    };
    for (const argument of root.arguments) visit(argument);
  }
  return { crossing, lasting, computedIn };
}

export const isLeaf = (node: Node): boolean => node.arguments.length === 0;

/** The product that a slice is a part of; any other node itself. */
export const wholeOf = (node: Node): Node => (node.op === "slice" ? (node.arguments[0] as Node) : node);

/** Cheap, and computed from values that the user's kernel can read. */
function isRecomputable(node: Node, user: Slot, stored: ReadonlySet<Node>, slotOf: SlotOf): boolean {
  if (stored.has(node)) return true;
  if (node.op === "slice" || isBarrier(node)) return slotOf(node).region !== "loop";
  if (node.op === "lag") return user.region === "loop";
  if (isLeaf(node)) return node.op !== "mask";
  return isCheap(node) && node.arguments.every((a) => isRecomputable(a, user, stored, slotOf));
}
