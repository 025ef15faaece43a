// A random run of a network: values for everything that is written, and a random projection as the loss. Every check
// starts from one; it is run in `case-run.ts`.
import type { Cell } from "../language/cell.ts";
import { evaluateStep, startOf, type Values } from "../graph/evaluate.ts";
import { randomStream, streams, type RandomStream } from "../base/random.ts";
import { lower, sizeOf } from "../graph/lower.ts";
import { parameterLayout } from "../plan/build.ts";
import type { Network, NetworkLayer } from "../plan/network.ts";
import type { ParameterLayout } from "../plan/parameters.ts";
import type { RunExtent, Writable } from "../run/device.ts";
import { checkMemory, memoryNeeded } from "../model/memory.ts";
import { cellNetwork, sizesFor, type WantedSizes } from "../model/single-cell.ts";

/** The way in which a case runs its network. */
export interface CaseForm {
  /** Sequences begin at the first step, with their `start` values; otherwise they continue from random states. */
  readonly fresh: boolean;
  /** Rows have different lengths. */
  readonly ragged: boolean;
  /** New sequences start at later steps. */
  readonly resets: boolean;
  /** `x` is a class, not a vector. */
  readonly index: boolean;
}

/** The sizes of a case; H, I and other are raised where the cell's clauses require it. */
export interface CaseSizes extends WantedSizes {
  /** T */
  readonly steps: number;
  /** B */
  readonly rows: number;
}

/** A term of the loss, `Σ weights · from`. */
interface Projection {
  /** The buffer that is read. */
  readonly from: string;
  /** The buffer that takes the derivative by `from`; absent for a loss that the network computes itself. */
  readonly into?: string;
  readonly weights: Float64Array;
}

/** Values that the loss depends on, and where the derivative by them is read. */
export interface Quantity {
  /** The name in the equations, `x`, `Wz`; `initial h` for a state. */
  readonly name: string;
  /** A buffer that is written, or `parameters`. */
  readonly buffer: string;
  /** The first element there. */
  readonly offset: number;
  readonly size: number;
  /** A buffer or view that has the derivative at the same offset. */
  readonly derivative: string;
}

/** A network with everything that a run of it needs. */
export interface RandomCase {
  readonly network: Network;
  readonly layout: ParameterLayout;
  readonly extent: RunExtent;
  /** [layout.size] */
  readonly parameters: Float64Array;
  /** The values to write before a run, by buffer: inputs, initial states, resets, the noise's seed and step. */
  readonly buffers: ReadonlyMap<string, Writable>;
  readonly projections: readonly Projection[];
  readonly quantities: readonly Quantity[];
}

/** A case of a cell alone, with a loss on its outputs and final states. */
export function randomCase(cell: Cell, sizes: CaseSizes, form: CaseForm, seed: number): RandomCase {
  return randomNetworkCase(cellNetwork(cell, sizesFor(cell, sizes), form), sizes, form, seed);
}

interface Draft extends Pick<RandomCase, "network" | "layout" | "parameters"> {
  readonly stream: RandomStream;
  readonly rows: number;
  /** The number of steps of all rows together. */
  readonly tokens: number;
  readonly buffers: Map<string, Writable>;
  readonly projections: Projection[];
  readonly quantities: Quantity[];
}

/**
 * A case of any network, which decides itself which inputs are classes. Throws before anything is allocated if it needs
 * more memory than a device can address.
 */
export function randomNetworkCase(
  network: Network,
  { rows, steps }: Pick<CaseSizes, "rows" | "steps">,
  form: Omit<CaseForm, "index">,
  seed: number,
): RandomCase {
  checkMemory(network, memoryNeeded(network, { batch: rows, steps }));
  const stream = randomStream(seed, streams.check);
  const layout = parameterLayout(network);
  const lengths = lengthsOf(rows, steps, form.ragged, stream);
  const draft: Draft = {
    network,
    layout,
    parameters: new Float64Array(layout.size),
    stream,
    rows,
    tokens: lengths.reduce((sum, length) => sum + length, 0),
    buffers: new Map(),
    projections: [],
    quantities: [],
  };
  const { buffers, parameters, projections, quantities } = draft;
  addInputs(draft);
  buffers.set("resets", resetsOf(lengths, form, stream));
  buffers.set("seed", Int32Array.of(seed));
  buffers.set("step", Int32Array.of(3));
  addLoss(draft);
  drawParameters(draft);
  for (const layer of network.layers) addStates(draft, layer);
  for (const { name, offset, size, trained } of layout.places) {
    if (!trained) continue;
    const short = shortName(network, name);
    quantities.push({ name: short, buffer: "parameters", offset, size, derivative: "gradients" });
  }
  const extent = form.ragged ? { rows, steps, lengths } : { rows, steps };
  return { network, layout, extent, parameters, buffers, projections, quantities };
}

function addInputs({ network, stream, rows, tokens, buffers, quantities }: Draft): void {
  for (const { name, kind, per, width } of network.inputs) {
    const count = per === "step" ? tokens : rows;
    const size = count * width;
    const limit = indexLimit(network, name);
    if (kind === "index") buffers.set(name, classes(count, width, stream));
    else if (limit !== undefined) buffers.set(name, Float64Array.from(classes(size, limit, stream)));
    else {
      const values = fill(size, () => stream.normal());
      buffers.set(name, values);
      if (network.loss.kind !== "given") continue;
      quantities.push({ name, buffer: name, offset: 0, size, derivative: `d.${name}` });
    }
  }
}

function addLoss({ network, stream, tokens, buffers, projections }: Draft): void {
  const { kind, of } = network.loss;
  const width = outputWidthOf(network.layers.find((layer) => layer.name === of) as NetworkLayer);
  if (kind === "given") {
    projections.push(project(`output.${of}`, `d.${of}`, tokens * width, stream));
    return;
  }
  // Some targets are ignored.
  const targets = classes(tokens, width, stream).map((t, i) => (i % 5 === 3 ? -1 : t));
  if (kind === "cross-entropy") buffers.set("targets", targets);
  const weights = fill(tokens, () => 0.5 + stream.uniform());
  buffers.set("weights", weights);
  projections.push({ from: "loss", weights: Float64Array.of(1) });
}

/** Initial states that are reachable, and a term of the loss on the final ones. */
function addStates(draft: Draft, layer: NetworkLayer): void {
  const { network, stream, rows, buffers, projections, quantities } = draft;
  const { cell, sizes } = layer;
  const reached = reachedStates(draft, layer);
  for (const state of cell.states) {
    const path = `${layer.name}.${state.name}`;
    const size = rows * sizeOf(state.width, sizes, cell.name);
    const values = reached.flatMap((row) => [...(row.get(`${state.name}'`) ?? [])]);
    // Moved a little: elements that are still zero are equal, and the maximum of equal elements has no derivative.
    // Upwards: a state that others are divided by stays above zero.
    const moved = Float64Array.from(values, (v) => v + 0.05 + 0.3 * stream.uniform());
    buffers.set(`initial.${path}`, moved);
    projections.push(project(`final.${path}`, `dfinal.${path}`, size, stream));
    const name = `initial ${shortName(network, path)}`;
    quantities.push({ name, buffer: `initial.${path}`, offset: 0, size, derivative: `dinitial.${path}` });
  }
}

/**
 * The smallest width of a vector that an input's numbers are indices into, in a gather or a scatter; undefined for an input
 * without indices.
 */
function indexLimit({ layers }: Network, input: string): number | undefined {
  const widths = layers.flatMap(({ cell, sizes, inputs }) =>
    lower(cell, sizes).graph.nodes.flatMap((node) => {
      if (node.op !== "gather" && node.op !== "scatter") return [];
      const [vector, indices] = node.arguments;
      const isInput = indices?.op === "input" && inputs[indices.name] === input;
      return vector && isInput ? [node.op === "gather" ? vector.width : node.width] : [];
    }),
  );
  return widths.length > 0 ? Math.min(...widths) : undefined;
}

/** A name without its layer, if there is only one layer. */
const shortName = ({ layers }: Network, name: string): string =>
  layers.length === 1 ? name.slice(name.indexOf(".") + 1) : name;

const outputWidthOf = ({ cell, sizes }: NetworkLayer): number => lower(cell, sizes).output.width;

/** The states of each row after one step on random inputs, such as sequences continue from. */
function reachedStates(
  { layout, parameters, rows, stream }: Draft,
  { name, cell, sizes }: NetworkLayer,
): Values[] {
  if (cell.states.length === 0) return [];
  const places = layout.places.filter((p) => p.name.startsWith(`${name}.`));
  const values = new Map(
    places.map((p) => [p.name.slice(name.length + 1), parameters.subarray(p.offset, p.offset + p.size)]),
  );
  const evaluation = { cell, sizes, parameters: values };
  const indices = new Set(
    lower(cell, sizes).graph.nodes.flatMap((n) =>
      n.op === "gather" || n.op === "scatter" ? n.arguments[1] : [],
    ),
  );
  const isIndex = (input: string): boolean => [...indices].some((n) => n?.op === "input" && n.name === input);
  return Array.from({ length: rows }, () => {
    const inputs = new Map(
      cell.inputs.map((input) => [
        input.name,
        fill(sizeOf(input.width, sizes, cell.name), () => (isIndex(input.name) ? 0 : stream.normal())),
      ]),
    );
    return evaluateStep(evaluation, inputs, startOf(evaluation, inputs));
  });
}

/** The lengths of the rows, longest first: all of the steps, or with `ragged` down to one. */
function lengthsOf(rows: number, steps: number, ragged: boolean, stream: RandomStream): Int32Array {
  const any = (): number => 1 + Math.floor(stream.uniform() * steps);
  return Int32Array.from({ length: rows }, (_, b) => {
    return !ragged || b === 0 ? steps : b === rows - 1 ? 1 : any();
  }).sort((a, b) => b - a);
}

/** [tokens] 1 where a sequence starts; step by step, the rows that are as long. */
function resetsOf(lengths: Int32Array, form: Omit<CaseForm, "index">, stream: RandomStream): Float64Array {
  const resets: number[] = [];
  const steps = lengths[0] as number;
  for (let t = 0; t < steps; t++) {
    const alive = lengths.filter((length) => length > t).length;
    for (let b = 0; b < alive; b++) {
      const here = (b === 0 && t === Math.floor(steps / 2)) || stream.uniform() < 0.2;
      resets.push((form.fresh && t === 0) || (form.resets && here) ? 1 : 0);
    }
  }
  return Float64Array.from(resets);
}

/** Parameters that are not near zero; matrices are scaled so that values neither grow nor vanish over the steps. */
function drawParameters({ layout, parameters, stream }: Draft): void {
  for (const { offset, size, shape } of layout.places) {
    const columns = shape[1];
    for (let i = offset; i < offset + size; i++) {
      parameters[i] =
        columns === undefined ? signed(stream, 0.1, 0.7) : signed(stream, 0.3, 1.2) / Math.sqrt(columns);
    }
  }
}

/** Random weights, such that the term is about as large as one of the values. */
function project(from: string, into: string, size: number, stream: RandomStream): Projection {
  return { from, into, weights: fill(size, () => stream.normal() / Math.sqrt(size)) };
}

/** Random classes below `count`. */
function classes(length: number, count: number, stream: RandomStream): Int32Array {
  return Int32Array.from({ length }, () => Math.floor(stream.uniform() * count));
}

/** A number of either sign with an absolute value in [low, high). */
function signed(stream: RandomStream, low: number, high: number): number {
  return (stream.uniform() < 0.5 ? -1 : 1) * (low + (high - low) * stream.uniform());
}

function fill(size: number, value: () => number): Float64Array {
  return Float64Array.from({ length: size }, value);
}
