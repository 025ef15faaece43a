// From a network to a plan: layers joined, loss, gradient, update and carried state, in one arena. Knows
// capacities and modes; the work of a layer is in `layer.ts`, no device is known.
import { differentiate } from "../ir/differentiate.ts";
import type { Node } from "../ir/graph.ts";
import { lower, sizeOf } from "../ir/lower.ts";
import type { Derivatives } from "../ir/ops.ts";
import { access, createArena, type Arena } from "./buffers.ts";
import { layerSalt } from "./noise.ts";
import { planLayer, type LayerPlan, type Source } from "./layer.ts";
import type { Network, NetworkInput, NetworkLayer } from "./network.ts";
import { layoutParameters, type ParameterLayout, type ParameterPlace } from "./parameters.ts";
import type { Access, Buffer, Kernel, Mode, Plan, View } from "./plan.ts";
import { addUp } from "./pointwise.ts";
import { reuseMemory } from "./reuse.ts";
import { planUpdate, type UpdateRule } from "./update.ts";

export interface PlanOptions {
  readonly mode: Mode;
  /** Capacity: rows of a batch, B. */
  readonly rows: number;
  /** Capacity: steps, T. A `step` plan has one. */
  readonly steps: number;
  /** Quantities to be readable after a run, as `<layer>.<name>`; `<layer>.d<name>` is a derivative. */
  readonly keep?: readonly string[];
  /** Needed for the `update` and `train` phases. */
  readonly update?: UpdateRule;
  /** Another table of derivatives, given only to test the checks. */
  readonly derivatives?: Derivatives;
}

/** Where the parameters of a network stand; the same for all of its plans. */
export function parameterLayout(network: Network): ParameterLayout {
  return layoutParameters(network.layers.map((layer) => ({ layer, step: lower(layer.cell, layer.sizes) })));
}

export function buildPlan(network: Network, options: PlanOptions): Plan {
  const { mode, rows } = options;
  const steps = mode === "step" ? 1 : options.steps;
  const training = mode === "train";
  checkNetwork(network);
  checkKeep(network, options.keep ?? []);
  const layout = parameterLayout(network);
  const places = new Map(layout.places.map((p) => [p.name, p]));
  const arena = createArena(rows, steps);
  const parameters = arena.parameters(layout.size);
  const resets = arena.make("resets", "tokens", 1);
  if (training) for (const name of ["seed", "step"]) arena.make(name, "once", 1, "integer");
  const gradients = training ? arena.make("gradients", "once", layout.trained) : undefined;

  const sources = new Map<string, Source>();
  const prelude: Kernel[] = [];
  for (const input of network.inputs) sources.set(input.name, connectInput(input, network, arena, prelude));
  const contributions = new Map<string, Access[]>();
  const loss = planLoss(network, arena, training);
  if (loss.gradient) contributions.set(network.loss.of, [loss.gradient]);

  /** Written from outside or by what is none of the layers' work. */
  const given = new Set(arena.buffers);
  // Last layer first: each hands its derivative to those before it.
  const views: Record<string, View> = {};
  const planned = new Map<string, LayerPlan>();
  for (const [index, layer] of [...network.layers.entries()].reverse()) {
    const step = lower(layer.cell, layer.sizes, { noise: training });
    const forwardCount = step.graph.nodes.length;
    const gradient = training
      ? differentiate(step, {
          inputs: differentiableInputs(network, layer),
          isTrained: (p) => (places.get(`${layer.name}.${p}`) as ParameterPlace).trained,
          ...(options.derivatives && { derivatives: options.derivatives }),
        })
      : undefined;
    const plan = planLayer({
      name: layer.name,
      salt: layerSalt(index),
      step,
      forwardCount,
      ...(gradient && { gradient }),
      arena,
      parameters,
      parameter: (name) => places.get(name) as ParameterPlace,
      ...(gradients && { gradients }),
      resets,
      source: (input) => sources.get(layer.inputs[input] as string) as Source,
      indices: (input) => {
        // Earlier layers, which are planned later, have no place yet: none of them is an index.
        const source = sources.get(layer.inputs[input] as string);
        return source?.kind === "index" ? source.access : undefined;
      },
      contributions: contributions.get(layer.name) ?? [],
      keep: (options.keep ?? [])
        .filter((k) => k.startsWith(`${layer.name}.`))
        .map((k) => k.slice(layer.name.length + 1)),
    });
    planned.set(layer.name, plan);
    sources.set(layer.name, {
      kind: "dense",
      get access() {
        return plan.output;
      },
    });
    for (const [input, where] of plan.inputGradients) {
      const source = layer.inputs[input] as string;
      contributions.set(source, [...(contributions.get(source) ?? []), where]);
    }
  }

  const layers = network.layers.map((l) => planned.get(l.name) as LayerPlan);
  for (const layer of network.layers) {
    views[`output.${layer.name}`] = {
      access: (planned.get(layer.name) as LayerPlan).output,
      width: outputWidth(layer),
    };
  }
  const ahead = [...prelude, ...layers.flatMap((l) => l.forward()), ...loss.kernels(sources)];
  const back = training ? [...layers].reverse().flatMap((l) => l.backward()) : [];
  for (const { name, width } of network.inputs) {
    const parts = contributions.get(name) ?? [];
    const [first] = parts;
    if (!first) continue;
    const whole = parts.length === 1 ? first : access(arena.make(`d.${name}`, first.buffer.extent, width));
    if (whole !== first) back.push(addUp(parts, whole, width));
    views[`d.${name}`] = { access: whole, width };
  }
  const read = new Set(Object.values(views).map(({ access: { buffer } }) => buffer));
  const kept = new Set(options.keep ?? []);
  const isOwn = (buffer: Buffer): boolean =>
    !given.has(buffer) && !read.has(buffer) && !kept.has(buffer.name);
  const { forward, backward, freed } = reuseMemory(ahead, back, isOwn);
  freed.forEach(arena.drop);
  const carry = layers.flatMap((l) =>
    l.states.flatMap(({ buffer, final }): Kernel[] => [
      {
        kind: "finals",
        direction: "collect",
        carried: true,
        tokens: access(buffer),
        rows: access(final),
        width: buffer.width,
      },
      { kind: "copyRows", from: access(final), into: access(buffer, 0, "initial"), width: buffer.width },
    ]),
  );
  const update =
    gradients && options.update && loss.value
      ? planUpdate(options.update, { arena, parameters, gradients, count: layout.trained, loss: loss.value })
      : undefined;
  return {
    mode,
    rows,
    steps,
    parameters: layout,
    arena: arena.place(),
    buffers: arena.buffers,
    views,
    phases: {
      forward,
      ...(training && { backward }),
      ...(update && { update, train: [...forward, ...backward, ...update, ...carry] }),
      carry,
    },
  };
}

function connectInput(input: NetworkInput, network: Network, arena: Arena, prelude: Kernel[]): Source {
  const extent = input.per === "step" ? "tokens" : "rows";
  if (input.kind === "dense")
    return { access: access(arena.make(input.name, extent, input.width)), kind: "dense" };
  const indices = access(arena.make(input.name, extent, 1, "integer"));
  if (isOnlyMultiplied(input.name, network)) return { access: indices, kind: "index" };
  const into = access(arena.make(`${input.name}/one-hot`, extent, input.width));
  prelude.push({ kind: "oneHot", indices, into, width: input.width });
  return { access: into, kind: "dense" };
}

/** Whether every use of an input is a product with a dense matrix, which a one-hot vector only selects from. */
function isOnlyMultiplied(name: string, network: Network): boolean {
  return network.layers.every((layer) => {
    const names = Object.entries(layer.inputs).filter(([, source]) => source === name);
    const { graph, output, states } = lower(layer.cell, layer.sizes);
    const handedOn = [output, ...states.map((s) => s.next)];
    return names.every(([input]) => {
      const isInput = (node: Node): boolean => node.op === "input" && node.name === input;
      return (
        !handedOn.some(isInput) &&
        graph.nodes.every((user) => {
          const isDense = user.op === "product" && user.matrices.every((m) => m.blocks === 1);
          return isDense || !user.arguments.some(isInput);
        })
      );
    });
  });
}

interface PlannedLoss {
  readonly value?: ReturnType<Arena["make"]>;
  /** The derivative by the output of the layer that the loss is of. */
  readonly gradient?: Access;
  readonly kernels: (sources: ReadonlyMap<string, Source>) => Kernel[];
}

function planLoss({ loss, layers }: Network, arena: Arena, training: boolean): PlannedLoss {
  const layer = layers.find((l) => l.name === loss.of) as NetworkLayer;
  const classes = outputWidth(layer);
  const gradient = training ? access(arena.make(`d.${loss.of}`, "tokens", classes)) : undefined;
  if (loss.kind === "given") return { ...(gradient && { gradient }), kernels: () => [] };
  const value = arena.make("loss", "once", 1);
  const targets = access(arena.make("targets", "tokens", 1, "integer"));
  const weights = access(arena.make("weights", "tokens", 1));
  return {
    value,
    ...(gradient && { gradient }),
    kernels: (sources) => {
      const logits = (sources.get(loss.of) as Source).access;
      const common = {
        kind: "crossEntropy",
        logits,
        classes,
        targets,
        weights,
        loss: access(value),
      } as const;
      return [gradient ? { ...common, gradient } : common];
    },
  };
}

/** Inputs that lead on: to layers, and where the loss is given to dense inputs of the network too. */
function differentiableInputs(network: Network, layer: NetworkLayer): string[] {
  return layer.cell.inputs
    .map((i) => i.name)
    .filter((input) => {
      const source = network.inputs.find((i) => i.name === layer.inputs[input]);
      return source ? source.kind === "dense" && network.loss.kind === "given" : true;
    });
}

function outputWidth(layer: NetworkLayer): number {
  return lower(layer.cell, layer.sizes).output.width;
}

function checkNetwork(network: Network): void {
  const widths = new Map(network.inputs.map((i) => [i.name, i.width]));
  for (const layer of network.layers) {
    if (widths.has(layer.name))
      throw new Error(`two parts of the network are named '${layer.name}'; rename one`);
    for (const input of layer.cell.inputs) {
      const source = layer.inputs[input.name];
      const given = source === undefined ? undefined : widths.get(source);
      if (source === undefined || given === undefined) {
        throw new Error(
          `layer '${layer.name}': input '${input.name}' of ${layer.cell.name} is connected to ` +
            `${source === undefined ? "nothing" : `'${source}', which is no input and no earlier layer`}; ` +
            `choose one of ${[...widths.keys()].join(", ")}`,
        );
      }
      const expected = sizeOf(input.width, layer.sizes, layer.cell.name);
      if (given !== expected) {
        throw new Error(
          `layer '${layer.name}': input '${input.name}' has width ${expected} but '${source}' has width ${given}`,
        );
      }
      const per = network.inputs.find((i) => i.name === source)?.per ?? "step";
      if (per !== input.per) {
        throw new Error(
          `layer '${layer.name}': input '${input.name}' is per ${input.per} but '${source}' is per ${per}; ` +
            `declare it so in the equations, as in 'input ${input.name} per ${per}', or connect another`,
        );
      }
    }
    widths.set(layer.name, outputWidth(layer));
  }
  if (!network.layers.some((l) => l.name === network.loss.of)) {
    throw new Error(`the loss is of '${network.loss.of}', which is no layer of the network`);
  }
}

function checkKeep(network: Network, keep: readonly string[]): void {
  for (const name of keep) {
    if (network.layers.some((l) => name.startsWith(`${l.name}.`))) continue;
    const layers = network.layers.map((l) => l.name).join(", ");
    throw new Error(`'${name}' cannot be kept; write <layer>.<quantity>, with a layer of ${layers}`);
  }
}
