// The first pass of planning: buffers for all that comes from outside, the loss, and the kernels that bring inputs into
// the form in which layers read them.
import type { Node } from "../graph/graph.ts";
import { lower } from "../graph/lower.ts";
import { access } from "./arena.ts";
import { widthOf, type Draft } from "./draft.ts";
import { planLoss, type PlannedLoss } from "./loss.ts";
import { partsOf, sourceOf, type Network, type NetworkInput, type NetworkLayer } from "./network.ts";
import type { Buffer } from "./plan.ts";
import { addContribution, isReverse } from "./wiring.ts";

export interface Connected {
  /** By input of the network: the buffer that the caller fills. */
  readonly inputs: ReadonlyMap<string, Buffer>;
  readonly loss: PlannedLoss;
  /** The marks of starts in the order of the layer's own steps. */
  resetsOf(layer: NetworkLayer): Buffer;
  /** Buffers that the caller or the kernels of this pass write. */
  readonly outside: ReadonlySet<Buffer>;
}

export function connectNetwork(draft: Draft): Connected {
  const { network, arena, wiring } = draft;
  const inputs = new Map(network.inputs.map((input) => [input.name, connectInput(draft, input)]));
  const { of } = network.loss;
  const loss = planLoss(network.loss, widthOf(draft, of), arena, draft.isTraining);
  if (loss.gradient)
    addContribution(wiring, of, { access: loss.gradient, from: 0, width: widthOf(draft, of) });
  const reversedResets = network.layers.some(isReverse) ? reverseResets(draft) : draft.resets;
  return {
    inputs,
    loss,
    resetsOf: (layer) => (isReverse(layer) ? reversedResets : draft.resets),
    outside: new Set(arena.buffers),
  };
}

/** Adds the signal of an input; returns the buffer that the caller fills. */
function connectInput({ network, arena, wiring, prelude }: Draft, input: NetworkInput): Buffer {
  const { name, width } = input;
  const extent = input.per === "step" ? "tokens" : "rows";
  const isDense = input.kind === "dense";
  const buffer = isDense ? arena.make(name, extent, width) : arena.make(name, extent, 1, "integer");
  if (isDense || isOnlyMultiplied(name, network)) {
    wiring.signals.set(name, { kind: input.kind, access: () => access(buffer) });
    return buffer;
  }
  const oneHot = access(arena.make(`${name}/one-hot`, extent, width));
  prelude.push({ kind: "oneHot", indices: access(buffer), into: oneHot, width });
  wiring.signals.set(name, { kind: "dense", access: () => oneHot });
  return buffer;
}

function reverseResets({ arena, prelude, resets }: Draft): Buffer {
  const reversed = arena.make("resets/reversed", "tokens", 1);
  prelude.push({ kind: "reverse", of: "starts", from: access(resets), into: access(reversed), width: 1 });
  return reversed;
}

/** Whether an input is used only in products with dense matrices, where a one-hot vector merely selects a column. */
function isOnlyMultiplied(name: string, { layers }: Network): boolean {
  return layers.every((layer) =>
    Object.entries(layer.inputs).every(([input, connection]) => {
      if (!partsOf(connection).some((part) => sourceOf(part) === name)) return true;
      return typeof connection === "string" && isOnlyMultipliedIn(layer, input);
    }),
  );
}

function isOnlyMultipliedIn({ cell, sizes }: NetworkLayer, input: string): boolean {
  const { graph, output, states } = lower(cell, sizes);
  const isInput = (node: Node): boolean => node.op === "input" && node.name === input;
  if ([output, ...states.map((s) => s.next)].some(isInput)) return false;
  return graph.nodes.every((user) => {
    const isDense = user.op === "product" && user.matrices.every((m) => m.blocks === 1);
    return isDense || !user.arguments.some(isInput);
  });
}
