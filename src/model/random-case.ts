// A random run of one cell: sizes that its clauses allow, values for everything that is written, and a random
// projection as the loss. What every check of a cell starts from; it runs nothing itself.
import type { Cell, Width } from "../ir/cell.ts";
import { randomStream, streams, type RandomStream } from "../ir/random.ts";
import type { Sizes } from "../ir/lower.ts";
import { parameterLayout } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { ParameterLayout } from "../plan/parameters.ts";
import type { RunExtent, Writable } from "../run/device.ts";

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

export interface CaseSizes {
  /** T */
  readonly steps: number;
  /** B */
  readonly rows: number;
  /** Wanted widths; a cell's clauses may ask for larger ones. `other` is for every other symbol. */
  readonly H: number;
  readonly I: number;
  readonly other: number;
}

/** A part of the loss, `Σ weights · read(from)`; its derivative by `from` is written into `into`. */
export interface Projection {
  readonly from: string;
  readonly into: string;
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

const layerName = "cell";

export function randomCase(cell: Cell, sizes: CaseSizes, form: CaseForm, seed: number): RandomCase {
  const stream = randomStream(seed, streams.check);
  const { rows, steps } = sizes;
  const layerSizes = sizesFor(cell, sizes);
  const network = networkOf(cell, layerSizes, form.index);
  const layout = parameterLayout(network);
  const widthOf = (width: Width): number =>
    typeof width === "number" ? width : (layerSizes[width] as number);

  const lengths = lengthsOf(rows, steps, form.ragged, stream);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const buffers = new Map<string, Writable>();
  const quantities: Quantity[] = [];
  for (const input of network.inputs) {
    const count = input.per === "step" ? tokens : rows;
    if (input.kind === "index") {
      buffers.set(
        input.name,
        Int32Array.from({ length: count }, () => Math.floor(stream.uniform() * input.width)),
      );
      continue;
    }
    const size = count * input.width;
    buffers.set(
      input.name,
      fill(size, () => stream.normal()),
    );
    quantities.push({ name: input.name, buffer: input.name, offset: 0, size, derivative: `d.${input.name}` });
  }
  buffers.set("resets", resetsOf(lengths, form, stream));
  buffers.set("seed", Int32Array.of(seed));
  buffers.set("step", Int32Array.of(3));

  const output = [...cell.states, ...cell.locals].find((named) => named.name === cell.output);
  const outputSize = tokens * widthOf((output as { width: Width }).width);
  const projections = [project(`output.${layerName}`, `d.${layerName}`, outputSize, stream)];
  for (const state of cell.states) {
    const size = rows * widthOf(state.width);
    const place = `${layerName}.${state.name}`;
    buffers.set(
      `initial.${place}`,
      fill(size, () => 0.5 * stream.normal()),
    );
    projections.push(project(`final.${place}`, `dfinal.${place}`, size, stream));
    const derivative = `dinitial.${place}`;
    quantities.push({
      name: `initial ${state.name}`,
      buffer: `initial.${place}`,
      offset: 0,
      size,
      derivative,
    });
  }
  for (const { name, offset, size, trained } of layout.places) {
    if (!trained) continue;
    const short = name.slice(layerName.length + 1);
    quantities.push({ name: short, buffer: "parameters", offset, size, derivative: "gradients" });
  }
  const extent = form.ragged ? { rows, steps, lengths } : { rows, steps };
  return {
    network,
    layout,
    extent,
    parameters: parametersOf(layout, stream),
    buffers,
    projections,
    quantities,
  };
}

/** A network of the cell alone, with a loss that is given. */
export function networkOf(cell: Cell, sizes: Sizes, index: boolean): Network {
  const width = (w: Width): number => (typeof w === "number" ? w : (sizes[w] as number));
  return {
    inputs: cell.inputs.map((input) => ({
      name: input.name,
      width: width(input.width),
      kind: index && input.name === "x" ? "index" : "dense",
      per: input.per,
    })),
    layers: [
      { name: layerName, cell, sizes, inputs: Object.fromEntries(cell.inputs.map((i) => [i.name, i.name])) },
    ],
    loss: { kind: "given", of: layerName },
  };
}

/** Sizes near the wanted ones that the cell's `requires` and `blocks` clauses allow. */
export function sizesFor(cell: Cell, wanted: Pick<CaseSizes, "H" | "I" | "other">): Sizes {
  const matrices = cell.parameters.filter((p) => p.kind === "matrix");
  const named = [...cell.inputs, ...cell.states, ...cell.locals];
  const parameterWidths = cell.parameters.flatMap((p) => (p.kind === "matrix" ? [p.rows, p.columns] : [p.width]));
  const widths: Width[] = ["H", ...named.map((n) => n.width), ...parameterWidths];
  const classes: Set<Width>[] = [...new Set(widths)].map((w) => new Set([w]));
  for (const [a, b] of cell.requires) {
    const [joined, other] = [a, b].map((w) => classes.findIndex((c) => c.has(w))) as [number, number];
    if (joined === other || joined < 0 || other < 0) {
      classes[Math.max(joined, other)]?.add(a).add(b);
      continue;
    }
    for (const w of classes[other] as Set<Width>) classes[joined]?.add(w);
    classes.splice(other, 1);
  }
  const sizes: Record<string, number> = {};
  for (const members of classes) {
    const number = [...members].find((w) => typeof w === "number");
    const near = members.has("H") ? wanted.H : members.has("I") ? wanted.I : wanted.other;
    const blocks = matrices.filter((m) => members.has(m.rows) || members.has(m.columns)).map((m) => m.blocks);
    const size =
      typeof number === "number" ? number : multipleOf(blocks.reduce(leastCommonMultiple, 1), near);
    for (const member of members) if (typeof member === "string") sizes[member] = size;
  }
  return sizes;
}

/** The multiple at or above a number; an odd one where that is possible. */
function multipleOf(unit: number, near: number): number {
  const count = Math.ceil(near / unit);
  return unit * (unit > 1 && count % 2 === 0 && near % 2 === 1 ? count + 1 : count);
}

function leastCommonMultiple(a: number, b: number): number {
  let common = a;
  while (common % b !== 0) common += a;
  return common;
}

/** Longest first: all of the steps, or with `ragged` down to one. */
function lengthsOf(rows: number, steps: number, ragged: boolean, stream: RandomStream): Int32Array {
  const any = (): number => 1 + Math.floor(stream.uniform() * steps);
  return Int32Array.from({ length: rows }, (_, b) => {
    return !ragged || b === 0 ? steps : b === rows - 1 ? 1 : any();
  }).sort((a, b) => b - a);
}

/** 1 where a sequence starts, one for each token: step by step, the rows that are alive. */
function resetsOf(lengths: Int32Array, form: CaseForm, stream: RandomStream): Float64Array {
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

/** Away from zero, either sign; matrices so that values neither grow nor fade over the steps. */
function parametersOf(layout: ParameterLayout, stream: RandomStream): Float64Array {
  const values = new Float64Array(layout.size);
  const signed = (low: number, high: number): number =>
    (stream.uniform() < 0.5 ? -1 : 1) * (low + (high - low) * stream.uniform());
  for (const { offset, size, shape } of layout.places) {
    const columns = shape[1];
    for (let i = offset; i < offset + size; i++) {
      values[i] = columns === undefined ? signed(0.1, 0.7) : signed(0.3, 1.2) / Math.sqrt(columns);
    }
  }
  return values;
}

/** Weights such that the loss is about as large as one of the values. */
function project(from: string, into: string, size: number, stream: RandomStream): Projection {
  return { from, into, weights: fill(size, () => stream.normal() / Math.sqrt(size)) };
}

function fill(size: number, value: () => number): Float64Array {
  return Float64Array.from({ length: size }, value);
}
