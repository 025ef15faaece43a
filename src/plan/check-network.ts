// Checks a network before it is planned: names, connections, widths, the loss. Plans nothing.
import { shown } from "../base/options.ts";
import type { Cell } from "../language/cell.ts";
import { lower, sizeOf } from "../graph/lower.ts";
import {
  attentionInputs,
  networkOfEncoder,
  partsOf,
  sourceOf,
  type Network,
  type NetworkLayer,
  type NetworkPart,
} from "./network.ts";

type Widths = ReadonlyMap<string, number>;

export function outputWidth(layer: NetworkLayer): number {
  return lower(layer.cell, layer.sizes).output.width;
}

/** The width of every input and layer, by name. Throws for a network that does not fit together. */
export function checkNetwork(network: Network): Widths {
  const widths = new Map(network.inputs.map((i) => [i.name, i.width]));
  for (const layer of network.layers) {
    if (!Array.isArray((layer.cell as Partial<Cell> | undefined)?.equations)) {
      throw new Error(
        `layer '${layer.name}': its cell must be a Cell, such as cellNamed("lstm"), not ${shown(layer.cell)}`,
      );
    }
    if (widths.has(layer.name))
      throw new Error(`two parts of the network are named '${layer.name}'; rename one`);
    for (const input of layer.cell.inputs) checkConnection(network, layer, input, widths);
    widths.set(layer.name, outputWidth(layer));
  }
  checkLoss(network, widths);
  checkEncoder(network, widths);
  return widths;
}

/** Checks an encoder alone, and the inputs of the network that it fills. */
function checkEncoder({ inputs, encoder }: Network, widths: Widths): void {
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

/** `name` is `<layer>.<state>`. */
function stateWidth(layers: readonly NetworkLayer[], name: string): number {
  const dot = name.lastIndexOf(".");
  const layer = layers.find((l) => l.name === name.slice(0, dot));
  const state = layer?.cell.states.find((s) => s.name === name.slice(dot + 1));
  if (layer && state) return sizeOf(state.width, layer.sizes, layer.cell.name);
  throw new Error(`the encoder has no state '${name}'; write <layer>.<state>`);
}

function checkConnection(
  network: Network,
  layer: NetworkLayer,
  input: NetworkLayer["cell"]["inputs"][number],
  widths: Widths,
): void {
  const subject = `layer '${layer.name}': input '${input.name}'`;
  const parts = partsOf(layer.inputs[input.name]);
  const missing = parts.find((p) => !widths.has(sourceOf(p)));
  if (parts.length === 0 || missing !== undefined) {
    const connected =
      missing === undefined
        ? "nothing"
        : `'${sourceOf(missing)}', which is neither an input nor an earlier layer`;
    throw new Error(
      `${subject} of ${layer.cell.name} is connected to ${connected}; choose one of ${[...widths.keys()].join(", ")}`,
    );
  }
  const width = parts.reduce((sum, p) => sum + widthOfPart(subject, network, p, widths), 0);
  const expected = sizeOf(input.width, layer.sizes, layer.cell.name);
  if (width !== expected) {
    const names = parts.map((p) => `'${sourceOf(p)}'`).join(" and ");
    throw new Error(
      `${subject} has width ${expected} but ${names} ${parts.length === 1 ? "has" : "have"} width ${width}`,
    );
  }
  const mismatch = parts.find((p) => periodOf(network, p) !== input.per);
  if (mismatch === undefined) return;
  const period = periodOf(network, mismatch);
  throw new Error(
    `${subject} is per ${input.per} but '${sourceOf(mismatch)}' is per ${period}; ` +
      `declare it so in the equations, as in 'input ${input.name} per ${period}', or connect another`,
  );
}

const inputOf = (network: Network, part: string | NetworkPart): Network["inputs"][number] | undefined =>
  network.inputs.find((i) => i.name === sourceOf(part));

const periodOf = (network: Network, part: string | NetworkPart): "step" | "sequence" =>
  inputOf(network, part)?.per ?? "step";

function widthOfPart(subject: string, network: Network, part: string | NetworkPart, widths: Widths): number {
  const whole = widths.get(sourceOf(part)) as number;
  if (typeof part === "string") return whole;
  const { of, from, width } = part;
  const isRange = Number.isSafeInteger(from) && Number.isSafeInteger(width) && from >= 0 && width >= 1;
  if (!isRange || from + width > whole) {
    throw new Error(
      `${subject} is ${width} columns of '${of}' from ${from} on, but '${of}' has width ${whole}`,
    );
  }
  if (inputOf(network, part)?.kind === "index") {
    throw new Error(`${subject} is a part of '${of}', which is an index; connect all of it`);
  }
  return width;
}

function checkLoss({ layers, loss }: Network, widths: Widths): void {
  if (!layers.some((l) => l.name === loss.of)) {
    throw new Error(`the loss is of '${loss.of}', which is not a layer of the network`);
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

/** Throws for a quantity of no layer; the layer itself checks the rest of the name. */
export function checkKeep(network: Network, keep: readonly string[]): void {
  for (const name of keep) {
    if (network.layers.some((l) => name.startsWith(`${l.name}.`))) continue;
    const layers = network.layers.map((l) => l.name).join(", ");
    throw new Error(`'${name}' cannot be kept; write <layer>.<quantity>, with a layer of ${layers}`);
  }
}
