// A network's forward pass from its equations alone: row by row, step by step, layer by layer. Reads the
// buffers of a case as a plan does, and shares nothing with plans.
import { evaluateStep, outputOf, startOf, type Noise, type Values } from "../../src/ir/evaluate.ts";
import { sizeOf } from "../../src/ir/lower.ts";
import type { RandomCase } from "../../src/model/random-case.ts";
import type { NetworkInput, NetworkLayer } from "../../src/plan/network.ts";
import { layerSalt, maskAt, maskKey } from "../../src/plan/noise.ts";

/** One row at one step. */
export interface Token {
  readonly row: number;
  readonly step: number;
  /** Its place among the tokens of a buffer. */
  readonly place: number;
}

/** Step by step, the rows that are alive. */
export function tokensOf({ rows, steps, lengths }: RandomCase["extent"]): Token[] {
  const tokens: Token[] = [];
  for (let step = 0; step < steps; step++) {
    for (let row = 0; row < rows; row++) {
      if (step < (lengths?.[row] ?? steps)) tokens.push({ row, step, place: tokens.length });
    }
  }
  return tokens;
}

export interface PlainRun {
  readonly tokens: readonly Token[];
  /** By layer, for each token: everything that its equations name. */
  readonly named: ReadonlyMap<string, readonly Values[]>;
  /** By layer, for each token: whether and what it hands on. */
  readonly outputs: ReadonlyMap<string, readonly Float64Array[]>;
  /** By `<layer>.<state>`, for each row: the state after its last step. */
  readonly finals: ReadonlyMap<string, readonly Float64Array[]>;
}

/** `noise`: masks are drawn, as in training; otherwise each is its mean. */
export function runPlain(given: RandomCase, noise: boolean): PlainRun {
  const tokens = tokensOf(given.extent);
  const outputs = new Map<string, Float64Array[]>();
  const named = new Map<string, Values[]>();
  const finals = new Map<string, Float64Array[]>();
  const { network, buffers } = given;
  for (const [index, layer] of network.layers.entries()) {
    const { cell, sizes } = layer;
    const parameters = parametersOf(given, layer);
    const state = (name: string, row: number, width: number): Float64Array =>
      slice(buffers.get(`initial.${layer.name}.${name}`), row, width);
    const before: Map<string, Float64Array>[] = Array.from(
      { length: given.extent.rows },
      (_, row) =>
        new Map(cell.states.map((s) => [s.name, state(s.name, row, sizeOf(s.width, sizes, cell.name))])),
    );
    const results = tokens.map((token): Values => {
      const states =
        given.buffers.get("resets")?.[token.place] === 1 ? startOf(cell, sizes) : before[token.row];
      const inputs = new Map(
        cell.inputs.map(({ name }) => [name, inputAt(given, outputs, layer.inputs[name] as string, token)]),
      );
      const evaluation = { cell, sizes, parameters, ...(noise && { noise: noiseAt(given, index, token) }) };
      const values = evaluateStep(evaluation, inputs, states as Values);
      before[token.row] = new Map(cell.states.map((s) => [s.name, values.get(`${s.name}'`) as Float64Array]));
      return values;
    });
    named.set(layer.name, results);
    outputs.set(
      layer.name,
      results.map((values) => outputOf(cell, values)),
    );
    for (const s of cell.states) {
      finals.set(
        `${layer.name}.${s.name}`,
        before.map((states) => states.get(s.name) as Float64Array),
      );
    }
  }
  return { tokens, named, outputs, finals };
}

/** The parameters of a layer by their names in the equations. */
export function parametersOf(
  { layout, parameters }: RandomCase,
  { name }: NetworkLayer,
): Map<string, Float64Array> {
  const own = layout.places.filter((p) => p.name.startsWith(`${name}.`));
  return new Map(
    own.map((p) => [p.name.slice(name.length + 1), parameters.subarray(p.offset, p.offset + p.size)]),
  );
}

/** What the source of a layer's input, an input of the network or another layer, is at a token. */
export function inputAt(
  { network, buffers }: RandomCase,
  outputs: ReadonlyMap<string, readonly Float64Array[]>,
  source: string,
  { row, place }: Token,
): Float64Array {
  const input = network.inputs.find((i) => i.name === source);
  if (!input) return outputs.get(source)?.[place] as Float64Array;
  const at = input.per === "step" ? place : row;
  if (input.kind === "dense") return slice(buffers.get(source), at, input.width);
  return oneHot(input, buffers.get(source)?.[at] as number);
}

/** The draws for a layer's masks at one token. */
export function noiseAt({ buffers }: RandomCase, layer: number, { row, place }: Token): Noise {
  const [seed, step] = ["seed", "step"].map((name) => buffers.get(name)?.[0]) as [number, number];
  return (mask, per, width, rate) => {
    const key = maskKey(seed, step, layerSalt(layer) + mask);
    const first = (per === "step" ? place : row) * width;
    return Float64Array.from({ length: width }, (_, i) => maskAt(key, first + i, rate));
  };
}

function oneHot({ width }: NetworkInput, index: number): Float64Array {
  const values = new Float64Array(width);
  values[index] = 1;
  return values;
}

function slice(values: ArrayLike<number> | undefined, row: number, width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, i) => values?.[row * width + i] as number);
}

/** Rows one after another, as a buffer holds them. */
export function flat(rows: readonly Float64Array[]): number[] {
  return rows.flatMap((row) => [...row]);
}
