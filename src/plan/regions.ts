// Where in the course of a layer's work each value belongs: hoisted out of the time loop, inside it, or after
// it; and at which stage, counted in matrix products. Knows the graph, no memory.
import { dependents, levels, reachable, type Node } from "../graph/graph.ts";
import type { Step } from "../graph/step.ts";
import type { StepGradient } from "../graph/differentiate.ts";
import { isCheap } from "./pointwise.ts";

/**
 * `rows`: once per sequence. `before`, `loop`, `after`: at every step, all at once or one by one. `rowsAfter`:
 * once per sequence, from sums over its steps. They are worked through in this order.
 */
export const regions = ["rows", "before", "loop", "after", "rowsAfter"] as const;
export type Region = (typeof regions)[number];
export type Direction = "forward" | "backward";

export interface Spot {
  readonly direction: Direction;
  readonly region: Region;
  /** Matrix products (and sums over steps) of the same direction and region on the way to the value. */
  readonly stage: number;
}

export const isBarrier = (node: Node): boolean =>
  node.op === "product" ||
  node.op === "transposedProduct" ||
  node.op === "gather" ||
  node.op === "scatter" ||
  node.op === "sumSteps";

export interface SpotContext {
  readonly step: Step;
  readonly forwardCount: number;
  readonly gradient?: StepGradient;
  /** Whether a node is an input that stands for a one-hot vector. */
  readonly isIndex: (node: Node) => boolean;
}

export function assignSpots({ step, forwardCount, gradient, isIndex }: SpotContext): (node: Node) => Spot {
  const nodes = step.graph.nodes;
  const next = step.states.map((s) => s.next);
  const forward = {
    carried: dependents(nodes, (n) => n.op === "lag"),
    needed: new Set(reachable(next)),
  };
  const backward = {
    carried: dependents(nodes, (n) => n.op === "carried"),
    needed: new Set(reachable(gradient?.previous.values() ?? [])),
  };
  const summed = dependents(nodes, (n) => n.op === "sumSteps");
  const isInLoop = (node: Node): boolean =>
    node.id < forwardCount && forward.carried.has(node) && forward.needed.has(node);
  const selected = selectedInLoop(nodes.slice(0, forwardCount), isIndex, isInLoop);
  const spots = new Map<Node, Spot>();
  const spotOf = (node: Node): Spot => {
    const known = spots.get(node);
    if (known) return known;
    const direction = node.id < forwardCount ? "forward" : "backward";
    const { carried, needed } = direction === "forward" ? forward : backward;
    const region: Region =
      node.level <= levels.sequence
        ? summed.has(node)
          ? "rowsAfter"
          : "rows"
        : !carried.has(node) && !selected.has(node)
          ? "before"
          : needed.has(node) || selected.has(node)
            ? "loop"
            : "after";
    const stages = node.arguments.map(spotOf).map((s) => {
      return s.direction === direction && s.region === region ? s.stage : 0;
    });
    const spot = { direction, region, stage: Math.max(0, ...stages) + (isBarrier(node) ? 1 : 0) } as const;
    spots.set(node, spot);
    return spot;
  };
  return spotOf;
}

/**
 * Selecting rows of a table is as fast at each step as at once, and what it gives stays in cache until it is used. So
 * selections belong in the loop if nothing outside of it uses them, and what is cheap on the way there with them.
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

export const sameWork = (a: Spot, b: Spot): boolean => a.direction === b.direction && a.region === b.region;
