// What is wrong with a network, said before anything is planned: names, connections, widths. Plans nothing.
import { lower, sizeOf } from "../graph/lower.ts";
import {
  attentionInputs,
  networkOfEncoder,
  partsOf,
  sourceOf,
  type Network,
  type NetworkLayer,
  type Part,
} from "./network.ts";

export function outputWidth(layer: NetworkLayer): number {
  return lower(layer.cell, layer.sizes).output.width;
}

/** The width of every input and layer, by name; throws for a network that does not fit together. */
export function checkNetwork(network: Network): ReadonlyMap<string, number> {
  const widths = new Map(network.inputs.map((i) => [i.name, i.width]));
  for (const layer of network.layers) {
    if (widths.has(layer.name))
      throw new Error(`two parts of the network are named '${layer.name}'; rename one`);
    for (const input of layer.cell.inputs) checkConnection(network, layer, input, widths);
    widths.set(layer.name, outputWidth(layer));
  }
  checkLoss(network, widths);
  checkEncoder(network, widths);
  return widths;
}

/** Checks that the encoder fits together, and what it hands on the inputs that take it. */
function checkEncoder({ inputs, encoder }: Network, widths: ReadonlyMap<string, number>): void {
  if (!encoder) return;
  const own = checkNetwork(networkOfEncoder(encoder));
  const shared = [...own.keys()].find((name) => widths.has(name));
  if (shared !== undefined) {
    throw new Error(`'${shared}' is a part of the encoder and of the network that reads it; rename one`);
  }
  const check = (name: string, width: number, what: string): void => {
    const input = inputs.find((i) => i.name === name);
    if (input?.kind === "dense" && input.per === "sequence" && input.width === width) return;
    throw new Error(
      `the encoder hands ${what}, ${width} wide, to '${name}', which must be a dense input per sequence of that width`,
    );
  };
  const { finals, attended } = encoder;
  const width = finals.of.reduce((sum, state) => sum + stateWidth(encoder.layers, state), 0);
  check(finals.input, width, finals.of.join(" and "));
  if (!attended) return;
  const { of, longest } = attended;
  const wide = own.get(of);
  if (wide === undefined) throw new Error(`the encoder has no layer '${of}' to attend to`);
  const { far, ...numbers } = attentionInputs;
  for (const name of Object.values(numbers)) check(name, longest * wide, `all outputs of '${of}'`);
  check(far, longest, `the steps of '${of}'`);
}

/** Of `<layer>.<state>`. */
function stateWidth(layers: readonly NetworkLayer[], name: string): number {
  const at = name.lastIndexOf(".");
  const layer = layers.find((l) => l.name === name.slice(0, at));
  const state = layer?.cell.states.find((s) => s.name === name.slice(at + 1));
  if (layer && state) return sizeOf(state.width, layer.sizes, layer.cell.name);
  throw new Error(`the encoder has no state '${name}'; write <layer>.<state>`);
}

function checkConnection(
  network: Network,
  layer: NetworkLayer,
  input: NetworkLayer["cell"]["inputs"][number],
  widths: ReadonlyMap<string, number>,
): void {
  const place = `layer '${layer.name}': input '${input.name}'`;
  const parts = partsOf(layer.inputs[input.name]);
  const missing = parts.find((p) => !widths.has(sourceOf(p)));
  if (parts.length === 0 || missing !== undefined) {
    const what =
      missing === undefined ? "nothing" : `'${sourceOf(missing)}', which is no input and no earlier layer`;
    throw new Error(
      `${place} of ${layer.cell.name} is connected to ${what}; choose one of ${[...widths.keys()].join(", ")}`,
    );
  }
  const given = parts.reduce((sum, p) => sum + widthOfPart(place, network, p, widths), 0);
  const named = parts.map((p) => `'${sourceOf(p)}'`).join(" and ");
  const expected = sizeOf(input.width, layer.sizes, layer.cell.name);
  if (given !== expected) {
    throw new Error(
      `${place} has width ${expected} but ${named} ${parts.length === 1 ? "has" : "have"} width ${given}`,
    );
  }
  const wrong = parts.find((p) => periodOf(network, p) !== input.per);
  if (wrong !== undefined) {
    throw new Error(
      `${place} is per ${input.per} but '${sourceOf(wrong)}' is per ${periodOf(network, wrong)}; ` +
        `declare it so in the equations, as in 'input ${input.name} per ${periodOf(network, wrong)}', or connect another`,
    );
  }
}

const inputOf = (network: Network, part: string | Part): Network["inputs"][number] | undefined =>
  network.inputs.find((i) => i.name === sourceOf(part));

const periodOf = (network: Network, part: string | Part): "step" | "sequence" =>
  inputOf(network, part)?.per ?? "step";

function widthOfPart(
  place: string,
  network: Network,
  part: string | Part,
  widths: ReadonlyMap<string, number>,
): number {
  const whole = widths.get(sourceOf(part)) as number;
  if (typeof part === "string") return whole;
  const { of, from, width } = part;
  const isCount = Number.isSafeInteger(from) && Number.isSafeInteger(width) && from >= 0 && width >= 1;
  if (!isCount || from + width > whole) {
    throw new Error(
      `${place} is ${width} columns of '${of}' from ${from} on, but '${of}' has width ${whole}`,
    );
  }
  if (inputOf(network, part)?.kind === "index") {
    throw new Error(`${place} is a part of '${of}', which is an index; connect all of it`);
  }
  return width;
}

function checkLoss({ layers, loss }: Network, widths: ReadonlyMap<string, number>): void {
  if (!layers.some((l) => l.name === loss.of)) {
    throw new Error(`the loss is of '${loss.of}', which is no layer of the network`);
  }
  const width = widths.get(loss.of) as number;
  if (loss.kind === "mean" && width !== 1) {
    throw new Error(
      `the loss is the mean of '${loss.of}', which has width ${width}; reduce it to one number, as in 'sum(…)'`,
    );
  }
  if (loss.kind !== "cross-entropy") return;
  const { smoothing = 0 } = loss;
  if (!(smoothing >= 0 && smoothing < 1)) {
    throw new Error(`label smoothing must be from 0 (none) to below 1, not ${smoothing}; 0.1 is customary`);
  }
}

export function checkKeep(network: Network, keep: readonly string[]): void {
  for (const name of keep) {
    if (network.layers.some((l) => name.startsWith(`${l.name}.`))) continue;
    const layers = network.layers.map((l) => l.name).join(", ");
    throw new Error(`'${name}' cannot be kept; write <layer>.<quantity>, with a layer of ${layers}`);
  }
}
