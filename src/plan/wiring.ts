// The connections between the layers of a network: where each input of a layer can be read, and the derivatives by the
// outputs of inputs and layers.
import type { Period } from "../language/cell.ts";
import { access, shiftColumns, type Arena } from "./arena.ts";
import { addParts, addUp, joinColumns, reverseSteps, type Summand } from "./columns.ts";
import type { Signal } from "./layer/context.ts";
import { partsOf, type Network, type NetworkLayer, type NetworkPart } from "./network.ts";
import type { Access, Kernel } from "./plan.ts";

export interface Wiring {
  readonly network: Network;
  /** Of inputs and layers, by name. */
  readonly widths: ReadonlyMap<string, number>;
  readonly arena: Arena;
  /** The outputs of inputs and layers, in the order of time; layers are added once they are planned. */
  readonly signals: Map<string, Signal>;
  /** The derivatives by the output of an input or a layer. */
  readonly contributions: Map<string, Summand[]>;
}

export function createWiring(network: Network, widths: ReadonlyMap<string, number>, arena: Arena): Wiring {
  return { network, widths, arena, signals: new Map(), contributions: new Map() };
}

/** Whether a layer goes from the last step of each row to its first. */
export const isReverse = (layer: NetworkLayer): boolean => layer.direction === "reverse";

/** An input of a layer, and the kernels that must run first. */
export interface ConnectedInput {
  readonly signal: Signal;
  /** To be called once all layers are planned. */
  kernels(): Kernel[];
}

/** A derivative as a sum of parts, and the kernels that must run first. */
export interface ReceivedGradient {
  readonly parts: readonly Access[];
  readonly kernels: readonly Kernel[];
}

/** An input of a layer, in the order of the layer's own steps. */
export function connectInput(wiring: Wiring, layer: NetworkLayer, input: string): ConnectedInput {
  const columns = columnsOf(wiring, layer, input);
  const perStep = columns.some((c) => periodOf(wiring, c.of) === "step");
  const connected =
    columns.length === 1 ? select(wiring, columns[0] as NetworkPart) : join(wiring, layer, input);
  if (!isReverse(layer) || !perStep) return connected;
  const { kind } = connected.signal;
  const width = kind === "index" ? 1 : totalWidth(columns);
  const type = kind === "index" ? "integer" : "float";
  const reversed = access(wiring.arena.make(`${layer.name}/reversed.${input}`, "tokens", width, type));
  return {
    signal: { kind, access: () => reversed },
    kernels: () => [...connected.kernels(), reverseSteps(connected.signal.access(), reversed, width)],
  };
}

/** Columns of one signal, read where they are. */
function select({ signals }: Wiring, { of, from }: NetworkPart): ConnectedInput {
  // The signal of a layer is not there yet, and never an index.
  const kind = signals.get(of)?.kind ?? "dense";
  return {
    signal: { kind, access: () => shiftColumns((signals.get(of) as Signal).access(), from) },
    kernels: () => [],
  };
}

/** Columns of several signals, copied side by side. */
function join(wiring: Wiring, layer: NetworkLayer, input: string): ConnectedInput {
  const columns = columnsOf(wiring, layer, input);
  const extent = columns.some((c) => periodOf(wiring, c.of) === "step") ? "tokens" : "rows";
  const buffer = wiring.arena.make(`${layer.name}/joined.${input}`, extent, totalWidth(columns));
  return {
    signal: { kind: "dense", access: () => access(buffer) },
    kernels: () => {
      const parts = columns.map((c) => ({ from: select(wiring, c).signal.access(), width: c.width }));
      return [joinColumns(parts, buffer)];
    },
  };
}

/** Adds a derivative by the whole output of an input or a layer. */
export function addContribution({ contributions }: Wiring, of: string, summand: Summand): void {
  contributions.set(of, [...(contributions.get(of) ?? []), summand]);
}

/** Adds the derivative by an input of a layer to those by what it is connected to; returns the kernels that it takes. */
export function contribute(wiring: Wiring, layer: NetworkLayer, input: string, gradient: Access): Kernel[] {
  const columns = columnsOf(wiring, layer, input);
  const width = totalWidth(columns);
  const isReversed = isReverse(layer) && gradient.buffer.extent === "tokens";
  const natural = isReversed
    ? access(wiring.arena.make(`d.${layer.name}/natural.${input}`, "tokens", width))
    : gradient;
  let column = 0;
  for (const { of, from, width: partWidth } of columns) {
    addContribution(wiring, of, { access: shiftColumns(natural, column), from, width: partWidth });
    column += partWidth;
  }
  return isReversed ? [reverseSteps(gradient, natural, width)] : [];
}

/** The derivative by the output of an input or a layer; no parts if nothing depends on it. */
export function receiveGradient(
  { contributions, arena }: Wiring,
  of: string,
  width: number,
): ReceivedGradient {
  const parts = contributions.get(of) ?? [];
  const [first] = parts;
  if (!first || parts.every((p) => p.width === width))
    return { parts: parts.map((p) => p.access), kernels: [] };
  const whole = access(arena.make(`d.${of}/whole`, first.access.buffer.extent, width));
  return { parts: [whole], kernels: [addParts(parts, whole, width)] };
}

/** The same as one part, summed into a buffer of the given name if there are several. */
export function receiveSum(
  wiring: Wiring,
  of: string,
  width: number,
  name: string,
): { readonly sum: Access | undefined; readonly kernels: readonly Kernel[] } {
  const { parts, kernels } = receiveGradient(wiring, of, width);
  const [first] = parts;
  if (!first || parts.length === 1) return { sum: first, kernels };
  const sum = access(wiring.arena.make(name, first.buffer.extent, width));
  return { sum, kernels: [...kernels, addUp(parts, sum, width)] };
}

/** The derivative by the output of a layer, in the order of the layer's own steps. */
export function receiveLayerGradient(wiring: Wiring, layer: NetworkLayer): ReceivedGradient {
  const width = wiring.widths.get(layer.name) as number;
  if (!isReverse(layer)) return receiveGradient(wiring, layer.name, width);
  const { sum, kernels } = receiveSum(wiring, layer.name, width, `d.${layer.name}/sum`);
  if (!sum) return { parts: [], kernels };
  const reversed = access(wiring.arena.make(`d.${layer.name}/reversed`, "tokens", width));
  return { parts: [reversed], kernels: [...kernels, reverseSteps(sum, reversed, width)] };
}

/** What an input of a layer is connected to, side by side. */
function columnsOf({ widths }: Wiring, layer: NetworkLayer, input: string): NetworkPart[] {
  return partsOf(layer.inputs[input]).map((part) =>
    typeof part === "string" ? { of: part, from: 0, width: widths.get(part) as number } : part,
  );
}

const totalWidth = (columns: readonly NetworkPart[]): number => columns.reduce((sum, c) => sum + c.width, 0);

const periodOf = ({ network }: Wiring, name: string): Period =>
  network.inputs.find((i) => i.name === name)?.per ?? "step";
