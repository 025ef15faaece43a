// The slot of each value in a layer's work: hoisted out of the time loop, inside it or after it, and at which stage,
// counted in matrix products. Knows the graph, no memory.
import { dependents, levels, reachable, type Node } from "../../graph/graph.ts";
import type { Step } from "../../graph/step.ts";
import type { StepGradient } from "../../graph/differentiate.ts";
import { isCheap } from "../pointwise.ts";

/**
 * `rows`: once per sequence. `before`, `loop`, `after`: for every step, all at once or one by one. `rowsAfter`: once per
 * sequence, from sums over its steps. They are executed in this order.
 */
export const regions = ["rows", "before", "loop", "after", "rowsAfter"] as const;
export type Region = (typeof regions)[number];
export type Direction = "forward" | "backward";

export interface Slot {
  readonly direction: Direction;
  readonly region: Region;
  /** Number of barriers of the same direction and region on the way to the value. */
  readonly stage: number;
}

/** Operations that run as kernels of their own, between pointwise kernels. */
export const isBarrier = (node: Node): boolean =>
  node.op === "product" ||
  node.op === "transposedProduct" ||
  node.op === "gather" ||
  node.op === "scatter" ||
  node.op === "sumSteps";

export interface SlotContext {
  readonly step: Step;
  readonly forwardCount: number;
  readonly gradient?: StepGradient;
  /** Whether a node is an input that stands for a one-hot vector. */
  readonly isIndex: (node: Node) => boolean;
}

export type SlotOf = (node: Node) => Slot;

/** Values of one direction that belong in the time loop: `needed` for the next step and `carried` from the last. */
interface LoopValues {
  readonly carried: ReadonlySet<Node>;
  readonly needed: ReadonlySet<Node>;
}

export function assignSlots({ step, forwardCount, gradient, isIndex }: SlotContext): SlotOf {
  const nodes = step.graph.nodes;
  const forward: LoopValues = {
    carried: dependents(nodes, (n) => n.op === "lag"),
    needed: new Set(reachable(step.states.map((s) => s.next))),
  };
  const backward: LoopValues = {
    carried: dependents(nodes, (n) => n.op === "carried"),
    needed: new Set(reachable(gradient?.previous.values() ?? [])),
  };
  const summed = dependents(nodes, (n) => n.op === "sumSteps");
  const isInLoop = (node: Node): boolean =>
    node.id < forwardCount && forward.carried.has(node) && forward.needed.has(node);
  const selected = selectedInLoop(nodes.slice(0, forwardCount), isIndex, isInLoop);

  const regionOf = (node: Node, { carried, needed }: LoopValues): Region => {
    if (node.level <= levels.sequence) return summed.has(node) ? "rowsAfter" : "rows";
    if (selected.has(node)) return "loop";
    if (!carried.has(node)) return "before";
    return needed.has(node) ? "loop" : "after";
  };
  const slots = new Map<Node, Slot>();
  const slotOf = (node: Node): Slot => {
    const known = slots.get(node);
    if (known) return known;
    const direction = node.id < forwardCount ? "forward" : "backward";
    const region = regionOf(node, direction === "forward" ? forward : backward);
    const here = { direction, region, stage: 0 } as const;
    const stages = node.arguments.map(slotOf).map((s) => (sameWork(s, here) ? s.stage : 0));
    const slot = { ...here, stage: Math.max(0, ...stages) + (isBarrier(node) ? 1 : 0) };
    slots.set(node, slot);
    return slot;
  };
  return slotOf;
}

/**
 * Selecting rows of a table is as fast at each step as all at once, and in the loop the result is still in cache when it
 * is used. So a selection moves into the loop if only the loop uses it, together with cheap values on the way there.
 */
function selectedInLoop(
  nodes: readonly Node[],
  isIndex: (node: Node) => boolean,
  isInLoop: (node: Node) => boolean,
): ReadonlySet<Node> {
  const isSelection = (node: Node): boolean => node.op === "product" && node.arguments.every(isIndex);
  const forLoop = new Set<Node>();
  for (const node of [...nodes].reverse()) {
    const isMovable =
      node.level > levels.sequence && (isSelection(node) || node.op === "slice" || isCheap(node));
    const users = nodes.filter((n) => n.arguments.includes(node));
    const isOnlyForLoop = users.length > 0 && users.every((n) => forLoop.has(n));
    if (isInLoop(node) || (isMovable && isOnlyForLoop)) forLoop.add(node);
  }
  return dependents([...forLoop].reverse(), isSelection);
}

export const sameWork = (a: Slot, b: Slot): boolean => a.direction === b.direction && a.region === b.region;
