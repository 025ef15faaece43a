// A random run of one cell: sizes that its clauses allow, values for everything that is written, and a random
// projection as the loss. What every check of a cell starts from; it runs nothing itself.
import type { Cell } from "../language/cell.ts";
import { evaluateStep, startOf, type Values } from "../graph/evaluate.ts";
import { randomStream, streams, type RandomStream } from "../base/random.ts";
import { lower, sizeOf, type Sizes } from "../graph/lower.ts";
import { parameterLayout } from "../plan/build.ts";
import type { Network, NetworkLayer } from "../plan/network.ts";
import type { ParameterLayout } from "../plan/parameters.ts";
import type { RunExtent, Writable } from "../run/device.ts";
import { sizesFor, type WantedSizes } from "../model/sizes.ts";
import { checkMemory, memoryNeeded } from "../model/memory.ts";

/** Which of the ways of running a cell a case takes. */
export interface CaseForm {
  /** Sequences start with `start` values (a reset at their first step); otherwise they go on from given states. */
  readonly fresh: boolean;
  /** Rows have different lengths. */
  readonly ragged: boolean;
  /** New sequences start in the middle. */
  readonly resets: boolean;
  /** `x` is a class, not a vector. */
  readonly index: boolean;
}

export interface CaseSizes extends WantedSizes {
  /** T */
  readonly steps: number;
  /** B */
  readonly rows: number;
}

/** A part of the loss, `Σ weights · read(from)`; its derivative by `from` is written into `into`. */
export interface Projection {
  readonly from: string;
  /** Not given for a loss of the network's own. */
  readonly into?: string;
  readonly weights: Float64Array;
}

/** Something that the loss depends on, and where its derivative is read. */
export interface Quantity {
  /** As the equations call it, `x`, `Wz`; `initial h` for a state. */
  readonly name: string;
  /** A buffer that is written, or `parameters`. */
  readonly buffer: string;
  /** Its place there, in elements. */
  readonly offset: number;
  readonly size: number;
  /** A buffer or view with the derivative at the same place. */
  readonly derivative: string;
}

export interface RandomCase {
  readonly network: Network;
  readonly layout: ParameterLayout;
  readonly extent: RunExtent;
  /** [layout.size] */
  readonly parameters: Float64Array;
  /** What is written before a run, by buffer: inputs, initial states, resets, the noise's seed and step. */
  readonly buffers: ReadonlyMap<string, Writable>;
  readonly projections: readonly Projection[];
  readonly quantities: readonly Quantity[];
}

/** A cell alone, and a loss on everything that it hands on. */
export function randomCase(cell: Cell, sizes: CaseSizes, form: CaseForm, seed: number): RandomCase {
  return randomNetworkCase(networkOf(cell, sizesFor(cell, sizes), form.index), sizes, form, seed);
}

/**
 * The same for any network; whether its inputs are classes is for the network to say. Throws before anything is
 * allocated where it needs more memory than a device can address.
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
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const buffers = new Map<string, Writable>();
  const quantities: Quantity[] = [];
  const classes = (count: number, width: number): Int32Array =>
    Int32Array.from({ length: count }, () => Math.floor(stream.uniform() * width));

  for (const { name, kind, per, width } of network.inputs) {
    const count = per === "step" ? tokens : rows;
    const size = count * width;
    const picked = pickedBy(network, name);
    if (kind === "index") buffers.set(name, classes(count, width));
    else if (picked) buffers.set(name, Float64Array.from(classes(size, picked)));
    else
      buffers.set(
        name,
        fill(size, () => stream.normal()),
      );
    if (kind === "index" || picked || network.loss.kind !== "given") continue;
    quantities.push({ name, buffer: name, offset: 0, size, derivative: `d.${name}` });
  }
  buffers.set("resets", resetsOf(lengths, form, stream));
  buffers.set("seed", Int32Array.of(seed));
  buffers.set("step", Int32Array.of(3));

  const projections: Projection[] = [];
  const { loss } = network;
  const { kind, of } = loss;
  const outputWidth = outputWidthOf(network.layers.find((layer) => layer.name === of) as NetworkLayer);
  if (kind === "given") {
    projections.push(project(`output.${of}`, `d.${of}`, tokens * outputWidth, stream));
  } else {
    // Some are ignored.
    const targets = classes(tokens, outputWidth).map((t, i) => (i % 5 === 3 ? -1 : t));
    if (kind === "cross-entropy") buffers.set("targets", targets);
    buffers.set(
      "weights",
      fill(tokens, () => 0.5 + stream.uniform()),
    );
    projections.push({ from: "loss", weights: Float64Array.of(1) });
  }
  const parameters = parametersOf(layout, stream);
  for (const { name: layer, cell, sizes } of network.layers) {
    const reached = reachedStates({ name: layer, cell, sizes }, layout, parameters, rows, stream);
    for (const state of cell.states) {
      const size = rows * sizeOf(state.width, sizes, cell.name);
      const [buffer, derivative] = [`initial.${layer}.${state.name}`, `dinitial.${layer}.${state.name}`];
      // Moved a little: elements that are still zero are equal, and the greatest of equal ones has no derivative.
      // Upwards: a state that others are divided by stays above zero.
      const values = reached.flatMap((row) => [...(row.get(`${state.name}'`) ?? [])]);
      const moved = Float64Array.from(values, (v) => v + 0.05 + 0.3 * stream.uniform());
      buffers.set(buffer, moved);
      projections.push(
        project(`final.${layer}.${state.name}`, `dfinal.${layer}.${state.name}`, size, stream),
      );
      const name = `initial ${shortName(network, `${layer}.${state.name}`)}`;
      quantities.push({ name, buffer, offset: 0, size, derivative });
    }
  }
  for (const { name, offset, size, trained } of layout.places) {
    if (!trained) continue;
    const short = shortName(network, name);
    quantities.push({ name: short, buffer: "parameters", offset, size, derivative: "gradients" });
  }
  const extent = form.ragged ? { rows, steps, lengths } : { rows, steps };
  return {
    network,
    layout,
    extent,
    parameters,
    buffers,
    projections,
    quantities,
  };
}

/** The least width of what an input's numbers pick elements of, or place them in; undefined for an input that is no such numbers. */
function pickedBy({ layers }: Network, input: string): number | undefined {
  const widths = layers.flatMap(({ cell, sizes, inputs }) =>
    lower(cell, sizes).graph.nodes.flatMap((node) => {
      if (node.op !== "gather" && node.op !== "scatter") return [];
      const [vector, numbers] = node.arguments;
      const isOwn = numbers?.op === "input" && inputs[numbers.name] === input;
      return vector && isOwn ? [node.op === "gather" ? vector.width : node.width] : [];
    }),
  );
  return widths.length > 0 ? Math.min(...widths) : undefined;
}

/** Without the layer, where there is only one. */
const shortName = ({ layers }: Network, name: string): string =>
  layers.length === 1 ? name.slice(name.indexOf(".") + 1) : name;

const outputWidthOf = ({ cell, sizes }: NetworkLayer): number => lower(cell, sizes).output.width;

const layerName = "cell";

/** A network of the cell alone, with a loss that is given. */
export function networkOf(cell: Cell, sizes: Sizes, index: boolean): Network {
  return {
    inputs: cell.inputs.map((input) => ({
      name: input.name,
      width: sizeOf(input.width, sizes, cell.name),
      kind: index && input.name === "x" ? "index" : "dense",
      per: input.per,
    })),
    layers: [
      { name: layerName, cell, sizes, inputs: Object.fromEntries(cell.inputs.map((i) => [i.name, i.name])) },
    ],
    loss: { kind: "given", of: layerName },
  };
}

/** For each row the states after one step on random inputs: such as sequences go on from. */
function reachedStates(
  { name, cell, sizes }: Omit<NetworkLayer, "inputs">,
  layout: ParameterLayout,
  parameters: Float64Array,
  rows: number,
  stream: RandomStream,
): Values[] {
  if (cell.states.length === 0) return [];
  const own = layout.places.filter((p) => p.name.startsWith(`${name}.`));
  const values = new Map(
    own.map((p) => [p.name.slice(name.length + 1), parameters.subarray(p.offset, p.offset + p.size)]),
  );
  const given = { cell, sizes, parameters: values };
  const picks = new Set(
    lower(cell, sizes).graph.nodes.flatMap((n) =>
      n.op === "gather" || n.op === "scatter" ? n.arguments[1] : [],
    ),
  );
  const isNumbers = (name: string): boolean => [...picks].some((n) => n?.op === "input" && n.name === name);
  return Array.from({ length: rows }, () => {
    const inputs = new Map(
      cell.inputs.map(({ name, width }) => [
        name,
        fill(sizeOf(width, sizes, cell.name), () => (isNumbers(name) ? 0 : stream.normal())),
      ]),
    );
    return evaluateStep(given, inputs, startOf(given, inputs));
  });
}

/** Longest first: all of the steps, or with `ragged` down to one. */
function lengthsOf(rows: number, steps: number, ragged: boolean, stream: RandomStream): Int32Array {
  const any = (): number => 1 + Math.floor(stream.uniform() * steps);
  return Int32Array.from({ length: rows }, (_, b) => {
    return !ragged || b === 0 ? steps : b === rows - 1 ? 1 : any();
  }).sort((a, b) => b - a);
}

/** 1 where a sequence starts, one for each token: step by step, the rows that are alive. */
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

/** Not near zero; matrices so that values neither grow nor fade over the steps. */
function parametersOf(layout: ParameterLayout, stream: RandomStream): Float64Array {
  const values = new Float64Array(layout.size);
  for (const { offset, size, shape } of layout.places) {
    const columns = shape[1];
    for (let i = offset; i < offset + size; i++) {
      values[i] =
        columns === undefined ? signed(stream, 0.1, 0.7) : signed(stream, 0.3, 1.2) / Math.sqrt(columns);
    }
  }
  return values;
}

/** Weights such that the loss is about as large as one of the values. */
function project(from: string, into: string, size: number, stream: RandomStream): Projection {
  return { from, into, weights: fill(size, () => stream.normal() / Math.sqrt(size)) };
}

/** Away from zero, either sign. */
function signed(stream: RandomStream, low: number, high: number): number {
  return (stream.uniform() < 0.5 ? -1 : 1) * (low + (high - low) * stream.uniform());
}

function fill(size: number, value: () => number): Float64Array {
  return Float64Array.from({ length: size }, value);
}
