// The layer whose output a network puts out, as its loss tells.
import { partsOf, sourceOf, type Network } from "../plan/network.ts";

/**
 * The name of the layer that the loss reads: of a cross-entropy the layer of the logits; of a loss that is a layer, the
 * layer that its inputs come from.
 */
export function readoutOf({ layers, loss }: Network): string {
  if (loss.kind !== "mean") return loss.of;
  const names = new Set(layers.map((layer) => layer.name));
  const reader = layers.find((layer) => layer.name === loss.of);
  const read = Object.values(reader?.inputs ?? {}).flatMap((c) => partsOf(c).map(sourceOf));
  return read.find((name) => names.has(name)) ?? loss.of;
}
