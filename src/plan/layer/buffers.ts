// The buffers of a layer, and where each of its values can be read and must be stored. Knows the layer's values, not the
// kernels that compute them.
import type { Node } from "../../graph/graph.ts";
import { isInMemory } from "./analysis.ts";
import { access } from "../arena.ts";
import type { LayerContext } from "./context.ts";
import type { Access, Buffer } from "../plan.ts";
import { isBarrier, type Direction } from "./slots.ts";

/** Of a state, or of the derivatives by it. */
export interface StateBuffers {
  /** The rows before the first step and those after each step. */
  readonly all: Buffer;
  /** The rows before the first step: another name for the first ones of `all`. */
  readonly initial: Buffer;
  /** The rows after each sequence's last step. */
  readonly final: Buffer;
}

export interface KeptBuffer {
  readonly buffer: Buffer;
  /** The pass that writes it. */
  readonly direction: Direction;
}

export interface LayerBuffers {
  readonly layer: LayerContext;
  readonly states: ReadonlyMap<string, StateBuffers>;
  /** In training, by state. */
  readonly derivatives: ReadonlyMap<string, StateBuffers>;
  /** By quantities to be readable after a run. */
  readonly kept: ReadonlyMap<string, KeptBuffer>;
  /** The results of barriers. */
  readonly results: ReadonlyMap<Node, Buffer>;
  /** Where pointwise kernels store their values. */
  readonly targets: ReadonlyMap<Node, readonly Access[]>;
  readonly newName: NameSource;
}

/** A name of the layer's own that no buffer has yet, with the quantity that the equations call it, if any. */
export type NameSource = (quantity?: string) => string;

export function nameSource(layer: string): NameSource {
  let next = 0;
  return (quantity) => `${layer}/${next++}${quantity === undefined ? "" : `(${quantity})`}`;
}

/** Memory for one row, to hand a value from one pass of a kernel to a later one. */
export const makeTemporary = ({ layer, newName }: LayerBuffers, width: number): Access =>
  access(layer.arena.make(newName(), "once", width));

/** The values that pointwise kernels store, arguments first. */
export const storedNodes = ({ targets }: Pick<LayerBuffers, "targets">): Node[] =>
  [...targets.keys()].sort((a, b) => a.id - b.id);

/** The part of the record that reading a value needs. */
export type Locations = Pick<LayerBuffers, "layer" | "results" | "targets">;

export const resultOf = ({ results }: Pick<LayerBuffers, "results">, barrier: Node): Access =>
  access(results.get(barrier) as Buffer);

/** Everywhere a value can be read: its original first, then its copies. */
export function locationsOf(buffers: Locations, node: Node): readonly Access[] {
  const { layer, targets } = buffers;
  const copies = targets.get(node) ?? [];
  if (node.op === "slice") {
    const product = resultOf(buffers, node.arguments[0] as Node);
    return [{ ...product, column: node.offset }, ...copies];
  }
  if (isBarrier(node)) return [resultOf(buffers, node), ...copies];
  if (node.op === "input") return [layer.input(node.name).access(), ...copies];
  if (node.op === "gradient" && isInMemory(node, layer)) return [...layer.contributions, ...copies];
  return copies;
}

/** Where a value can be read at its own step; undefined if it is not in memory. */
export const findLocation = (buffers: Locations, node: Node): Access | undefined =>
  locationsOf(buffers, node).find((location) => location.at !== "lag");

/** The same for a value that must be in memory. */
export function locationOf(buffers: Locations, node: Node): Access {
  const location = findLocation(buffers, node);
  if (!location) throw new Error(`${buffers.layer.name}: a value of '${node.op}' is not in memory`);
  return location;
}

/** Where the nodes of a group are stored side by side, if they are. */
export function findAdjacent(buffers: Locations, group: readonly Node[]): Access | undefined {
  return locationsOf(buffers, group[0] as Node).find((start) => {
    let { column } = start;
    return group.every((node) => {
      const isNext = locationsOf(buffers, node).some(
        (l) => l.buffer === start.buffer && l.column === column && l.at === start.at,
      );
      column += node.width;
      return isNext;
    });
  });
}

/** The location of a value right after other columns, if it has one. */
export const findAfter = (
  buffers: Locations,
  node: Node,
  { access: before, width }: { readonly access: Access; readonly width: number },
): Access | undefined =>
  locationsOf(buffers, node).find((l) => l.buffer === before.buffer && l.column === before.column + width);
