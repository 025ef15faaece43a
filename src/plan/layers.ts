// The second pass of planning: the layers of a network, last first, since each hands its derivative to those before it.
import { differentiate, type StepGradient } from "../graph/differentiate.ts";
import { lower } from "../graph/lower.ts";
import type { Step } from "../graph/step.ts";
import { access } from "./arena.ts";
import { reverseSteps } from "./columns.ts";
import type { Connected } from "./connect.ts";
import { keptOf, type Draft } from "./draft.ts";
import { planLayer, type LayerPlan } from "./layer/plan-layer.ts";
import {
  derivedInputs,
  partsOf,
  sourceOf,
  type Network,
  type NetworkInput,
  type NetworkLayer,
} from "./network.ts";
import { layerSalt } from "./noise.ts";
import type { Kernel, Loop } from "./plan.ts";
import type { Direction } from "./layer/slots.ts";
import { planWeightMasks } from "./layer/weight-masks.ts";
import { connectInput, contribute, isReverse, receiveLayerGradient, type ConnectedInput } from "./wiring.ts";

export interface PlannedLayer {
  readonly layer: NetworkLayer;
  readonly plan: LayerPlan;
  /** To be called once all layers are planned. */
  forward(): (Kernel | Loop)[];
  backward(): (Kernel | Loop)[];
}

/** The layers in the network's order. */
export function planLayers(draft: Draft, connected: Connected): PlannedLayer[] {
  const planned: PlannedLayer[] = [];
  /** Parameters whose gradients are written by then: layers may share some. */
  const written = new Set<string>();
  for (const [index, layer] of [...draft.network.layers.entries()].reverse()) {
    planned.unshift(planNetworkLayer(draft, connected, layer, layerSalt(draft.firstLayer + index), written));
  }
  return planned;
}

function planNetworkLayer(
  draft: Draft,
  connected: Connected,
  layer: NetworkLayer,
  salt: number,
  written: Set<string>,
): PlannedLayer {
  const { wiring, arena, parameters, gradients, isTraining } = draft;
  const step = lower(layer.cell, layer.sizes, { noise: isTraining });
  const forwardCount = step.graph.nodes.length;
  const gradient = isTraining ? gradientOf(draft, layer, step) : undefined;
  const inputs = new Map(
    layer.cell.inputs.map(({ name }) => [name, connectInput(wiring, layer, name)] as const),
  );
  const parameter = (name: string): ReturnType<Draft["parameter"]> =>
    draft.parameter(`${layer.name}.${name}`);
  const masks = planWeightMasks({ layer, salt, step, parameter, arena, parameters, gradients });
  draft.prepare.push(...masks.prepare);
  const received = receiveLayerGradient(wiring, layer);
  const plan = planLayer({
    name: layer.name,
    salt,
    step,
    forwardCount,
    ...(gradient && { gradient }),
    arena,
    parameters,
    parameter,
    matrix: masks.matrix,
    ...(gradients && { gradients }),
    written,
    resets: connected.resetsOf(layer),
    input: (name) => (inputs.get(name) as ConnectedInput).signal,
    contributions: received.parts,
    keep: keptOf(draft, layer.name),
  });
  const handOn = addSignal(draft, layer, plan);
  const natural = reverseKept(draft, layer, plan);
  const contributed = [...plan.inputGradients].flatMap(([input, where]) =>
    contribute(wiring, layer, input, where),
  );
  return {
    layer,
    plan,
    forward: () => [
      ...[...inputs.values()].flatMap((input) => input.kernels()),
      ...plan.forward(),
      ...handOn(),
      ...natural.forward,
    ],
    backward: () => [
      ...received.kernels,
      ...plan.backward(),
      ...masks.backward,
      ...contributed,
      ...natural.backward,
    ],
  };
}

/** Adds the output of a layer, in the order of time; returns the kernels that it takes. */
function addSignal(
  { wiring, arena }: Draft,
  { name, direction }: NetworkLayer,
  plan: LayerPlan,
): () => Kernel[] {
  if (direction !== "reverse") {
    wiring.signals.set(name, { kind: "dense", access: plan.output });
    return () => [];
  }
  const width = wiring.widths.get(name) as number;
  const output = access(arena.make(`${name}/output`, "tokens", width));
  wiring.signals.set(name, { kind: "dense", access: () => output });
  return () => [reverseSteps(plan.output(), output, width)];
}

/**
 * The kept quantities of a reverse layer are read by name in the order of time: makes copies of them; returns the kernels
 * that follow the pass which computes them.
 */
function reverseKept(
  { arena, views }: Draft,
  layer: NetworkLayer,
  { kept }: LayerPlan,
): Readonly<Record<Direction, readonly Kernel[]>> {
  const kernels: Record<Direction, Kernel[]> = { forward: [], backward: [] };
  for (const [quantity, { buffer, direction }] of isReverse(layer) ? kept : []) {
    if (buffer.extent === "rows") continue;
    const { width } = buffer;
    const name = `${layer.name}.${quantity}`;
    const natural = access(arena.make(`${name}/natural`, "tokens", width));
    views[name] = { access: natural, width };
    kernels[direction].push(reverseSteps(access(buffer), natural, width));
  }
  return kernels;
}

function gradientOf(draft: Draft, layer: NetworkLayer, step: Step): StepGradient {
  const { derivatives } = draft.options;
  return differentiate(step, {
    inputs: differentiableInputs(draft.network, layer),
    isTrained: (name) => draft.parameter(`${layer.name}.${name}`).trained,
    ...(derivatives && { derivatives }),
  });
}

/**
 * Inputs of a layer that lead to what a derivative is wanted by: to layers, to what an encoder hands over and, where the
 * loss is given, to every dense input.
 */
function differentiableInputs(network: Network, layer: NetworkLayer): string[] {
  const bridged = derivedInputs(network);
  const isWanted = ({ name, kind }: NetworkInput): boolean =>
    kind === "dense" && (network.loss.kind === "given" || bridged.has(name));
  return layer.cell.inputs
    .map((input) => input.name)
    .filter((name) =>
      partsOf(layer.inputs[name]).some((part) => {
        const input = network.inputs.find((i) => i.name === sourceOf(part));
        return input ? isWanted(input) : true;
      }),
    );
}
