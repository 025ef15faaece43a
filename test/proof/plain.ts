// A network's forward pass from its equations: row by row, step by step, layer by layer. Reads the buffers of a case as a
// plan does, but shares no code with plans.
import { evaluateStep, outputOf, startOf, type Noise, type Values } from "../../src/graph/evaluate.ts";
import { sizeOf } from "../../src/graph/lower.ts";
import type { RandomCase } from "../../src/check/random-case.ts";
import {
  partsOf,
  sourceOf,
  type NetworkInput,
  type NetworkLayer,
  type NetworkPart,
} from "../../src/plan/network.ts";
import { weightMaskSalt, layerSalt, maskAt, maskKey } from "../../src/plan/noise.ts";

/** One row at one step. */
export interface Token {
  readonly row: number;
  readonly step: number;
  /** Its index among the tokens of a buffer. */
  readonly place: number;
}

/** The tokens, step by step, of the rows that are as long. */
export function tokensOf({ rows, steps, lengths }: RandomCase["extent"]): Token[] {
  const tokens: Token[] = [];
  for (let step = 0; step < steps; step++) {
    for (let row = 0; row < rows; row++) {
      if (step < (lengths?.[row] ?? steps)) tokens.push({ row, step, place: tokens.length });
    }
  }
  return tokens;
}

/** A token in the order of a layer. */
export interface Visit {
  readonly token: Token;
  /** The token of the same row before it, in the layer's own order, and the one after it. */
  readonly before: Token | undefined;
  readonly after: Token | undefined;
  /** True if a sequence starts here. */
  readonly starts: boolean;
  /** The token whose noise is drawn here. */
  readonly drawn: Token;
}

/** The tokens in an order in which a layer may go through them; reversed, a row's last step comes first. */
export function visitsOf(given: RandomCase, { direction }: Pick<NetworkLayer, "direction">): Visit[] {
  const tokens = tokensOf(given.extent);
  const at = (row: number, step: number): Token | undefined =>
    tokens.find((t) => t.row === row && t.step === step);
  const marked = (token: Token | undefined): boolean =>
    token !== undefined && given.buffers.get("resets")?.[token.place] === 1;
  if (direction !== "reverse") {
    return tokens.map((token) => {
      const [before, after] = [at(token.row, token.step - 1), at(token.row, token.step + 1)];
      return { token, before, after, starts: marked(token), drawn: token };
    });
  }
  return tokens.toReversed().map((token) => {
    const length = tokens.filter((t) => t.row === token.row).length;
    const [before, after] = [at(token.row, token.step + 1), at(token.row, token.step - 1)];
    const starts = marked(before ?? at(token.row, 0));
    return { token, before, after, starts, drawn: at(token.row, length - 1 - token.step) as Token };
  });
}

export interface PlainRun {
  readonly tokens: readonly Token[];
  /** By layer, for each token: every quantity that its equations name. */
  readonly named: ReadonlyMap<string, readonly Values[]>;
  /** By layer, for each token: its output, if it has been computed. */
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
    const parameters = parametersOf(given, layer, index, noise);
    const state = (name: string, row: number, width: number): Float64Array =>
      slice(buffers.get(`initial.${layer.name}.${name}`), row, width);
    const before: Map<string, Float64Array>[] = Array.from(
      { length: given.extent.rows },
      (_, row) =>
        new Map(cell.states.map((s) => [s.name, state(s.name, row, sizeOf(s.width, sizes, cell.name))])),
    );
    const results: Values[] = [];
    for (const { token, starts, drawn } of visitsOf(given, layer)) {
      const inputs = new Map(
        cell.inputs.map(({ name }) => [name, inputAt(given, outputs, layer.inputs[name], token)]),
      );
      const evaluation = { cell, sizes, parameters, ...(noise && { noise: noiseAt(given, index, drawn) }) };
      const states = starts ? startOf(evaluation, inputs) : before[token.row];
      const values = evaluateStep(evaluation, inputs, states as Values);
      before[token.row] = new Map(cell.states.map((s) => [s.name, values.get(`${s.name}'`) as Float64Array]));
      results[token.place] = values;
    }
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

/** The parameters of a layer by their names in the equations; with `noise`, some have dropped elements. */
export function parametersOf(
  given: RandomCase,
  layer: NetworkLayer,
  index: number,
  noise: boolean,
): Map<string, Float64Array> {
  const { layout, parameters } = given;
  const own = layout.places.filter((p) => p.name.startsWith(`${layer.name}.`));
  return new Map(
    own.map((p) => {
      const name = p.name.slice(layer.name.length + 1);
      const values = parameters.subarray(p.offset, p.offset + p.size);
      const kept = keptShares(given, layer, index, name);
      return [name, noise ? values.map((v, i) => v * (kept?.[i] ?? 1)) : values];
    }),
  );
}

/** The factor of each element of a matrix in training, if elements are dropped. */
export function keptShares(
  { buffers, layout }: RandomCase,
  { name: layer, cell }: NetworkLayer,
  index: number,
  matrix: string,
): Float64Array | undefined {
  const parameter = cell.parameters.find((p) => p.name === matrix);
  const rate = parameter?.kind === "matrix" ? parameter.drop : 0;
  if (rate === 0) return undefined;
  const { size = 0 } = layout.places.find((p) => p.name === `${layer}.${matrix}`) ?? {};
  const [seed, step] = ["seed", "step"].map((n) => buffers.get(n)?.[0]) as [number, number];
  const key = maskKey(seed, step, layerSalt(index) + weightMaskSalt(cell, matrix));
  return Float64Array.from({ length: size }, (_, i) => maskAt(key, i, rate) / (1 - rate));
}

/** The value of a layer's input at a token. */
export function inputAt(
  given: RandomCase,
  outputs: ReadonlyMap<string, readonly Float64Array[]>,
  connection: NetworkLayer["inputs"][string] | undefined,
  token: Token,
): Float64Array {
  return Float64Array.from(
    partsOf(connection).flatMap((part) => {
      const whole = sourceAt(given, outputs, sourceOf(part), token);
      return [...(isPart(part) ? whole.slice(part.from, part.from + part.width) : whole)];
    }),
  );
}

const isPart = (part: string | NetworkPart): part is NetworkPart => typeof part !== "string";

function sourceAt(
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

/** Rows in sequence, as in a buffer. */
export function flat(rows: readonly Float64Array[]): number[] {
  return rows.flatMap((row) => [...row]);
}
