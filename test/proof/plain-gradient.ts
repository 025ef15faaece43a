// A network's gradients without a schedule: every derived node of every token is evaluated on demand, by its definition,
// and the parameters' gradients are summed token by token.
import { differentiate, type MatrixGradient, type VectorGradient } from "../../src/graph/differentiate.ts";
import type { Values } from "../../src/graph/evaluate.ts";
import { levels, type Node } from "../../src/graph/graph.ts";
import { lower } from "../../src/graph/lower.ts";
import type { RandomCase } from "../../src/check/random-case.ts";
import { partsOf, sourceOf, type NetworkLayer } from "../../src/plan/network.ts";
import { add, interpret, outer } from "./interpret.ts";
import {
  inputAt,
  keptShares,
  noiseAt,
  parametersOf,
  runPlain,
  tokensOf,
  visitsOf,
  type PlainRun,
  type Token,
  type Visit,
} from "./plain.ts";

export interface PlainGradient {
  /** By `<layer>.<parameter>`, every element. */
  readonly parameters: ReadonlyMap<string, Float64Array>;
  /** By input of the network: for each token, or each row. */
  readonly inputs: ReadonlyMap<string, readonly Float64Array[]>;
  /** By `<layer>.<state>`, for each row. */
  readonly initial: ReadonlyMap<string, readonly Float64Array[]>;
  /** By layer: the derivative by a named quantity of its equations at a token, if it has one. */
  readonly named: ReadonlyMap<string, (name: string, token: Token) => Float64Array | undefined>;
}

/** The same while it is summed. */
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
  // By layer, for each token: the derivative by its output, from all layers that read it.
  const received = new Map([[network.loss.of, lossGradient(given, run)]]);
  const widthOf = (source: string): number =>
    network.inputs.find((i) => i.name === source)?.width ?? run.outputs.get(source)?.[0]?.length ?? 0;
  for (const [index, layer] of [...network.layers.entries()].reverse()) {
    differentiateLayer(
      { given, run, layer, index, outside: received.get(layer.name) },
      sums,
      (input, at, value) => {
        let column = 0;
        for (const part of partsOf(layer.inputs[input])) {
          const source = sourceOf(part);
          const width = widthOf(source);
          const own = typeof part === "string" ? { from: 0, width } : part;
          const whole = new Float64Array(width);
          whole.set(value.subarray(column, column + own.width), own.from);
          column += own.width;
          const isInput = network.inputs.some((i) => i.name === source);
          const target = isInput ? sums.inputs : received;
          const values = target.get(source) ?? [];
          values[at] = add(values[at], whole);
          target.set(source, values);
        }
      },
    );
  }
  return sums;
}

/** The derivative by the output of the loss's layer. */
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
  const weights = buffers.get("weights");
  const targets = network.loss.kind === "cross-entropy" ? buffers.get("targets") : undefined;
  const isCounted = (place: number): boolean => targets === undefined || (targets[place] as number) >= 0;
  const counted = tokens.filter(({ place }) => isCounted(place));
  const total = counted.reduce((sum, { place }) => sum + (weights?.[place] as number), 0);
  if (network.loss.kind === "mean") {
    return tokens.map(({ place }) => Float64Array.of((weights?.[place] as number) / total));
  }
  const { smoothing = 0 } = network.loss;
  return tokens.map(({ place }) => {
    if (!isCounted(place)) return new Float64Array(width);
    const row = logits[place] as Float64Array;
    const powers = row.map((v) => Math.exp(v - Math.max(...row)));
    const sum = powers.reduce((a, b) => a + b, 0);
    const share = (weights?.[place] as number) / total;
    return powers.map((p, i) => {
      const wanted = (targets?.[place] === i ? 1 - smoothing : 0) + smoothing / width;
      return (p / sum - wanted) * share;
    });
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
  hand: (input: string, at: number, value: Float64Array) => void,
): void {
  const step = lower(layer.cell, layer.sizes);
  const gradient = differentiate(step, {
    inputs: layer.cell.inputs.map((i) => i.name).filter(leadsOn),
    isTrained,
  });
  const parameters = parametersOf(given, layer, index, true);
  const visits = new Map(visitsOf(given, layer).map((visit) => [visit.token.place, visit]));
  const visitOf = (token: Token): Visit => visits.get(token.place) as Visit;
  const tokens = tokensOf(given.extent);
  const named = run.named.get(layer.name) as readonly Values[];
  const ofRow = (row: number): Token[] => tokens.filter((token) => token.row === row);
  const memo = new Map<string, Float64Array>();

  function leadsOn(name: string): boolean {
    return partsOf(layer.inputs[name]).some((part) => {
      const input = given.network.inputs.find((i) => i.name === sourceOf(part));
      return !input || (input.kind === "dense" && given.network.loss.kind === "given");
    });
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
        return inputAt(given, run.outputs, layer.inputs[node.name], token);
      case "lag": {
        const { before } = visitOf(token);
        if (before) return named[before.place]?.get(`${node.name}'`) as Float64Array;
        return rowOf(`initial.${layer.name}.${node.name}`, token.row, node.width);
      }
      case "reset":
        return Float64Array.of(visitOf(token).starts ? 1 : 0);
      case "gradient":
        return outside?.[token.place] ?? new Float64Array(node.width);
      case "carried": {
        const { after } = visitOf(token);
        if (!after) return rowOf(`dfinal.${layer.name}.${node.name}`, token.row, node.width);
        const previous = gradient.previous.get(node.name);
        return previous ? value(previous, after) : new Float64Array(node.width);
      }
      case "mask":
        return noiseAt(given, index, visitOf(token).drawn)(node.salt, node.per, node.width, node.rate);
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
  for (const { name } of layer.cell.parameters) {
    const key = `${layer.name}.${name}`;
    const [sum, kept] = [sums.parameters.get(key), keptShares(given, layer, index, name)];
    if (sum && kept)
      sums.parameters.set(
        key,
        sum.map((d, i) => d * (kept[i] as number)),
      );
  }
  for (const [name, node] of gradient.inputs) {
    const perStep = node.level === levels.step;
    for (const token of perStep ? tokens : firstTokens) {
      hand(name, perStep ? token.place : token.row, value(node, token));
    }
  }
  for (const state of step.states) {
    const previous = gradient.previous.get(state.name);
    sums.initial.set(
      `${layer.name}.${state.name}`,
      // At the step where the layer begins a row.
      firstTokens.map((token) => {
        const first =
          [...visits.values()].find((v) => v.token.row === token.row && !v.before)?.token ?? token;
        return previous ? value(previous, first) : new Float64Array(state.width);
      }),
    );
  }
  sums.named.set(layer.name, (name, token) => {
    const node = gradient.adjoints.get((step.named.get(`${name}'`) ?? step.named.get(name)) as Node);
    return node && value(node, token);
  });
}
