// The readout of a network: the layer from whose output its loss is computed.
import { partsOf, sourceOf, type Network } from "../plan/network.ts";

/**
 * The layer whose output the loss of a network reads: that of a cross-entropy or of a loss that the caller computes, or
 * the one layer that the loss layer of a `mean` reads. Throws if that reads several layers, or none.
 */
export function readoutOf({ layers, loss }: Pick<Network, "layers" | "loss">): string {
  if (loss.kind !== "mean") return loss.of;
  const inputs = layers.find((layer) => layer.name === loss.of)?.inputs ?? {};
  const read = new Set(Object.values(inputs).flatMap(partsOf).map(sourceOf));
  const readouts = layers.filter((layer) => read.has(layer.name));
  const [readout] = readouts;
  if (!readout || readouts.length > 1) {
    const names = readouts.length === 0 ? "none" : readouts.map((layer) => layer.name).join(", ");
    throw new Error(`expected the loss layer '${loss.of}' to read one layer, its readout, got ${names}`);
  }
  return readout.name;
}
