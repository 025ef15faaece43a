// A network's gradients with no schedule: every derived node of every token is worked out when it is asked for,
// by its definition, and the parameters' are summed one token after another.
import { differentiate, type MatrixGradient, type VectorGradient } from "../../src/ir/differentiate.ts";
import type { Values } from "../../src/ir/evaluate.ts";
import { levels, type Node } from "../../src/ir/graph.ts";
import { lower } from "../../src/ir/lower.ts";
import type { RandomCase } from "../../src/model/random-case.ts";
import type { NetworkLayer } from "../../src/plan/network.ts";
import { add, interpret, outer } from "./interpret.ts";
import { inputAt, noiseAt, parametersOf, runPlain, tokensOf, type PlainRun, type Token } from "./plain.ts";

export interface PlainGradient {
  /** By `<layer>.<parameter>`, every element. */
  readonly parameters: ReadonlyMap<string, Float64Array>;
  /** By input of the network: for each token, or each row. */
  readonly inputs: ReadonlyMap<string, readonly Float64Array[]>;
  /** By `<layer>.<state>`, for each row. */
  readonly initial: ReadonlyMap<string, readonly Float64Array[]>;
  /** By layer: the derivative by what a name of its equations stands for, at a token, if it has one. */
  readonly named: ReadonlyMap<string, (name: string, token: Token) => Float64Array | undefined>;
}

/** The same while it is being summed. */
interface Sums extends PlainGradient {
  readonly parameters: Map<string, Float64Array>;
  readonly inputs: Map<string, Float64Array[]>;
  readonly initial: Map<string, Float64Array[]>;
  readonly named: Map<string, (name: string, token: Token) => Float64Array | undefined>;
}

export function differentiatePlain(given: RandomCase): PlainGradient {
  const { network } = given;
  const run = runPlain(given, true);
  const sums: Sums = { parameters: new Map(), inputs: new Map(), initial: new Map(), named: new Map() };
  // By layer, for each token: the derivative by what it hands on, from all that use it.
  const received = new Map([[network.loss.of, lossGradient(given, run)]]);
  for (const [index, layer] of [...network.layers.entries()].reverse()) {
    differentiateLayer(
      { given, run, layer, index, outside: received.get(layer.name) },
      sums,
      (source, at, value) => {
        const isInput = network.inputs.some((input) => input.name === source);
        const target = isInput ? sums.inputs : received;
        const values = target.get(source) ?? [];
        values[at] = add(values[at], value);
        target.set(source, values);
      },
    );
  }
  return sums;
}

/** The derivative by what the layer of the loss hands on. */
function lossGradient(
  { network, buffers, projections }: RandomCase,
  { outputs, tokens }: PlainRun,
): Float64Array[] {
  const logits = outputs.get(network.loss.of) as Float64Array[];
  const width = logits[0]?.length ?? 0;
  if (network.loss.kind === "given") {
    const weights = projections[0]?.weights as Float64Array;
    return tokens.map(({ place }) => weights.slice(place * width, (place + 1) * width));
  }
  const [targets, weights] = [buffers.get("targets"), buffers.get("weights")];
  const total = tokens.reduce((sum, { place }) => sum + (weights?.[place] as number), 0);
  return tokens.map(({ place }) => {
    const row = logits[place] as Float64Array;
    const powers = row.map((v) => Math.exp(v - Math.max(...row)));
    const sum = powers.reduce((a, b) => a + b, 0);
    const share = (weights?.[place] as number) / total;
    return powers.map((p, i) => (p / sum - (targets?.[place] === i ? 1 : 0)) * share);
  });
}

interface LayerWork {
  readonly given: RandomCase;
  readonly run: PlainRun;
  readonly layer: NetworkLayer;
  readonly index: number;
  readonly outside: readonly Float64Array[] | undefined;
}

function differentiateLayer(
  { given, run, layer, index, outside }: LayerWork,
  sums: Sums,
  hand: (source: string, at: number, value: Float64Array) => void,
): void {
  const step = lower(layer.cell, layer.sizes);
  const gradient = differentiate(step, {
    inputs: layer.cell.inputs.map((i) => i.name).filter(leadsOn),
    isTrained,
  });
  const parameters = parametersOf(given, layer);
  const tokens = tokensOf(given.extent);
  const named = run.named.get(layer.name) as readonly Values[];
  const ofRow = (row: number): Token[] => tokens.filter((token) => token.row === row);
  const memo = new Map<string, Float64Array>();

  function leadsOn(name: string): boolean {
    const input = given.network.inputs.find((i) => i.name === layer.inputs[name]);
    return !input || (input.kind === "dense" && given.network.loss.kind === "given");
  }
  function isTrained(name: string): boolean {
    return given.layout.places.find((p) => p.name === `${layer.name}.${name}`)?.trained ?? false;
  }
  function value(node: Node, token: Token): Float64Array {
    const key = `${node.id}:${node.level === levels.step ? `t${token.place}` : `r${token.row}`}`;
    const known = memo.get(key);
    if (known) return known;
    const result = compute(node, token);
    memo.set(key, result);
    return result;
  }
  function rowOf(name: string, row: number, width: number): Float64Array {
    const projection = given.projections.find((p) => p.into === name)?.weights;
    return Float64Array.from(
      { length: width },
      (_, i) => (projection ?? given.buffers.get(name))?.[row * width + i] as number,
    );
  }
  function compute(node: Node, token: Token): Float64Array {
    const args = node.op === "sumSteps" ? [] : node.arguments.map((a) => value(a, token));
    const own = ofRow(token.row);
    switch (node.op) {
      case "number":
        return Float64Array.of(node.value);
      case "parameter":
        return parameters.get(node.name) as Float64Array;
      case "input":
        return inputAt(given, run.outputs, layer.inputs[node.name] as string, token);
      case "lag": {
        const before = own.find((other) => other.step === token.step - 1);
        if (before) return named[before.place]?.get(`${node.name}'`) as Float64Array;
        return rowOf(`initial.${layer.name}.${node.name}`, token.row, node.width);
      }
      case "reset":
        return Float64Array.of(given.buffers.get("resets")?.[token.place] as number);
      case "gradient":
        return outside?.[token.place] ?? new Float64Array(node.width);
      case "carried": {
        const after = own.find((other) => other.step === token.step + 1);
        if (!after) return rowOf(`dfinal.${layer.name}.${node.name}`, token.row, node.width);
        const previous = gradient.previous.get(node.name);
        return previous ? value(previous, after) : new Float64Array(node.width);
      }
      case "mask":
        return noiseAt(given, index, token)(node.salt, node.per, node.width, node.rate);
      case "sumSteps":
        return own.map((other) => value(node.arguments[0] as Node, other)).reduce(add);
      default:
        return interpret(node, args, (matrix) => parameters.get(matrix) as Float64Array);
    }
  }
  function contributionOf(p: MatrixGradient | VectorGradient, token: Token): Float64Array {
    if (p.kind === "vector") return value(p.delta, token);
    return outer(value(p.rows, token), value(p.vector, token), p.blocks);
  }

  const firstTokens = tokens.filter((token) => token.step === 0);
  for (const p of gradient.parameters) {
    const level = p.kind === "vector" ? p.delta.level : Math.max(p.rows.level, p.vector.level);
    const key = `${layer.name}.${p.name}`;
    for (const token of level === levels.step ? tokens : firstTokens) {
      sums.parameters.set(key, add(sums.parameters.get(key), contributionOf(p, token)));
    }
  }
  for (const [name, node] of gradient.inputs) {
    const perStep = node.level === levels.step;
    for (const token of perStep ? tokens : firstTokens) {
      hand(layer.inputs[name] as string, perStep ? token.place : token.row, value(node, token));
    }
  }
  for (const state of step.states) {
    const previous = gradient.previous.get(state.name);
    sums.initial.set(
      `${layer.name}.${state.name}`,
      firstTokens.map((token) => (previous ? value(previous, token) : new Float64Array(state.width))),
    );
  }
  sums.named.set(layer.name, (name, token) => {
    const node = gradient.adjoints.get((step.named.get(`${name}'`) ?? step.named.get(name)) as Node);
    return node && value(node, token);
  });
}
