// The order of a layer's work: region by region and stage by stage, barriers and the pointwise kernels between them.
import type { Node } from "../../graph/graph.ts";
import { accessesOf } from "../accesses.ts";
import type { LayerAnalysis } from "./analysis.ts";
import { access } from "../arena.ts";
import { barrierKernels, type RowsOver } from "./barrier-kernels.ts";
import { findLocation, makeTemporary, storedNodes, type LayerBuffers, type StateBuffers } from "./buffers.ts";
import type { Access, Kernel, Loop } from "../plan.ts";
import { fuse, type Store } from "../pointwise.ts";
import { regions, type Direction, type Region } from "./slots.ts";

/** The kernels of one direction of a layer's work, in order. */
export function scheduleWork(
  direction: Direction,
  { slotOf, barriers }: LayerAnalysis,
  buffers: LayerBuffers,
): (Kernel | Loop)[] {
  return regions.flatMap((region) => {
    const isHere = (node: Node): boolean =>
      slotOf(node).direction === direction && slotOf(node).region === region;
    const [barriersHere, stored] = [barriers.filter(isHere), storedNodes(buffers).filter(isHere)];
    const last = Math.max(0, ...[...barriersHere, ...stored].map((n) => slotOf(n).stage));
    const body = Array.from({ length: last + 1 }, (_, stage) => {
      const isAtStage = (node: Node): boolean => slotOf(node).stage === stage;
      return [
        ...barriersHere
          .filter(isAtStage)
          .flatMap((barrier) => barrierKernels(barrier, direction, overOf(region), buffers)),
        ...pointwiseKernels(stored.filter(isAtStage), direction, region, buffers),
      ];
    }).flat();
    if (region !== "loop") return body;
    return body.length > 0 ? [{ kind: "loop", direction, body: body as Kernel[] }] : [];
  });
}

function overOf(region: Region): RowsOver {
  switch (region) {
    case "loop":
      return "step";
    case "rows":
    case "rowsAfter":
      return "rows";
    case "before":
    case "after":
      return "tokens";
  }
  return region satisfies never;
}

function pointwiseKernels(
  nodes: readonly Node[],
  direction: Direction,
  region: Region,
  buffers: LayerBuffers,
): (Kernel | Loop)[] {
  const stores = nodes.flatMap((node) =>
    (buffers.targets.get(node) ?? []).map((target): Store => ({ node, access: target })),
  );
  if (stores.length === 0) return [];
  const kernel = fuse(overOf(region), stores, {
    load: (node) => loadsFor(node, region, nodes, buffers),
    temporary: (width) => makeTemporary(buffers, width),
    salt: buffers.layer.salt,
  });
  if (kernel.over !== "tokens") return [kernel];
  // Rows of sequences, and states before a step, can be reached only at one step at a time.
  const isStepwise =
    accessesOf(kernel).some((a) => a.at === "lag" || a.buffer.extent === "rows") ||
    kernel.values.some((v) => v.op === "mask" && v.per === "sequence");
  return isStepwise ? [{ kind: "loop", direction, body: [{ ...kernel, over: "step" }] }] : [kernel];
}

/** Where the pointwise kernel that stores `stored` loads a node; undefined if it computes it. */
function loadsFor(
  node: Node,
  region: Region,
  stored: readonly Node[],
  buffers: LayerBuffers,
): readonly Access[] | undefined {
  const { layer, derivatives, states } = buffers;
  switch (node.op) {
    case "parameter":
      return [access(layer.parameters, layer.parameter(node.name).offset)];
    case "reset":
      return [access(layer.resets)];
    case "gradient":
      return layer.contributions;
    case "carried":
      return [access((derivatives.get(node.name) as StateBuffers).all)];
    case "lag":
      if (region !== "loop" && !stored.includes(node)) break;
      return [access((states.get(node.name) as StateBuffers).all, 0, "lag")];
  }
  const location = findLocation(buffers, node);
  return location ? [location] : undefined;
}
