// Makes the buffers of a layer and assigns its values to them. Values that one product reads side by side are stored
// side by side.
import type { StepGradient } from "../../graph/differentiate.ts";
import { levels, type Node } from "../../graph/graph.ts";
import type { LayerAnalysis } from "./analysis.ts";
import { access } from "../arena.ts";
import { findAdjacent, nameSource, type LayerBuffers, type Locations, type StateBuffers } from "./buffers.ts";
import type { LayerContext } from "./context.ts";
import type { Access, Buffer, Extent } from "../plan.ts";

/** Buffers under construction. */
interface Allocation extends Locations, Pick<LayerBuffers, "newName"> {
  readonly analysis: LayerAnalysis;
  readonly targets: Map<Node, Access[]>;
}

export function allocateBuffers(layer: LayerContext, analysis: LayerAnalysis): LayerBuffers {
  const { name, step, arena } = layer;
  const targets = new Map<Node, Access[]>();
  const newName = nameSource(name);
  const states = new Map(
    step.states.map((state) => [state.name, allocateState(layer, state.name, state.next, targets)]),
  );
  const derivatives = new Map(
    [...analysis.stateDerivatives].map(([state, node]) => [
      state,
      allocateStateDerivative(layer, state, node, targets),
    ]),
  );
  const results = new Map(
    analysis.barriers.map((b) => [b, arena.make(newName(), extentOf(analysis, b), b.width)]),
  );
  const kept = new Map(
    [...analysis.kept].map(([quantity, node]) => [
      quantity,
      {
        buffer: allocateKept(layer, quantity, node, targets),
        direction: analysis.slotOf(node).direction,
      },
    ]),
  );
  const allocation = { layer, analysis, states, derivatives, kept, results, targets, newName };
  for (const group of argumentsOfTransposed(analysis.barriers)) allocateGroup(allocation, group);
  for (const group of rowsOfGradients(layer.gradient)) {
    const unstored = group.filter((node) => !targets.has(node));
    allocateGroup(allocation, unstored);
  }
  for (const node of analysis.storage.stored) allocateValue(allocation, node);
  return allocation;
}

function addTarget(targets: Map<Node, Access[]>, node: Node, target: Access): void {
  targets.set(node, [...(targets.get(node) ?? []), target]);
}

/** `next` is the state after the step. */
function allocateState(
  { name, arena }: LayerContext,
  state: string,
  next: Node,
  targets: Map<Node, Access[]>,
): StateBuffers {
  const all = arena.make(`${name}.states.${state}`, "states", next.width);
  const initial = arena.alias(`initial.${name}.${state}`, "rows", all);
  addTarget(targets, next, access(all));
  const final = arena.make(`final.${name}.${state}`, "rows", next.width);
  return { all, initial, final };
}

/** `previous` is the derivative by the state before the step. */
function allocateStateDerivative(
  { name, arena }: LayerContext,
  state: string,
  previous: Node,
  targets: Map<Node, Access[]>,
): StateBuffers {
  const all = arena.make(`${name}.dstates.${state}`, "states", previous.width);
  const initial = arena.alias(`dinitial.${name}.${state}`, "rows", all);
  const final = arena.make(`dfinal.${name}.${state}`, "rows", previous.width);
  addTarget(targets, previous, access(all, 0, "lag"));
  return { all, initial, final };
}

function allocateKept(
  { name, arena }: LayerContext,
  quantity: string,
  node: Node,
  targets: Map<Node, Access[]>,
): Buffer {
  const extent = node.level === levels.step ? "tokens" : "rows";
  const buffer = arena.make(`${name}.${quantity}`, extent, node.width);
  addTarget(targets, node, access(buffer));
  return buffer;
}

function extentOf({ slotOf, storage }: LayerAnalysis, node: Node): Extent {
  const { region } = slotOf(node);
  if (region === "rows" || region === "rowsAfter") return "rows";
  return region === "loop" && !storage.lasting.has(node) ? "rows" : "tokens";
}

/** Side by side in one buffer, as one product reads them; unless they are already. */
function allocateGroup(allocation: Allocation, group: readonly Node[]): void {
  const { layer, analysis, targets, newName } = allocation;
  if (group.length < 2 || (group.every((n) => targets.has(n)) && findAdjacent(allocation, group))) return;
  const extent = group.every((n) => extentOf(analysis, n) === "rows") ? "rows" : "tokens";
  const width = group.reduce((total, n) => total + n.width, 0);
  const buffer = layer.arena.make(newName(), extent, width);
  let column = 0;
  for (const node of group) {
    addTarget(targets, node, access(buffer, column));
    column += node.width;
  }
}

/** A buffer for one value, unless it has one that its readers can use. */
function allocateValue({ layer, analysis, targets, newName }: Allocation, node: Node): void {
  const existing = targets.get(node);
  const isLagOnly = existing?.every((target) => target.at === "lag");
  const isArgument = (): boolean => analysis.barriers.some((b) => b.arguments.includes(node));
  if (existing && !(isLagOnly && (analysis.storage.lasting.has(node) || isArgument()))) return;
  const name = (node === layer.step.output && outputName(layer)) || newName(quantityOf(layer, node));
  addTarget(targets, node, access(layer.arena.make(name, extentOf(analysis, node), node.width)));
}

const quantityOf = ({ step }: LayerContext, node: Node): string | undefined =>
  [...step.named].find(([, named]) => named === node)?.[0];

/** The output's name in the equations, unless it is a state. */
function outputName(layer: LayerContext): string | undefined {
  const quantity = quantityOf(layer, layer.step.output);
  return quantity && !quantity.endsWith("'") ? `${layer.name}.${quantity}` : undefined;
}

/** Values that one product reads. */
const argumentsOfTransposed = (barriers: readonly Node[]): (readonly Node[])[] =>
  longestFirst(barriers.filter((b) => b.op === "transposedProduct").map((b) => b.arguments));

/** Values that are multiplied by one vector in weight gradients: side by side they make one kernel. */
function rowsOfGradients(gradient?: StepGradient): (readonly Node[])[] {
  const byVector = new Map<Node, Node[]>();
  for (const p of gradient?.parameters ?? []) {
    if (p.kind === "matrix") byVector.set(p.vector, [...(byVector.get(p.vector) ?? []), p.rows]);
  }
  return longestFirst([...byVector.values()]);
}

const longestFirst = (groups: (readonly Node[])[]): (readonly Node[])[] =>
  groups.sort((a, b) => b.length - a.length);
