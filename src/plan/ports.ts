// The ports of a plan: the names under which the caller finds its buffers.
import type { Connected } from "./connect.ts";
import { gradientView, outputView, type Draft } from "./draft.ts";
import type { PlannedLayer } from "./layers.ts";
import type { Buffer, Ports, StatePorts } from "./plan.ts";
import type { PlannedUpdate } from "./update.ts";

/** Of a draft whose phases are planned. */
export function portsOf(
  draft: Draft,
  { inputs, loss }: Connected,
  layers: readonly PlannedLayer[],
  update: PlannedUpdate | undefined,
): Ports {
  const { network, options, resets, noise, gradients, views } = draft;
  const derived = network.inputs.map(({ name }) => name).filter((name) => gradientView(name) in views);
  return {
    inputs: namesOf(inputs),
    outputs: Object.fromEntries(layers.map(({ layer: { name } }) => [name, outputView(name)])),
    states: layers.flatMap(statePorts),
    kept: options.keep ?? [],
    resets: resets.name,
    ...(loss.targets && { targets: loss.targets.name }),
    ...(loss.weights && { weights: loss.weights.name }),
    ...(loss.value && { loss: loss.value.name }),
    ...(noise && { seed: noise.seed.name, step: noise.step.name }),
    ...(gradients && { gradients: gradients.name }),
    ...(network.loss.kind === "given" && loss.gradient && { outputGradient: loss.gradient.buffer.name }),
    inputGradients: Object.fromEntries(derived.map((name) => [name, gradientView(name)])),
    ...(update && { norm: update.norm.name, status: update.status.name }),
    optimizer: namesOf(update?.states),
    numbers: namesOf(update?.numbers),
  };
}

const namesOf = (buffers: ReadonlyMap<string, Buffer> = new Map()): Record<string, string> =>
  Object.fromEntries([...buffers].map(([key, { name }]) => [key, name]));

const statePorts = ({ layer, plan }: PlannedLayer): StatePorts[] =>
  [...plan.states].map(([state, { initial, final }]) => {
    const derivative = plan.derivatives.get(state);
    return {
      layer: layer.name,
      state,
      width: final.width,
      initial: initial.name,
      final: final.name,
      ...(derivative && { dinitial: derivative.initial.name, dfinal: derivative.final.name }),
    };
  });
