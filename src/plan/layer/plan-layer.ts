// One layer's part of a plan: its buffers, and the kernels of its forward and its backward pass. Knows the layer's
// equations and capacities, no other layer's.
import { allocateBuffers } from "./allocate-buffers.ts";
import { analyseLayer, type LayerAnalysis } from "./analysis.ts";
import { access } from "../arena.ts";
import { parameterGradients } from "./gradients.ts";
import { isUpdatedInPlace, workInPlace } from "./in-place.ts";
import { findAfter, locationOf, type KeptBuffer, type LayerBuffers, type StateBuffers } from "./buffers.ts";
import { isIndex, type LayerContext } from "./context.ts";
import type { Access, Buffer, Kernel, Loop } from "../plan.ts";
import { scheduleWork } from "./schedule.ts";

export interface LayerPlan {
  readonly states: ReadonlyMap<string, StateBuffers>;
  /** In training, by state. */
  readonly derivatives: ReadonlyMap<string, StateBuffers>;
  /** By quantities to be readable after a run, in the order of the layer's own steps. */
  readonly kept: ReadonlyMap<string, KeptBuffer>;
  /** The derivatives by its inputs, in training. */
  readonly inputGradients: ReadonlyMap<string, Access>;
  /** The layer's output, in the order of its own steps. As the kernels, known once all layers are planned. */
  output(): Access;
  forward(): (Kernel | Loop)[];
  backward(): (Kernel | Loop)[];
}

export function planLayer(layer: LayerContext): LayerPlan {
  const analysis = analyseLayer(layer);
  const buffers = allocateBuffers(layer, analysis);
  const inputGradients = [...(layer.gradient?.inputs ?? [])];
  return {
    states: buffers.states,
    derivatives: buffers.derivatives,
    kept: buffers.kept,
    inputGradients: new Map(inputGradients.map(([input, node]) => [input, locationOf(buffers, node)])),
    output: () => locationOf(buffers, layer.step.output),
    forward: () => [
      ...scheduleWork("forward", analysis, buffers),
      ...[...buffers.states.values()].map(({ all, final }) => copyFinals("collect", all, final)),
    ],
    backward: () => scheduleBackward(layer, analysis, buffers),
  };
}

function scheduleBackward(
  layer: LayerContext,
  analysis: LayerAnalysis,
  buffers: LayerBuffers,
): (Kernel | Loop)[] {
  let work = scheduleWork("backward", analysis, buffers);
  const starts = [...buffers.derivatives.values()].map(({ all, final }): Kernel => {
    if (!isUpdatedInPlace(all, work)) return copyFinals("spread", all, final);
    work = workInPlace(all, work);
    layer.arena.shrinkToRows(all);
    return { kind: "copyRows", from: access(final), into: access(all), width: all.width };
  });
  return [...starts, ...work, ...weightGradients(layer, buffers)];
}

function copyFinals(direction: "collect" | "spread", tokens: Buffer, rows: Buffer): Kernel {
  const { width } = tokens;
  return { kind: "finals", direction, carried: false, tokens: access(tokens), rows: access(rows), width };
}

function weightGradients(layer: LayerContext, buffers: LayerBuffers): Kernel[] {
  return parameterGradients(layer.gradient?.parameters ?? [], {
    parameter: layer.parameter,
    into: layer.gradients as Buffer,
    written: layer.written,
    locationOf: (node, before) => (before && findAfter(buffers, node, before)) ?? locationOf(buffers, node),
    indices: (node) => (isIndex(node, layer) ? layer.input(node.name).access() : undefined),
  });
}
