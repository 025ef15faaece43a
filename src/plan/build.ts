// From a network to a plan: layers joined, loss, gradient, update and carried state, in one arena. Knows
// capacities and modes; the work of a layer is in `layer.ts`, no device is known.
import { differentiate } from "../graph/differentiate.ts";
import type { Node } from "../graph/graph.ts";
import { lower } from "../graph/lower.ts";
import type { Derivatives } from "../graph/ops.ts";
import { access, createArena, type Arena } from "./buffers.ts";
import { checkKeep, checkNetwork } from "./check-network.ts";
import { planDrops } from "./drops.ts";
import { planLayer, type LayerPlan, type Source } from "./layer.ts";
import { planLoss } from "./loss.ts";
import {
  derivedInputs,
  networkOfEncoder,
  partsOf,
  sourceOf,
  type Network,
  type NetworkInput,
  type NetworkLayer,
} from "./network.ts";
import { layerSalt } from "./noise.ts";
import { layoutParameters, placesByName, type ParameterLayout, type ParameterPlace } from "./parameters.ts";
import type { Buffer, Kernel, Loop, Mode, Plan, View } from "./plan.ts";
import { reuseMemory } from "./reuse.ts";
import { planUpdate, type UpdateRule } from "./update.ts";
import { addUp, createWiring } from "./wiring.ts";

export interface PlanOptions {
  readonly mode: Mode;
  /** The network itself or its encoder; default `main`. The plans of both share all parameters. */
  readonly part?: "main" | "encoder";
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

/** Where the parameters of a network stand, those of its encoder first; the same for all of its plans. */
export function parameterLayout({ encoder, layers }: Network): ParameterLayout {
  const all = [...(encoder?.layers ?? []), ...layers];
  return layoutParameters(all.map((layer) => ({ layer, step: lower(layer.cell, layer.sizes) })));
}

export function buildPlan(whole: Network, options: PlanOptions): Plan {
  const { mode, rows, part = "main" } = options;
  const network = part === "encoder" ? encoderPart(whole) : whole;
  /** Noise tells the layers of both parts apart. */
  const firstLayer = part === "encoder" ? 0 : (whole.encoder?.layers.length ?? 0);
  const steps = mode === "step" ? 1 : options.steps;
  const training = mode === "train";
  const widths = checkNetwork(network);
  const widthOf = (name: string): number => widths.get(name) as number;
  const hasReverse = network.layers.some(isReverse);
  if (mode === "step" && hasReverse) {
    const reverse = network.layers.find(isReverse)?.name;
    throw new Error(
      `layer '${reverse}' goes from the last step to the first, so the network cannot be run step by step; ` +
        "use the evaluate mode on whole sequences",
    );
  }
  checkKeep(network, options.keep ?? []);
  const layout = parameterLayout(whole);
  const places = placesByName(layout, [...(whole.encoder?.layers ?? []), ...whole.layers]);
  /** Gradients that a kernel before has written: parameters may be used in several places. */
  const written = new Set<string>();
  const arena = createArena(rows, steps);
  const parameters = arena.parameters(layout.size);
  const resets = arena.make("resets", "tokens", 1);
  if (training) for (const name of ["seed", "step"]) arena.make(name, "once", 1, "integer");
  const gradients = training ? arena.make("gradients", "once", layout.trained) : undefined;

  const wiring = createWiring(network, widths, arena);
  const prelude: Kernel[] = [];
  for (const input of network.inputs) wiring.add(input.name, connectInput(input, network, arena, prelude));
  const loss = planLoss(network.loss, widthOf(network.loss.of), arena, training);
  if (loss.gradient) wiring.contribute(network.loss.of, loss.gradient, widthOf(network.loss.of));
  const turnedResets = hasReverse ? arena.make("resets/reversed", "tokens", 1) : resets;
  if (hasReverse) {
    const [from, into] = [access(resets), access(turnedResets)];
    prelude.push({ kind: "reverse", of: "starts", from, into, width: 1 });
  }

  /** Written from outside or by what is none of the layers' work. */
  const given = new Set(arena.buffers);
  // Last layer first: each hands its derivative to those before it.
  const views: Record<string, View> = {};
  const planned: PlannedLayer[] = [];
  const prepare: Kernel[] = [];
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
    const connections = new Map(
      layer.cell.inputs.map(({ name }) => [name, wiring.connect(layer, name)] as const),
    );
    const sourceOfInput = (input: string): Source => connections.get(input)?.source as Source;
    const drops = planDrops({
      layer,
      salt: layerSalt(firstLayer + index),
      step,
      places,
      arena,
      parameters,
      gradients,
    });
    prepare.push(...drops.prepare);
    const received = wiring.receivedBy(layer, widthOf(layer.name));
    const plan = planLayer({
      name: layer.name,
      salt: layerSalt(firstLayer + index),
      step,
      forwardCount,
      ...(gradient && { gradient }),
      arena,
      parameters,
      parameter: (name) => places.get(name) as ParameterPlace,
      written,
      matrix: drops.matrix,
      ...(gradients && { gradients }),
      resets: isReverse(layer) ? turnedResets : resets,
      source: sourceOfInput,
      indices: (input) => {
        // Earlier layers, which are planned later, have no place yet: none of them is an index.
        const source = sourceOfInput(input);
        return source.kind === "index" ? source.access : undefined;
      },
      contributions: received.parts,
      keep: (options.keep ?? [])
        .filter((k) => k.startsWith(`${layer.name}.`))
        .map((k) => k.slice(layer.name.length + 1)),
    });
    const output: Source = isReverse(layer)
      ? { kind: "dense", access: access(arena.make(`${layer.name}/output`, "tokens", widthOf(layer.name))) }
      : {
          kind: "dense",
          get access() {
            return plan.output;
          },
        };
    wiring.add(layer.name, output);
    const kept = (options.keep ?? []).filter((k) => k.startsWith(`${layer.name}.`));
    const turned = isReverse(layer) ? kept.flatMap((name) => inOrderOfTime(name, arena, views)) : [];
    const turns = [...plan.inputGradients].flatMap(([input, where]) =>
      wiring.contributeBy(layer, input, where),
    );
    planned.unshift({
      layer,
      plan,
      output,
      forward: () => [
        ...[...connections.values()].flatMap((c) => c.ahead()),
        ...plan.forward(),
        ...wiring.handOn(layer, plan),
        ...turned,
      ],
      backward: () => [...received.ahead, ...plan.backward(), ...drops.backward, ...turns, ...turned],
    });
  }

  for (const { layer, output } of planned) {
    views[`output.${layer.name}`] = { access: output.access, width: widthOf(layer.name) };
  }
  const lossOutput = (planned.find((p) => p.layer.name === network.loss.of) as PlannedLayer).output.access;
  const ahead = [...prelude, ...planned.flatMap((p) => p.forward()), ...loss.kernels(lossOutput)];
  const back = training ? [...planned].reverse().flatMap((p) => p.backward()) : [];
  for (const { name, width } of network.inputs) {
    const received = wiring.received(name, width);
    const [first] = received.parts;
    if (!first) continue;
    const whole =
      received.parts.length === 1 ? first : access(arena.make(`d.${name}`, first.buffer.extent, width));
    back.push(...received.ahead, ...(whole === first ? [] : [addUp(received.parts, whole, width)]));
    views[`d.${name}`] = { access: whole, width };
  }
  const read = new Set(Object.values(views).map(({ access: { buffer } }) => buffer));
  const kept = new Set(options.keep ?? []);
  const isOwn = (buffer: Buffer): boolean =>
    !given.has(buffer) && !read.has(buffer) && !kept.has(buffer.name);
  const { forward, backward, freed } = reuseMemory(ahead, back, isOwn);
  freed.forEach(arena.drop);
  const carry = planned.flatMap(({ layer, plan }) =>
    (isReverse(layer) ? [] : plan.states).flatMap(({ buffer, final }): Kernel[] => [
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
      ...(prepare.length > 0 && { prepare }),
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

interface PlannedLayer {
  readonly layer: NetworkLayer;
  readonly plan: LayerPlan;
  readonly output: Source;
  forward(): (Kernel | Loop)[];
  backward(): (Kernel | Loop)[];
}

const isReverse = (layer: NetworkLayer): boolean => layer.direction === "reverse";

/** A kept quantity of a layer that goes from the last step to the first, to be read in the order of time. */
function inOrderOfTime(name: string, arena: Arena, views: Record<string, View>): Kernel[] {
  const own = arena.named(name);
  if (own.extent === "rows") return [];
  const [from, into] = [access(own), access(arena.make(`${name}/natural`, "tokens", own.width))];
  views[name] = { access: into, width: own.width };
  return [{ kind: "reverse", of: "values", from, into, width: own.width }];
}

/** Whether every use of an input is a product with a dense matrix, which a one-hot vector only selects from. */
function isOnlyMultiplied(name: string, network: Network): boolean {
  return network.layers.every((layer) => {
    const users = Object.entries(layer.inputs).filter(([, connection]) =>
      partsOf(connection).some((part) => sourceOf(part) === name),
    );
    const { graph, output, states } = lower(layer.cell, layer.sizes);
    const handedOn = [output, ...states.map((s) => s.next)];
    return users.every(([input, connection]) => {
      if (typeof connection !== "string") return false;
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

function encoderPart({ encoder }: Network): Network {
  if (encoder) return networkOfEncoder(encoder);
  throw new Error("the network has no encoder to plan; leave out the part");
}

/** Inputs that lead on: to layers, to what a source made, and where the loss is given to all that is dense. */
function differentiableInputs(network: Network, layer: NetworkLayer): string[] {
  const bridged = derivedInputs(network);
  const leadsOn = ({ name, kind }: NetworkInput): boolean =>
    kind === "dense" && (network.loss.kind === "given" || bridged.has(name));
  return layer.cell.inputs
    .map((i) => i.name)
    .filter((input) => {
      return partsOf(layer.inputs[input]).some((part) => {
        const source = network.inputs.find((i) => i.name === sourceOf(part));
        return source ? leadsOn(source) : true;
      });
    });
}
